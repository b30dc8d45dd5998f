import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

/** Runs the command with its output going to the file; resolves when it has ended. */
export async function commandToFile(
  [program = "", ...words]: readonly string[],
  path: string,
): Promise<void> {
  const file = openSync(path, "a");
  const ended = once(spawn(program, words, { stdio: ["ignore", file, file] }), "exit");
  closeSync(file);
  await ended;
}
