import { execFile } from "node:child_process";
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROBE_BYTES = 1_048_576;

/**
 * Gives the blocks of a file's first `length` bytes back to the disk. Its length and all offsets stay, and whoever has
 * it open goes on writing. By the command of util-linux: Node cannot.
 * https://man7.org/linux/man-pages/man1/fallocate.1.html
 */
export async function punchHole(path: string, length: number): Promise<void> {
  await run("fallocate", ["--punch-hole", "--offset", "0", "--length", String(length), path]);
}

/** Whether the command is there and the file system of the folder frees blocks by it. */
export async function canPunchHoles(directory: string): Promise<boolean> {
  const path = join(directory, `.punch-hole-probe-${process.pid}`);
  try {
    const file = openSync(path, "w");
    writeSync(file, Buffer.alloc(PROBE_BYTES, 1));
    fsyncSync(file);
    closeSync(file);
    const before = statSync(path).blocks;
    await punchHole(path, PROBE_BYTES);
    return statSync(path).blocks < before;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}
