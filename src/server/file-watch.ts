import { statSync } from "node:fs";
import type { LoopTask } from "./loop.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Sees whether the files that stand at these paths now are still there later: who removes or replaces a folder under a
 * server that has files in it open leaves it writing to files that nobody will find again.
 *
 * @returns what names the first path at which there is another file, or none; undefined while all is well.
 */
export function watchFiles(paths: readonly string[]): () => string | undefined {
  const watched = paths.map((path) => ({ path, identity: identityOf(path) }));
  return () =>
    watched.find(({ path, identity }) => identity === undefined || identityOf(path) !== identity)?.path;
}

export function fileWatchTask(findLost: () => string | undefined, onLost: (path: string) => void): LoopTask {
  return {
    name: "file watch",
    async run() {
      const lost = findLost();
      if (lost === undefined) return LOOK_EVERY_MS;
      onLost(lost);
      return undefined;
    },
  };
}

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino}`;
}
