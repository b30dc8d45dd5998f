import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Temporary files that outlive a restart are on a disk by convention; `/tmp` may be memory, where nothing is synced. */
const PARENT = "/var/tmp";
const TMPFS_MAGIC = 0x0102_1994;

/** A folder on a real disk, removed with all that is in it. */
export class BenchFolder implements Disposable {
  readonly path: string;

  constructor() {
    if (statfsSync(PARENT).type === TMPFS_MAGIC)
      throw new Error(`${PARENT} is in memory: nothing measured there counts`);
    this.path = mkdtempSync(join(PARENT, "batchyard-bench-"));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
