import { reservedPart } from "../../batch/fair-share.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { activeShareCount } from "../ordering/active-shares.ts";
import { isReserved, unreservedVcpuMillis } from "../ordering/reservation.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { Reservation } from "./explanation.ts";

/** What keeps the job from capacity for the sake of shares that are not active; undefined where nothing does. */
export function findReservation(job: LiveJob, { state, nowMs }: ExplainFacts): Reservation | undefined {
  const jobQueue = state.jobQueues.get(job.jobQueueArn);
  const ready = state.jobs.readyQueue(job.jobQueueArn);
  if (jobQueue === undefined || ready === undefined) return undefined;
  const unreserved = unreservedVcpuMillis(ready, jobQueue, { state, nowMs });
  if (!isReserved(job, ready, unreserved)) return undefined;
  const computeReservation = ready.fairShare?.policy.computeReservation ?? 0;
  const shareCount = activeShareCount(ready, nowMs);
  return {
    schedulingPolicy: jobQueue.schedulingPolicyArn ?? "",
    computeReservation,
    activeShareCount: shareCount,
    maxVcpuMillis: Math.round(unreserved / (1 - reservedPart(computeReservation, shareCount))),
    unreservedVcpuMillis: unreserved,
    vcpuMillis: ready.vcpuMillis,
  };
}
