import type { Attempt, AttemptOutcome } from "../batch/attempt.ts";
import type { JobProgressPatch } from "../batch/job.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import { decideRetry } from "../batch/retry-strategy.ts";
import {
  attemptStatusReason,
  ESSENTIAL_CONTAINER_EXITED,
  JOB_QUEUE_DELETED,
} from "../batch/status-reason.ts";
import { assert } from "../lib/assert.ts";
import type { Change } from "../store/change.ts";
import { wishToStop } from "../store/end-jobs.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import { endInstance } from "./instances.ts";
import { useUp } from "./use-up.ts";

/** How an attempt's end was decided: labels the metric. */
export type FinishDecision = "succeeded" | "stopped" | "retried" | "rule-matched" | "attempts-exhausted";

interface FinishedAttempt {
  readonly because: FinishDecision;
  readonly changes: readonly Change[];
}

/** Where the end of an attempt is decided: each change is true before the next is thought of. */
interface Finishing {
  readonly job: LiveJob;
  readonly state: LiveState;
  readonly apply: (change: Change) => void;
}

/**
 * Decides what follows from the end of an attempt, and makes it true.
 *
 * A multi-node job lives and dies with its main node (specification 3.6): when that ends the others are stopped, and
 * when the last of them has ended the job's fate is decided by how the main node ended. Another node's end is its own.
 */
export function finish(
  { job, state, apply }: Finishing,
  seen: AttemptOutcome,
  stoppedAtMs: number,
): readonly FinishDecision[] {
  const { jobs } = state;
  const outcome: AttemptOutcome = isTakenAway(job.activeAttempt, seen) ? { kind: "host-lost" } : seen;
  const main = job.parent !== undefined && jobs.nodesOf(job.parent) !== undefined ? job.parent : job;
  if (main !== job) for (const change of endNode(job, outcome, stoppedAtMs)) apply(change);
  else if ((jobs.nodesOf(job)?.active.size ?? 0) > 0) {
    apply({ kind: "attempt-put", attempt: endedAttempt(job, outcome, stoppedAtMs) });
    for (const change of stopNodes(jobs, job, stoppedAtMs)) apply(change);
    return [];
  }
  const mainOutcome = main === job ? outcome : main.activeAttempt?.outcome;
  if (mainOutcome === undefined || (jobs.nodesOf(main)?.active.size ?? 0) > 0) return [];
  const { because, changes } = finishAttempt(
    main,
    mainOutcome,
    state,
    main.activeAttempt?.stoppedAtMs ?? stoppedAtMs,
  );
  for (const change of changes) apply(change);
  return [because];
}

function stopNodes(jobs: LiveState["jobs"], main: LiveJob, requestedAtMs: number): readonly Change[] {
  const statusReason = ESSENTIAL_CONTAINER_EXITED;
  const stopping = { because: "main-node-ended", statusReason, requestedAtMs } as const;
  const nodes = [...(jobs.nodesOf(main)?.active.values() ?? [])];
  return nodes.flatMap((node) => wishToStop(jobs, node, stopping));
}

function endNode(node: LiveJob, outcome: AttemptOutcome, stoppedAtMs: number): readonly Change[] {
  const attempt = endedAttempt(node, outcome, stoppedAtMs);
  const status = outcome.kind === "exited" && outcome.exitCode === 0 ? "SUCCEEDED" : "FAILED";
  const patch = { status, statusReason: attempt.statusReason, stoppedAtMs } as const;
  const { scope, jobId } = node;
  return [
    { kind: "attempt-put", attempt },
    { kind: "job-changed", scope, jobId, patch, atMs: stoppedAtMs },
  ];
}

function endedAttempt(job: LiveJob, outcome: AttemptOutcome, stoppedAtMs: number): EndedAttempt {
  const attempt = job.activeAttempt;
  assert(attempt !== undefined, `job ${job.jobId} has no attempt under way`);
  const { stopping, instance } = attempt;
  // It had ended by itself before it went with its instance.
  const isStopped = stopping?.because !== "instance-terminated" || outcome.kind === "host-lost";
  const statusReason = attemptStatusReason(outcome, isStopped ? stopping : undefined, instance?.instanceId);
  return { ...attempt, stoppedAtMs, outcome, statusReason };
}

/** What goes with its instance is lost with its host, unless it was done just then: a killed one never exits with 0. */
function isTakenAway(attempt: Attempt | undefined, { kind, exitCode }: AttemptOutcome): boolean {
  if (attempt?.stopping?.because !== "instance-terminated") return false;
  const wasDone = kind === "exited" && exitCode === 0 && attempt.instance !== undefined;
  return !wasDone;
}

/**
 * Decides what follows from the end of an attempt: SUCCEEDED, FAILED, or RUNNABLE again at the front of its queue.
 *
 * 1. One that somebody wanted ended is FAILED with that wish's reason, whatever its exit code, and never retried
 *    (specification 3.7: cancelled, terminated and timed-out jobs are not retried).
 * 2. Exit code 0 is SUCCEEDED.
 * 3. A child of an array that was cancelled meanwhile is not retried, nor is a job of a queue that is deleted.
 * 4. Everything else the retry strategy decides.
 *
 * An instance that went away with the attempt is gone for good; the next placement gets another. Where others run on it
 * still it takes nothing new; but the host itself is there as long as anything runs on it.
 */
function finishAttempt(
  job: LiveJob,
  outcome: AttemptOutcome,
  state: LiveState,
  stoppedAtMs: number,
): FinishedAttempt {
  const ended = endedAttempt(job, outcome, stoppedAtMs);
  const { statusReason } = ended;
  const { because, patch } = decideNext(job, ended, state);
  const terminal: JobProgressPatch = patch.status === "RUNNABLE" ? {} : { stoppedAtMs };
  return {
    because,
    changes: [
      { kind: "attempt-put", attempt: ended },
      ...useUp(state, job.jobId),
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
  if (stopping !== undefined && stopping.because !== "instance-terminated") {
    return { because: "stopped", patch: { status: "FAILED" } };
  }
  if (outcome.kind === "exited" && outcome.exitCode === 0) {
    return { because: "succeeded", patch: { status: "SUCCEEDED" } };
  }
  if (state.jobQueues.get(job.jobQueueArn)?.status === "DELETING") {
    return { because: "stopped", patch: { status: "FAILED", statusReason: JOB_QUEUE_DELETED } };
  }
  if (job.parent !== undefined && state.jobs.isStopRequested(job.parent)) {
    return { because: "stopped", patch: { status: "FAILED" } };
  }
  const decision = decideRetry(job.retryStrategy, job.attemptCount, { ...outcome, statusReason });
  if (decision.action === "RETRY") {
    const queuePosition = state.jobs.frontQueuePosition;
    return { because: "retried", patch: { status: "RUNNABLE", queuePosition } };
  }
  return { because: decision.because, patch: { status: "FAILED" } };
}

function instanceLoss(attempt: EndedAttempt, state: LiveState, terminatedAtMs: number): readonly Change[] {
  if (attempt.outcome.kind !== "host-lost" || attempt.instance === undefined) return [];
  const live = state.instances.find(attempt.instance.instanceId);
  if (live === undefined || live.instance.leaving !== undefined) return [];
  const { instance, tasks } = live;
  const isLast = [...tasks].every((taskId) => taskId === attempt.taskId);
  if (isLast) return [endInstance(instance, "lost", terminatedAtMs)];
  if (instance.instanceType === LOCAL_HOST) return [];
  return [{ kind: "instance-put", instance: { ...instance, leaving: { because: "lost" } } }];
}
