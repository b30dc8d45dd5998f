import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";

/** What a job's record has, about. */
const RECORD = Buffer.alloc(600, "r");

/** How many records a second can be appended to a file when each is on the disk before the next. */
export function syncedAppendsPerSecond(path: string, durationMs: number): number {
  const file = openSync(path, "w");
  const startedAtMs = performance.now();
  let count = 0;
  while (performance.now() - startedAtMs < durationMs) {
    writeSync(file, RECORD);
    fdatasyncSync(file);
    count += 1;
  }
  const tookMs = performance.now() - startedAtMs;
  closeSync(file);
  return (count * 1000) / tookMs;
}
