import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** The nodes of a multi-node job are placed all at once or not at all. */
export function checkGangs({ fail }: CheckerTools): Checker {
  const placed = new Set<KnownJob>();
  return {
    attemptPut(job, attempt, before) {
      if (job.job.nodes !== undefined && before?.taskId !== attempt.taskId) placed.add(job.parent ?? job);
    },
    committed() {
      for (const job of placed) {
        const { jobId, children, attempt } = job;
        const otherCount = (job.job.nodes?.count ?? 0) - 1;
        const withIt = [...children.values()].filter((node) => node.attempt?.number === attempt?.number);
        if (withIt.length !== otherCount) {
          fail(`${withIt.length} of the ${otherCount} other nodes of ${jobId} are placed with its main node`);
        }
      }
      placed.clear();
    },
  };
}
