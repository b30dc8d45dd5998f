import { reservedPart } from "../../batch/fair-share.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import { activeShareCount } from "./active-shares.ts";

/**
 * How many vCPUs the shares that are active may have together: the maximum of the queue's environments less what
 * `computeReservation` keeps free for others; without limit where nothing is kept.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
 */
export function unreservedVcpuMillis(
  ready: ReadyQueue,
  { computeEnvironmentOrder }: JobQueue,
  { state, nowMs }: { readonly state: LiveState; readonly nowMs: number },
): number {
  const { fairShare } = ready;
  if (fairShare === undefined || (fairShare.policy.computeReservation ?? 0) === 0) return Infinity;
  const part = reservedPart(fairShare.policy.computeReservation, activeShareCount(ready, nowMs));
  let maxVcpus = 0;
  for (const { computeEnvironment } of computeEnvironmentOrder) {
    const { computeResources, unmanagedvCpus } = state.computeEnvironments.get(computeEnvironment) ?? {};
    const environmentMax = computeResources?.maxvCpus ?? unmanagedvCpus;
    // Without the size of an UNMANAGED environment there is no reservation.
    if (environmentMax === undefined) return Infinity;
    maxVcpus += environmentMax;
  }
  return maxVcpus * 1000 * (1 - part);
}

/** Whether the job would get what is kept free. A queue that has nothing may always begin one. */
export function isReserved(
  { resources }: Pick<LiveJob, "resources">,
  { vcpuMillis }: Pick<ReadyQueue, "vcpuMillis">,
  unreservedMillis: number,
): boolean {
  return vcpuMillis > 0 && vcpuMillis + resources.vcpuMillis > unreservedMillis;
}
