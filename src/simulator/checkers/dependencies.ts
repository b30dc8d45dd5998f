import { childJobId } from "../../batch/child-job.ts";
import type { JobStatus } from "../../model/batch.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** No job starts before what it depends on has succeeded. */
export function checkDependencies({ fail }: CheckerTools): Checker {
  /** Of jobs and children that some other may depend on. */
  const statuses = new Map<string, JobStatus>();

  /** What was removed has ended long ago, well or badly: nobody can tell any more. */
  const isMet = (jobId: string): boolean => (statuses.get(jobId) ?? "SUCCEEDED") === "SUCCEEDED";

  const check = (job: KnownJob): void => {
    for (const { jobId, type } of job.job.dependsOn) {
      const awaited = awaitedId(job, jobId, type);
      if (awaited !== undefined && !isMet(awaited)) {
        fail(`${job.jobId} starts while ${awaited} is ${statuses.get(awaited)}`);
      }
    }
  };

  return {
    appeared({ jobId, job, status }) {
      if (job.nodes === undefined) statuses.set(jobId, status);
    },
    moved(job, before) {
      const { jobId, status, parent } = job;
      if (parent === undefined || job.job.nodes === undefined) statuses.set(jobId, status);
      if (status === "STARTING" && before === "RUNNABLE") check(job);
    },
    forgotten({ jobId, children }) {
      statuses.delete(jobId);
      for (const child of children.values()) statuses.delete(child.jobId);
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
