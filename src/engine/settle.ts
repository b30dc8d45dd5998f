import { settleComputeEnvironment } from "../batch/compute-environment.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { InstanceCatalogue } from "../batch/instance-catalogue.ts";
import { settleJobQueue } from "../batch/job-queue.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { JOB_QUEUE_DELETED } from "../batch/status-reason.ts";
import type { Change } from "../store/change.ts";
import { endWaiting, wishToStop } from "../store/end-jobs.ts";
import type { LiveState } from "../store/live-state.ts";
import { endInstance } from "./instances.ts";

/** At most this many waiting jobs of deleted queues are ended in one tick. */
const ENDED_PER_TICK_MAX = 1_000;

interface SettleFacts {
  readonly nowMs: number;
  readonly instanceCatalogue: InstanceCatalogue;
}

/**
 * Takes compute environments and queues that are CREATING, UPDATING or DELETING their next step.
 *
 * @returns true if something was left for the next tick.
 */
export function settle(state: LiveState, apply: (change: Change) => void, facts: SettleFacts): boolean {
  let isMoreDue = false;
  for (const arn of state.unsettled) {
    const computeEnvironment = state.computeEnvironments.get(arn);
    if (computeEnvironment !== undefined) settleEnvironment(computeEnvironment, state, apply, facts);
    const jobQueue = state.jobQueues.get(arn);
    if (jobQueue !== undefined) isMoreDue = settleQueue(jobQueue, state, apply, facts.nowMs) || isMoreDue;
  }
  return isMoreDue;
}

/** A deleted environment takes its instances with it, and stays while jobs run on them. */
function settleEnvironment(
  current: ComputeEnvironment,
  state: LiveState,
  apply: (change: Change) => void,
  { nowMs, instanceCatalogue }: SettleFacts,
): void {
  const { scope, name, arn, configurationVersion } = current;
  const instances = [...state.instances.ofEnvironment(arn).all.values()].map(({ instance }) => instance);
  const settled = settleComputeEnvironment(current, {
    hasOlderInstances: instances.some((instance) => instance.configurationVersion < configurationVersion),
    hasActiveJobs: state.jobs.environmentUsage(arn).vcpuMillis > 0,
    instanceCatalogue,
  });
  if (settled === current) return;
  if (settled !== "gone") {
    apply({ kind: "compute-environment-put", computeEnvironment: settled });
    return;
  }
  for (const instance of instances) apply(endInstance(instance, "environment-deleted", nowMs));
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
  for (let job = state.jobs.someRunnableOf(arn); job !== undefined; job = state.jobs.someRunnableOf(arn)) {
    if (leftCount === 0) return true;
    for (const change of endWaiting(state.jobs, job, end)) apply(change);
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
