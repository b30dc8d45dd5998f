import type { Cause } from "../../../batch/cause.ts";
import { newProgress } from "../../../batch/job.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { Scope } from "../../../batch/scope.ts";
import type { Change } from "../../../store/change.ts";
import { endWaiting, wishToStop } from "../../../store/end-jobs.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";

/** Characters in the reason of a cancellation or termination (specification 13). */
const REASON_LENGTH_MAX = 1024;

export function checkReason(reason: string): Refusal | undefined {
  if (reason.length <= REASON_LENGTH_MAX) return undefined;
  return Refusal.bare(`reason must have at most ${REASON_LENGTH_MAX} characters, got ${reason.length}`);
}

/** Who wants which job ended, and why. */
export interface JobEnding {
  readonly scope: Scope;
  readonly jobId: string;
  readonly reason: string;
  readonly cause: Cause;
  readonly nowMs: number;
}

/**
 * Cancels a job (specification 3.10): one that waits for capacity fails, and one that waits for others fails when they
 * have ended. One that is placed, has ended or does not exist is left alone. Of an array all children are cancelled.
 */
export function cancel({ jobs }: LiveState, ending: JobEnding): readonly Change[] {
  const flags = { isCancelled: true, stoppedBy: ending.cause } as const;
  const job = jobs.find(ending.scope, ending.jobId);
  return job === undefined
    ? endUnspawnedChild(jobs, ending, flags)
    : endUnplaced(jobs, job, { ...ending, flags });
}

/**
 * Terminates a job (specification 3.10): as `cancel`, and what is placed is marked to be stopped, which the engine does
 * once that is durable. Of several reasons the first stands.
 */
export function terminate({ jobs }: LiveState, ending: JobEnding): readonly Change[] {
  const { reason, nowMs } = ending;
  const flags = { isTerminated: true, stoppedBy: ending.cause } as const;
  const job = jobs.find(ending.scope, ending.jobId);
  if (job === undefined) return endUnspawnedChild(jobs, ending, flags);
  const stops = wishToStop(jobs, job, { because: "terminated", statusReason: reason, requestedAtMs: nowMs });
  const marks = stops
    .flatMap((change) => (change.kind === "attempt-put" ? [change.attempt] : []))
    .map(({ scope, jobId }): Change => ({ kind: "job-changed", scope, jobId, patch: flags, atMs: nowMs }));
  return [...endUnplaced(jobs, job, { ...ending, flags }), ...stops, ...marks];
}

type EndFlags = { readonly stoppedBy: Cause } & (
  | { readonly isCancelled: true }
  | { readonly isTerminated: true }
);

function endUnplaced(
  jobs: LiveState["jobs"],
  job: LiveJob,
  { reason, flags, nowMs }: JobEnding & { readonly flags: EndFlags },
): readonly Change[] {
  const isWaitingForOthers = job.status === "PENDING" && jobs.arrayOf(job) === undefined;
  if (!isWaitingForOthers) return endWaiting(jobs, job, { statusReason: reason, atMs: nowMs, flags });
  if (jobs.isStopRequested(job)) return [];
  const { scope, jobId } = job;
  return [{ kind: "job-changed", scope, jobId, patch: { statusReason: reason, ...flags }, atMs: nowMs }];
}

function endUnspawnedChild(
  jobs: LiveState["jobs"],
  { scope, jobId, reason, nowMs }: JobEnding,
  flags: EndFlags,
): readonly Change[] {
  const child = jobs.findArrayChild(scope, jobId);
  if (child === undefined) return [];
  const { parent, array, index } = child;
  if (array.isSpawned(index) || array.endOf(index) !== undefined) return [];
  const end = { statusReason: reason, stoppedAtMs: nowMs, ...flags };
  const progress = { ...newProgress("FAILED", parent.queuePosition), ...end };
  return [{ kind: "child-put", scope, parentJobId: parent.jobId, index, progress, atMs: nowMs }];
}
