import { settleComputeEnvironment } from "../batch/compute-environment.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { settleJobQueue } from "../batch/job-queue.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { JOB_QUEUE_DELETED } from "../batch/status-reason.ts";
import type { Change } from "../store/change.ts";
import { endWaiting, wishToStop } from "../store/end-jobs.ts";
import type { LiveState } from "../store/live-state.ts";

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
  const isInUse = [...state.jobs.active.values()].some(
    (job) => job.activeAttempt?.computeEnvironmentArn === arn,
  );
  if (isInUse) return;
  const instance = state.instanceOf(arn);
  if (instance !== undefined) {
    apply({ kind: "instance-put", instance: { ...instance, terminatedAtMs: nowMs } });
  }
  apply({ kind: "compute-environment-removed", scope, name });
}

/**
 * A deleted queue takes its jobs with it (`JobQueue deleted`) and goes when the last has ended. True if jobs wait still, or
 * arrays are about to end.
 */
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
  const end = { statusReason: JOB_QUEUE_DELETED, atMs: nowMs };
  let leftCount = ENDED_PER_TICK_MAX;
  for (const job of state.jobs.waitingOf(arn)) {
    if (leftCount === 0) return true;
    const changes = endWaiting(state.jobs, job, end);
    for (const change of changes) apply(change);
    // An array stays until the last of its children has ended.
    if (changes.length > 0) leftCount -= 1;
  }
  for (let head = state.jobs.headOf(arn); head !== undefined; head = state.jobs.headOf(arn)) {
    if (leftCount === 0) return true;
    for (const change of endWaiting(state.jobs, head, end)) apply(change);
    leftCount -= 1;
  }
  const active = [...state.jobs.active.values()].filter(({ jobQueueArn }) => jobQueueArn === arn);
  for (const job of active) {
    const stop = { because: "queue-deleted", statusReason: JOB_QUEUE_DELETED, requestedAtMs: nowMs } as const;
    for (const change of wishToStop(state.jobs, job, stop)) apply(change);
  }
  const isEmpty = active.length === 0 && state.jobs.waitingOf(arn).size === 0;
  if (isEmpty) apply({ kind: "job-queue-removed", scope, name });
  return state.jobs.endedArrays.size > 0;
}
