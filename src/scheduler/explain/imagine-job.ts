import type { Job } from "../../batch/job.ts";
import { SortedList } from "../../lib/sorted-list.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { termsOf } from "../../store/live-job.ts";
import type { AskedJob } from "./asked-job.ts";
import { awaitedJobs } from "./awaited-jobs.ts";

type LiveShare = LiveJob["share"];

/**
 * A job as it would be were it submitted now: behind all others, and PENDING while others have to end before; an array is
 * taken as its first child.
 */
export function imagineJob(job: Job, state: LiveState): AskedJob {
  const { jobId } = job;
  const terms = termsOf(job);
  const imagined: LiveJob = {
    ...terms,
    terms,
    jobId,
    share: findShare(job, state),
    status: "RUNNABLE",
    queuePosition: state.jobs.nextQueuePosition,
    schedulingPriority: job.schedulingPriority ?? 0,
    attemptCount: 0,
    activeAttempt: undefined,
  };
  const { dependsOn, consumableResources = [] } = job;
  const asked = { jobId, job: imagined, dependsOn, consumableResources };
  if (awaitedJobs(asked, state).length === 0) return asked;
  return { ...asked, job: { ...imagined, status: "PENDING" } };
}

function findShare({ jobQueueArn, shareIdentifier = "" }: Job, { jobs }: LiveState): LiveShare {
  const queue = jobs.readyQueue(jobQueueArn);
  return (
    queue?.shares.get(shareIdentifier) ?? {
      identifier: shareIdentifier,
      queue: { arn: jobQueueArn, halfLifeMs: queue?.fairShare?.halfLifeMs ?? 0 },
      runnable: new SortedList<LiveJob>(
        () => 0,
        () => false,
      ),
      weightEntry: queue?.fairShare?.weights.entryOf(shareIdentifier),
      headPosition: Infinity,
      liveCount: 0,
      lastEndAtMs: undefined,
      vcpuMillis: 0,
      averageVcpuMillis: 0,
      asOfMs: 0,
    }
  );
}
