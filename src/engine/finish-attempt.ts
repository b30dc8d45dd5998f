import type { Attempt, AttemptOutcome } from "../batch/attempt.ts";
import type { JobProgressPatch } from "../batch/job.ts";
import { decideRetry } from "../batch/retry-strategy.ts";
import { attemptStatusReason, JOB_QUEUE_DELETED } from "../batch/status-reason.ts";
import { assert } from "../lib/assert.ts";
import type { Change } from "../store/change.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";

/** How an attempt's end was decided: labels the metric. */
export type FinishDecision = "succeeded" | "stopped" | "retried" | "rule-matched" | "attempts-exhausted";

export interface FinishedAttempt {
  readonly because: FinishDecision;
  readonly changes: readonly Change[];
}

/**
 * Decides what follows from the end of an attempt: SUCCEEDED, FAILED, or RUNNABLE again at the front of its queue.
 *
 * 1. One that somebody wanted ended is FAILED with that wish's reason, whatever its exit code, and never retried
 *    (specification 3.7: cancelled, terminated and timed-out jobs are not retried).
 * 2. Exit code 0 is SUCCEEDED.
 * 3. Everything else the retry strategy decides.
 *
 * An instance that went away with the attempt is gone for good; the next placement gets another.
 */
export function finishAttempt(
  job: LiveJob,
  outcome: AttemptOutcome,
  state: LiveState,
  stoppedAtMs: number,
): FinishedAttempt {
  const attempt = job.activeAttempt;
  assert(attempt !== undefined, `job ${job.jobId} has no attempt under way`);
  const statusReason = attemptStatusReason(outcome, attempt.stopping, attempt.instance?.instanceId);
  const ended = { ...attempt, stoppedAtMs, outcome, statusReason };
  const { because, patch } = decideNext(job, ended, state);
  const terminal: JobProgressPatch = patch.status === "RUNNABLE" ? {} : { stoppedAtMs };
  return {
    because,
    changes: [
      { kind: "attempt-put", attempt: ended },
      ...instanceLoss(ended, state, stoppedAtMs),
      {
        kind: "job-changed",
        scope: job.scope,
        jobId: job.jobId,
        patch: { statusReason, ...patch, ...terminal },
        atMs: stoppedAtMs,
      },
    ],
  };
}

type EndedAttempt = Attempt & { readonly outcome: AttemptOutcome; readonly statusReason: string };

function decideNext(
  job: LiveJob,
  { stopping, outcome, statusReason }: EndedAttempt,
  state: LiveState,
): { because: FinishDecision; patch: JobProgressPatch } {
  if (stopping !== undefined) return { because: "stopped", patch: { status: "FAILED" } };
  if (outcome.kind === "exited" && outcome.exitCode === 0) {
    return { because: "succeeded", patch: { status: "SUCCEEDED" } };
  }
  if (state.jobQueues.get(job.jobQueueArn)?.status === "DELETING") {
    return { because: "stopped", patch: { status: "FAILED", statusReason: JOB_QUEUE_DELETED } };
  }
  const decision = decideRetry(job.retryStrategy, job.attemptCount, { ...outcome, statusReason });
  if (decision.action === "RETRY") {
    const queuePosition = state.frontQueuePosition;
    return { because: "retried", patch: { status: "RUNNABLE", queuePosition } };
  }
  return { because: decision.because, patch: { status: "FAILED" } };
}

function instanceLoss(attempt: EndedAttempt, state: LiveState, terminatedAtMs: number): Change[] {
  const instance = state.instanceOf(attempt.computeEnvironmentArn);
  const isLost = attempt.outcome.kind === "host-lost" && instance !== undefined;
  if (!isLost || instance.instanceId !== attempt.instance?.instanceId) return [];
  return [{ kind: "instance-put", instance: { ...instance, terminatedAtMs } }];
}
