import type { JobQueue } from "../../../batch/job-queue.ts";
import type { QuotaShare } from "../../../batch/quota-share.ts";
import type { SchedulingPolicy } from "../../../batch/scheduling-policy.ts";
import type { LiveState } from "../../../store/live-state.ts";

/** The policy by which the queue orders its jobs; undefined for first come, first served. */
export function schedulingPolicyOf(
  state: LiveState,
  { schedulingPolicyArn }: JobQueue,
): SchedulingPolicy | undefined {
  if (schedulingPolicyArn === undefined) return undefined;
  return state.plainResources.find("scheduling-policy", schedulingPolicyArn);
}

export function quotaSharesOf(state: LiveState, jobQueueArn: string): readonly QuotaShare[] {
  const shares = [...state.plainResources.all("quota-share")];
  return shares.filter((share) => share.jobQueueArn === jobQueueArn);
}
