import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../lib/system-error.ts";

/** The unit of `blocks` that stat(2) gives. */
const BLOCK_BYTES = 512;

/**
 * What a folder takes on the disk, with all that is below it. What cannot be read, or goes meanwhile, counts nothing; a
 * file of several names counts with each. Ends early when the signal aborts.
 */
export async function measureTree(folder: string, signal: AbortSignal): Promise<number> {
  const waiting = [folder];
  let bytes = 0;
  for (let path = waiting.pop(); path !== undefined && !signal.aborted; path = waiting.pop()) {
    bytes += await measureEntries(path, waiting);
  }
  return bytes;
}

/** @param folders takes the folders that are in it. */
async function measureEntries(folder: string, folders: string[]): Promise<number> {
  let bytes = 0;
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      bytes += (await lstat(path)).blocks * BLOCK_BYTES;
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  return bytes;
}
