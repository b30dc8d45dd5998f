import { isTerminal } from "../../batch/job.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import { RunnableJobs } from "./runnable-jobs.ts";

/** A RUNNABLE job either starts or its queue has a wait reason from the latest cycle. */
export function checkWaiting({ fail }: CheckerTools): Checker {
  const runnable = new RunnableJobs(({ job }) => job.jobQueueArn);
  const deleting = new Set<string>();
  /** What has ended since the latest cycle, as heads do by a time limit of their queue. */
  const ended = new Set<string>();
  return {
    changed(change) {
      if (change.kind !== "job-queue-put") return;
      const { arn, status } = change.jobQueue;
      // One that is made again by the same name is another.
      if (status === "DELETING") deleting.add(arn);
      else deleting.delete(arn);
    },
    appeared: (job) => runnable.appeared(job),
    moved(job, before) {
      runnable.moved(job, before);
      const isOver = isTerminal(job.status) || job.unspawned?.status === "FAILED";
      if (isOver && !isTerminal(before)) ended.add(job.jobId);
    },
    ticked({ report }) {
      const over = new Set(ended);
      ended.clear();
      if (report.isCutShort) return;
      const blocked = new Set(report.blocked.map(({ jobQueueArn }) => jobQueueArn));
      for (const arn of runnable.counts.keys()) {
        if (!blocked.has(arn) && !deleting.has(arn))
          fail(`${arn} has RUNNABLE jobs and no reason why they wait`);
      }
      for (const { jobQueueArn, jobId } of report.blocked) {
        if (!runnable.counts.has(jobQueueArn) && !over.has(jobId))
          fail(`${jobQueueArn} is blocked by ${jobId} and has no RUNNABLE job`);
      }
    },
  };
}
