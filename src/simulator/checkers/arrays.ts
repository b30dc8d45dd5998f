import { isTerminal } from "../../batch/job.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";
import { SCOPE } from "../server-life.ts";

/** An array parent's summary adds up to its size, and a parent ends only after its children. */
export function checkArrays({ fail }: CheckerTools): Checker {
  const arrays = new Map<string, KnownJob>();
  const liveCounts = new Map<string, number>();

  const count = ({ jobId }: KnownJob, change: number): void => {
    liveCounts.set(jobId, (liveCounts.get(jobId) ?? 0) + change);
  };

  const checkEnd = ({ jobId, job, children, unspawned, status }: KnownJob): void => {
    if ((liveCounts.get(jobId) ?? 0) > 0) fail(`${jobId} is ${status} before its children have ended`);
    const unspawnedCount = (job.arraySize ?? 0) - children.size;
    if (unspawnedCount > 0 && unspawned?.status !== "FAILED") {
      fail(`${jobId} is ${status}, and ${unspawnedCount} of its children are ${unspawned?.status}`);
    }
    // One that was ended as a whole has failed, even if each of its children ran by then and succeeds.
    const isEnded = unspawned?.status === "FAILED";
    const isAnyFailed = isEnded || [...children.values()].some((child) => child.status === "FAILED");
    if (isAnyFailed !== (status === "FAILED")) fail(`${jobId} is ${status}, unlike its children`);
  };

  return {
    appeared(job) {
      if (job.job.arraySize === undefined) return;
      if (job.parent === undefined) arrays.set(job.jobId, job);
      else if (!isTerminal(job.status)) count(job.parent, 1);
    },
    moved(job, before) {
      if (job.job.arraySize === undefined) return;
      const hasEnded = isTerminal(job.status) && !isTerminal(before);
      if (job.parent !== undefined) {
        if (isTerminal(job.parent.status)) fail(`${job.jobId} is ${job.status} after its parent has ended`);
        if (hasEnded) count(job.parent, -1);
      } else if (hasEnded) checkEnd(job);
    },
    forgotten({ jobId }) {
      arrays.delete(jobId);
      liveCounts.delete(jobId);
    },
    async audit({ store }) {
      const stored = await store.readJobs(SCOPE, [...arrays.keys()]);
      if (stored.length !== arrays.size) fail(`${stored.length} arrays of ${arrays.size} are stored`);
      for (const { job, childCounts } of stored) {
        const sum = Object.values(childCounts ?? {}).reduce((a, b) => a + b, 0);
        if (sum !== job.arraySize) fail(`${job.jobId} has ${job.arraySize} children and tells of ${sum}`);
      }
    },
  };
}
