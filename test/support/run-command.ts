import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");

export interface CommandEnd {
  /** The exit code, or the signal's name. */
  readonly end: number | string | null;
  readonly output: string;
  readonly errorOutput: string;
}

/** Runs `batchyard` with these words and nothing of this process's environment but PATH, until it ends. */
export async function runCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    timeout: 30_000,
  });
  const [output, errorOutput] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { end: child.exitCode ?? child.signalCode, output, errorOutput };
}
