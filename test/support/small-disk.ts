import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";

/** A small file system of its own, gone when it is disposed of. */
export interface SmallDisk extends Disposable {
  readonly path: string;
}

/**
 * Mounts one, or skips the test where this machine does not let us.
 *
 * @param inodesMax how many files and folders it takes, where not as many as its size allows.
 */
export function mountSmallDisk(sizeMiB: number, { skip }: TestContext, inodesMax?: number): SmallDisk {
  const limits = [`size=${sizeMiB}m`, ...(inodesMax === undefined ? [] : [`nr_inodes=${inodesMax}`])].join(
    ",",
  );
  const path = mkdtempSync(join(tmpdir(), "batchyard-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", limits, "tmpfs", path]);
  if (status !== 0) {
    rmdirSync(path);
    return skip("this machine does not let the test mount a small file system");
  }
  return {
    path,
    [Symbol.dispose]() {
      spawnSync("umount", ["--lazy", path]);
      rmdirSync(path);
    },
  };
}
