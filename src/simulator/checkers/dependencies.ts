import { childJobId } from "../../batch/child-job.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** No job starts before what it depends on has succeeded. */
export function checkDependencies({ fail }: CheckerTools): Checker {
  /** Jobs and children that some other may depend on. */
  const known = new Map<string, KnownJob>();

  /** What was removed has ended long ago, well or badly: nobody can tell any more. */
  const isMet = (jobId: string): boolean => (known.get(jobId)?.status ?? "SUCCEEDED") === "SUCCEEDED";

  const check = (job: KnownJob): void => {
    for (const { jobId, type } of job.job.dependsOn) {
      const awaited = awaitedId(job, jobId, type);
      if (awaited !== undefined && !isMet(awaited)) {
        fail(`${job.jobId} starts while ${awaited} is ${known.get(awaited)?.status}`);
      }
    }
  };

  return {
    appeared(job) {
      if (job.parent === undefined || job.job.nodes === undefined) known.set(job.jobId, job);
    },
    moved(job, before) {
      if (job.status === "STARTING" && before === "RUNNABLE") check(job);
    },
    forgotten({ jobId, children }) {
      known.delete(jobId);
      for (const child of children.values()) known.delete(child.jobId);
    },
  };
}

/** A child of the same index, the child before, or the job itself. A child waits also for what its array waits for. */
function awaitedId({ childIndex, parent }: KnownJob, jobId: string | undefined, type: string | undefined) {
  if (type === undefined) return jobId;
  if (childIndex === undefined) return undefined;
  if (type === "N_TO_N")
    return jobId === undefined ? undefined : childJobId({ kind: "array", jobId }, childIndex);
  if (childIndex === 0 || parent === undefined) return undefined;
  return childJobId({ kind: "array", jobId: parent.jobId }, childIndex - 1);
}
