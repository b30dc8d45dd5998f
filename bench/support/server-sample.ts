import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ServerProcess } from "../../test/support/server-process.ts";
import { residentBytes } from "./resident-memory.ts";

/** What a server takes of its machine at one moment. */
export interface ServerSample {
  readonly residentKiB: number;
  readonly openFiles: number;
  /** What is allocated on the disk for the store; the log of its writes apart, which has a limit of its own. */
  readonly storeKiB: number;
  readonly walKiB: number;
  readonly logsKiB: number;
  /** What the process provider keeps. */
  readonly processKiB: number;
}

export function sampleServer({ pid, dataDir }: ServerProcess): ServerSample {
  return {
    residentKiB: residentBytes(pid) / 1024,
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    storeKiB: allocatedKiB(join(dataDir, "batchyard.db")),
    walKiB: allocatedKiB(join(dataDir, "batchyard.db-wal")),
    logsKiB: treeKiB(join(dataDir, "logs")),
    processKiB: treeKiB(join(dataDir, "process")),
  };
}

function treeKiB(folder: string): number {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return [folder, ...paths.map((path) => join(folder, path))].reduce(
    (sum, path) => sum + allocatedKiB(path),
    0,
  );
}

/** 0 for what has gone since it was listed. */
function allocatedKiB(path: string): number {
  // `stat` counts in blocks of 512 bytes whatever the file system's are.
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) / 2;
}
