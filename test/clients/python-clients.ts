import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

/** Where npm keeps what can be made again. */
const VIRTUAL_ENVIRONMENT = join(import.meta.dirname, "../../node_modules/.cache/batchyard/python-clients");
/** The interpreter that has the clients. */
export const PYTHON = join(VIRTUAL_ENVIRONMENT, "bin", "python");
const INSTALLER = join(import.meta.dirname, "install.py");
const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
/** Longer than the installer's own limits, and than it waits for another that is at it. */
const INSTALL_PATIENCE_MS = 300_000;
const COMMAND_PATIENCE_MS = 60_000;

/** What a person at a terminal would have seen. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

export interface ClientSettings {
  /** Home folder, made if it is not there: nothing of the tester's own is read. */
  readonly home: string;
  /** Working folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The environment of a user whose clients all go to one server, one that takes any key. */
export function pointedAt(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_DEFAULT_REGION: "us-east-1",
  };
}

/**
 * Tests that need boto3 or the AWS CLI, of a virtual environment that is made at the first use and kept. Where it
 * cannot be made the tests are skipped, and standard error as well as the name of the suite say why.
 */
export async function describeWithPythonClients(name: string, body: () => void): Promise<void> {
  const missing = await findMissing();
  if (missing === undefined) {
    describe(name, body);
    return;
  }
  process.stderr.write(`SKIPPED: ${name}: ${missing}\n`);
  describe.skip(`${name} (${missing})`, body);
}

/** Runs a program of the virtual environment (`python`, `aws`) or of the machine, which finds those on its path. */
export async function runCommand(
  { home, folder, environment }: ClientSettings,
  program: string,
  args: readonly string[],
): Promise<CommandResult> {
  mkdirSync(home, { recursive: true });
  const env = {
    PATH: `${join(VIRTUAL_ENVIRONMENT, "bin")}:${process.env["PATH"]}`,
    HOME: home,
    LC_ALL: "C.UTF-8",
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    ...environment,
  };
  return run(program, args, { env, cwd: folder, timeout: COMMAND_PATIENCE_MS });
}

/** Why there can be no clients, in a line; undefined once they are there. */
async function findMissing(): Promise<string | undefined> {
  const args = [INSTALLER, VIRTUAL_ENVIRONMENT, REQUIREMENTS];
  try {
    const { exitCode, errorOutput } = await run("python3", args, { timeout: INSTALL_PATIENCE_MS });
    return exitCode === 0 ? undefined : (errorOutput.trimEnd().split("\n").at(-1) ?? "");
  } catch (error) {
    return `python3 does not run: ${String(error)}`;
  }
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeout: number;
}

/** Rejects where the program could not be started or had to be ended. */
async function run(program: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, output, errorOutput) => {
      if (error === null) resolve({ exitCode: 0, output, errorOutput });
      else if (typeof error.code === "number") resolve({ exitCode: error.code, output, errorOutput });
      else reject(error);
    });
  });
}
