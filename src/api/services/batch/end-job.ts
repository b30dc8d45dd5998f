import type { Cause } from "../../../batch/cause.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { Change } from "../../../store/change.ts";
import type { LiveJob } from "../../../store/live-state.ts";

/** Characters in the reason of a cancellation or termination (specification 13). */
const REASON_LENGTH_MAX = 1024;

export function checkReason(reason: string): Refusal | undefined {
  if (reason.length <= REASON_LENGTH_MAX) return undefined;
  return Refusal.bare(`reason must have at most ${REASON_LENGTH_MAX} characters, got ${reason.length}`);
}

/**
 * Ends a job that has not been placed yet, whichever of the two was asked for (specification 3.10).
 *
 * @param flag which of the two it is that the job shows from now on, and whose doing.
 */
export function endWaitingJob(
  { scope, jobId }: LiveJob,
  statusReason: string,
  flag: ({ readonly isCancelled: true } | { readonly isTerminated: true }) & { readonly stoppedBy: Cause },
  nowMs: number,
): Change {
  return {
    kind: "job-changed",
    scope,
    jobId,
    patch: { status: "FAILED", statusReason, stoppedAtMs: nowMs, ...flag },
    atMs: nowMs,
  };
}
