import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");
const READY = /^batchyard ready at (http:\S+)$/;

export interface ServerOptions {
  /** A folder to go on with; absent: a new one, removed at the end. */
  readonly dataDir?: string;
  /** Without a `--provider` it is `process`, whatever engine the machine has. */
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The words that call `batchyard`; absent: the sources, run by this Node. */
  readonly program?: readonly [string, ...string[]];
  /** Called with its process before it is ready. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** A server of its own process, started as a user starts it. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Every line that it printed to standard output. */
  readonly outputLines: readonly string[];
  readonly #child: ChildProcess;
  readonly #errorOutput: string[];
  readonly #ownsFolder: boolean;

  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const { dataDir, flags = [], environment = {}, onSpawn } = options;
    const [command, ...words] = options.program ?? [process.execPath, MAIN];
    const folder = dataDir ?? mkdtempSync(join(tmpdir(), "batchyard-test-"));
    const provider = flags.includes("--provider") ? [] : ["--provider", "process"];
    // Beside the folder: the tester's own stays out of it.
    const key = flags.includes("--secret-key-file") ? [] : ["--secret-key-file", `${folder}.key`];
    const args = [...words, "serve", "--port", "0", "--data", folder, ...provider, ...key, ...flags];
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environmentWithoutOurs(), ...environment },
    });
    onSpawn?.(child);
    const errorOutput: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => errorOutput.push(text));
    const outputLines: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        outputLines.push(line);
        const ready = READY.exec(line)?.[1];
        if (ready !== undefined) resolve(ready);
      });
      child.once("close", (code) => reject(new ServerEnded(code, errorOutput.join(""))));
    });
    return new ServerProcess(child, url, {
      folder,
      ownsFolder: dataDir === undefined,
      outputLines,
      errorOutput,
    });
  }

  private constructor(
    child: ChildProcess,
    url: string,
    parts: { folder: string; ownsFolder: boolean; outputLines: string[]; errorOutput: string[] },
  ) {
    this.#child = child;
    this.url = url;
    this.pid = child.pid ?? 0;
    this.dataDir = parts.folder;
    this.#ownsFolder = parts.ownsFolder;
    this.outputLines = parts.outputLines;
    this.#errorOutput = parts.errorOutput;
  }

  /** What it has written to standard error so far. */
  get errorOutput(): string {
    return this.#errorOutput.join("");
  }

  /** Sends a signal and waits for the end; says how it ended: the exit code, or the signal's name. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return child.exitCode ?? child.signalCode ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    if (!this.#ownsFolder) return;
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
    rmSync(`${this.dataDir}.key`, { force: true });
  }
}

/** The server ended before it was ready. */
export class ServerEnded extends Error {
  readonly exitCode: number | null;
  readonly errorOutput: string;

  constructor(exitCode: number | null, errorOutput: string) {
    super(`the server ended with ${exitCode}: ${errorOutput}`);
    this.exitCode = exitCode;
    this.errorOutput = errorOutput;
  }
}

/** This process's environment without what would change the server's or a client's settings. */
function environmentWithoutOurs(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATCHYARD|AWS)_/.test(name)));
}
