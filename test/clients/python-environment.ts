import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describeOrSkip } from "./describe-or-skip.ts";
import { runProgram } from "./run-program.ts";
import type { CommandResult } from "./run-program.ts";

/** Where npm keeps what can be made again. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/batchyard");
const INSTALLER = join(import.meta.dirname, "install.py");
const COMMAND_PATIENCE_MS = 60_000;

export interface CommandSettings {
  /** Home folder, made if it is not there: nothing of the tester's own is read. */
  readonly home: string;
  /** Working folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: a minute. */
  readonly patienceMs?: number;
}

/** A virtual environment with programs from PyPI, made at the first use and kept. */
export class PythonEnvironment {
  readonly #folder: string;
  readonly #requirements: string;
  readonly #installSeconds: number;

  /** @param installSeconds how long an installation may take. */
  constructor(name: string, requirements: string, installSeconds: number) {
    this.#folder = join(CACHE, name);
    this.#requirements = join(import.meta.dirname, requirements);
    this.#installSeconds = installSeconds;
  }

  /** The folder of its programs, which a PATH can begin with. */
  get programs(): string {
    return join(this.#folder, "bin");
  }

  /** Tests that need it; where it cannot be made they are skipped. */
  async describe(name: string, body: () => void): Promise<void> {
    describeOrSkip(name, await this.#findMissing(), body);
  }

  /** Runs a program of its own (`python`, `aws`) or of the machine, which finds those on its path. */
  async run(settings: CommandSettings, program: string, args: readonly string[]): Promise<CommandResult> {
    const { home, folder, environment, patienceMs = COMMAND_PATIENCE_MS } = settings;
    mkdirSync(home, { recursive: true });
    const env = {
      PATH: `${this.programs}:${process.env["PATH"]}`,
      HOME: home,
      LC_ALL: "C.UTF-8",
      PYTHONDONTWRITEBYTECODE: "1",
      AWS_EC2_METADATA_DISABLED: "true",
      ...environment,
    };
    return runProgram(program, args, { env, cwd: folder, timeout: patienceMs });
  }

  /** Why it cannot be there, in a line; undefined once it is. */
  async #findMissing(): Promise<string | undefined> {
    const args = [INSTALLER, this.#folder, this.#requirements, String(this.#installSeconds)];
    // Longer than the installer's own limits, and than it waits for another that is at it.
    const timeout = this.#installSeconds * 2500;
    try {
      const { exitCode, errorOutput } = await runProgram("python3", args, { timeout });
      return exitCode === 0 ? undefined : (errorOutput.trimEnd().split("\n").at(-1) ?? "");
    } catch (error) {
      return `python3 does not run: ${String(error)}`;
    }
  }
}
