import { isTerminal } from "../../batch/job.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import { SCOPE } from "../server-life.ts";

/** So many jobs are read at once. */
const PAGE = 1_000;

/** A job that was acknowledged exists until its retention ends, through any crash, and what has ended stays ended. */
export function checkAcknowledgedJobs({ fail }: CheckerTools): Checker {
  const known = new Set<string>();
  const acknowledged = new Set<string>();
  return {
    appeared({ jobId, parent }) {
      if (parent === undefined) known.add(jobId);
    },
    acknowledged(jobId) {
      if (!known.has(jobId)) fail(`${jobId} was acknowledged and is not durable`);
      acknowledged.add(jobId);
    },
    moved({ jobId, status, job }, before) {
      // A node takes part in every attempt of its job.
      if (isTerminal(before) && status !== before && job.nodes === undefined) {
        fail(`${jobId} was ${before} and becomes ${status}`);
      }
    },
    forgotten({ jobId }) {
      known.delete(jobId);
      acknowledged.delete(jobId);
    },
    async audit({ store, book }) {
      const jobIds = [...acknowledged];
      for (let start = 0; start < jobIds.length; start += PAGE) {
        const page = jobIds.slice(start, start + PAGE);
        const stored = await store.readJobs(SCOPE, page);
        const found = new Map(stored.map(({ job, progress }) => [job.jobId, progress.status]));
        for (const jobId of page) {
          const wanted = book.find(jobId)?.status;
          if (found.get(jobId) !== wanted)
            fail(`${jobId} is ${found.get(jobId)} in the store, not ${wanted}`);
        }
      }
    },
  };
}
