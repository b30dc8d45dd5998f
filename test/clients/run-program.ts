import { execFile } from "node:child_process";

/** What a person at a terminal would have seen. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds after which it is ended. */
  readonly timeout: number;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs a program to its end. Rejects where it could not be started or had to be ended. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: OUTPUT_BYTES_MAX }, (error, output, errorOutput) => {
      if (error === null) resolve({ exitCode: 0, output, errorOutput });
      else if (typeof error.code === "number") resolve({ exitCode: error.code, output, errorOutput });
      else reject(error);
    });
  });
}
