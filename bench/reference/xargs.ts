import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** How many no-op commands a second `xargs` runs, two at a time, their output going to a file of the folder. */
export async function xargsPerSecond(folder: string, count: number): Promise<number> {
  const startedAtMs = performance.now();
  await promisify(execFile)("sh", [
    "-c",
    'seq "$1" | xargs -P2 -n1 true >>"$2" 2>&1',
    "sh",
    String(count),
    join(folder, "xargs-output"),
  ]);
  return (count * 1000) / (performance.now() - startedAtMs);
}
