import { settleComputeEnvironment } from "../batch/compute-environment.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { settleJobQueue } from "../batch/job-queue.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { JOB_QUEUE_DELETED } from "../batch/status-reason.ts";
import type { Change } from "../store/change.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import { wishToStop } from "./stop-attempts.ts";

/** At most this many waiting jobs of deleted queues are ended in one tick. */
const ENDED_PER_TICK_MAX = 1_000;

/**
 * Takes compute environments and queues that are CREATING, UPDATING or DELETING their next step.
 *
 * @returns true if something was left for the next tick.
 */
export function settle(state: LiveState, apply: (change: Change) => void, nowMs: number): boolean {
  let isMoreDue = false;
  for (const arn of state.unsettled) {
    const computeEnvironment = state.computeEnvironments.get(arn);
    if (computeEnvironment !== undefined) settleEnvironment(computeEnvironment, state, apply, nowMs);
    const jobQueue = state.jobQueues.get(arn);
    if (jobQueue !== undefined) isMoreDue = settleQueue(jobQueue, state, apply, nowMs) || isMoreDue;
  }
  return isMoreDue;
}

/** A deleted environment goes when nothing runs on it any more: work under way is never thrown away for it. */
function settleEnvironment(
  computeEnvironment: ComputeEnvironment,
  state: LiveState,
  apply: (change: Change) => void,
  nowMs: number,
): void {
  const settled = settleComputeEnvironment(computeEnvironment);
  const { scope, name, arn } = computeEnvironment;
  if (settled !== "gone") {
    apply({ kind: "compute-environment-put", computeEnvironment: settled });
    return;
  }
  const isInUse = [...state.active.values()].some((job) => job.activeAttempt?.computeEnvironmentArn === arn);
  if (isInUse) return;
  const instance = state.instanceOf(arn);
  if (instance !== undefined) {
    apply({ kind: "instance-put", instance: { ...instance, terminatedAtMs: nowMs } });
  }
  apply({ kind: "compute-environment-removed", scope, name });
}

/** A deleted queue takes its jobs with it (`JobQueue deleted`) and goes when the last has ended. True if jobs wait still. */
function settleQueue(
  jobQueue: JobQueue,
  state: LiveState,
  apply: (change: Change) => void,
  nowMs: number,
): boolean {
  const settled = settleJobQueue(jobQueue);
  if (settled !== "gone") {
    apply({ kind: "job-queue-put", jobQueue: settled });
    return false;
  }

  const { arn, scope, name } = jobQueue;
  for (const job of [...state.submitted].filter(({ jobQueueArn }) => jobQueueArn === arn)) {
    apply(endUnstarted(job, nowMs));
  }
  let head = state.headOf(arn);
  for (let count = 0; head !== undefined && count < ENDED_PER_TICK_MAX; count += 1) {
    apply(endUnstarted(head, nowMs));
    head = state.headOf(arn);
  }
  const active = [...state.active.values()].filter(({ jobQueueArn }) => jobQueueArn === arn);
  for (const job of active) {
    const stop = { because: "queue-deleted", statusReason: JOB_QUEUE_DELETED, requestedAtMs: nowMs } as const;
    for (const change of wishToStop(job, stop)) apply(change);
  }
  if (active.length === 0 && head === undefined) apply({ kind: "job-queue-removed", scope, name });
  return head !== undefined;
}

function endUnstarted({ scope, jobId }: LiveJob, nowMs: number): Change {
  return {
    kind: "job-changed",
    scope,
    jobId,
    patch: { status: "FAILED", statusReason: JOB_QUEUE_DELETED, stoppedAtMs: nowMs },
    atMs: nowMs,
  };
}
