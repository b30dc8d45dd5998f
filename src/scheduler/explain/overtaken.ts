import { claimOf } from "../../batch/fair-share.ts";
import { averageAt } from "../../store/live-share.ts";
import type { LiveShare } from "../../store/live-share.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { weigher } from "../ordering/fair-share.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { EndingJob } from "./explanation.ts";

/** Whether another share with waiting jobs has less than that of the job once these have ended, so that it goes first. */
export function isOvertaken(
  jobs: readonly EndingJob[],
  { scope, jobQueueArn, share: own, queuePosition }: LiveJob,
  { state, nowMs }: ExplainFacts,
): boolean {
  const queue = state.jobs.readyQueue(jobQueueArn);
  if (queue?.fairShare === undefined) return false;
  const weightOf = weigher(queue, queue.fairShare, nowMs);
  const endedMillis = new Map<LiveShare, number>();
  for (const { jobId } of jobs) {
    const ended = state.jobs.find(scope, jobId);
    if (ended?.jobQueueArn !== jobQueueArn) continue;
    endedMillis.set(ended.share, (endedMillis.get(ended.share) ?? 0) + ended.resources.vcpuMillis);
  }
  const claimOfShare = (share: LiveShare): number => {
    const vcpuMillis = share.vcpuMillis - (endedMillis.get(share) ?? 0);
    return claimOf(averageAt(share, nowMs), vcpuMillis) * weightOf(share);
  };
  const ownClaim = claimOfShare(own);
  return [...endedMillis.keys()].some((share) => {
    if (share === own || share.runnable.size === 0) return false;
    const claim = claimOfShare(share);
    return claim === ownClaim ? share.headPosition < queuePosition : claim < ownClaim;
  });
}

/** Whether jobs of other shares of its queue wait: who goes first among them changes with time. */
export function hasRivals({ jobQueueArn, share }: LiveJob, { state }: ExplainFacts): boolean {
  const { ready = new Set() } = state.jobs.readyQueue(jobQueueArn) ?? {};
  return ready.size > (ready.has(share) ? 1 : 0);
}
