import type { Attempt } from "../../batch/attempt.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { ConsumableRequirement } from "../../batch/consumable-resource.ts";
import { isActiveShare, usageAt } from "../../batch/fair-share.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { addResources, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { FairsharePolicy } from "../../model/batch.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import type { LiveShare } from "../../store/live-share.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";

/** All that a cycle is decided on, as plain lists that nobody changes: see `plain-scheduler.ts`. */
export interface Snapshot {
  readonly nowMs: number;
  /** What the host offers in all, and what attempts have of it. */
  readonly host: Resources;
  readonly hostUsed: Resources;
  /** In no order. */
  readonly queues: readonly SnapshotQueue[];
  readonly environments: readonly SnapshotEnvironment[];
  /** In the order of their launch. */
  readonly instances: readonly SnapshotInstance[];
  /** Those that some job needs. */
  readonly consumables: readonly SnapshotConsumable[];
}

export interface SnapshotQueue {
  readonly arn: string;
  readonly priority: number;
  readonly isDeleting: boolean;
  /** ARNs, the one to be tried first at the front. */
  readonly environments: readonly string[];
  /** Absent: first come, first served. */
  readonly policy?: FairsharePolicy;
  /** What its attempts have. */
  readonly vcpuMillis: number;
  readonly shares: readonly SnapshotShare[];
  /** RUNNABLE, the children of arrays each for itself; in no order. */
  readonly jobs: readonly SnapshotJob[];
}

export interface SnapshotShare {
  readonly identifier: string;
  readonly isActive: boolean;
  /** What its attempts have. */
  readonly vcpuMillis: number;
  /** What it had on average lately, until now. */
  readonly averageVcpuMillis: number;
}

export interface SnapshotJob {
  readonly jobId: string;
  /** Of the live job that stands for it: its array's for a child that nobody has spawned. */
  readonly liveJobId: string;
  readonly shareIdentifier: string;
  readonly schedulingPriority: number;
  readonly queuePosition: number;
  /** 0 where it is no child. */
  readonly childIndex: number;
  /** Of all nodes together. */
  readonly resources: Resources;
  /** Of each node by index; absent where the job is no multi-node job. */
  readonly nodeResources?: readonly Resources[];
  readonly consumables: readonly ConsumableRequirement[];
}

export interface SnapshotEnvironment {
  readonly computeEnvironment: ComputeEnvironment;
  /** What attempts have of it. */
  readonly vcpuMillis: number;
}

export interface SnapshotInstance {
  readonly instanceId: string;
  readonly computeEnvironmentArn: string;
  readonly instanceType: string;
  /** What jobs can have of it in all, and what attempts leave. */
  readonly resources: Resources;
  readonly free: Resources;
  readonly isBooting: boolean;
  readonly isLeaving: boolean;
  /** No attempt is on it. */
  readonly isEmpty: boolean;
}

export interface SnapshotConsumable {
  readonly arn: string;
  readonly total: number;
  readonly held: number;
}

/**
 * The snapshot of a live state. Whatever attempts have is summed up from the attempts themselves, not taken from the
 * state's own sums.
 */
export function snapshotOf(state: LiveState, host: Resources, nowMs: number): Snapshot {
  const charges = [...state.jobs.active.values()].flatMap((job) => chargeOf(job, state) ?? []);
  const queues = [...state.jobQueues.values()].map((queue) => queueOf(queue, { state, charges, nowMs }));
  return {
    nowMs,
    host,
    hostUsed: sumOf(charges),
    queues,
    environments: [...state.computeEnvironments.values()].map((computeEnvironment) => ({
      computeEnvironment,
      vcpuMillis: sumOf(
        charges.filter(({ attempt }) => attempt.computeEnvironmentArn === computeEnvironment.arn),
      ).vcpuMillis,
    })),
    instances: [...state.instances.environments.values()].flatMap(({ all }) =>
      [...all.values()].map((instance) => instanceOf(instance, charges)),
    ),
    consumables: consumablesOf(state, queues),
  };
}

/** What one attempt under way has. */
interface Charge {
  readonly job: LiveJob;
  readonly attempt: Attempt;
  readonly resources: Resources;
}

interface QueueFacts {
  readonly state: LiveState;
  readonly charges: readonly Charge[];
  readonly nowMs: number;
}

/** A job with nodes is there for its main node; the others are jobs of their own while they are placed. */
function chargeOf(job: LiveJob, state: LiveState): Charge | undefined {
  const main = state.jobs.nodesOf(job)?.main;
  const ofNode = main === undefined ? undefined : job.nodeResources?.[main];
  const attempt = job.activeAttempt;
  return attempt && { job, attempt, resources: ofNode ?? job.resources };
}

function sumOf(charges: readonly Charge[]): Resources {
  return charges.reduce((sum, { resources }) => addResources(sum, resources), NO_RESOURCES);
}

function queueOf(queue: JobQueue, { state, charges, nowMs }: QueueFacts): SnapshotQueue {
  const { arn, priority, status, computeEnvironmentOrder } = queue;
  const ready = state.jobs.readyQueue(arn);
  const ofQueue = charges.filter(({ job }) => job.jobQueueArn === arn);
  const policy = ready?.fairShare?.policy;
  const shares = [...(ready?.shares.values() ?? [])];
  return {
    arn,
    priority,
    isDeleting: status === "DELETING",
    environments: computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment),
    ...(policy && { policy }),
    vcpuMillis: sumOf(ofQueue).vcpuMillis,
    shares: shares.map((share) => shareOf(share, ready, { ofQueue, nowMs })),
    jobs: shares.flatMap(({ runnable }) =>
      runnable.first(runnable.size).flatMap((job) => jobsOf(job, state)),
    ),
  };
}

function shareOf(
  { identifier, liveCount, lastEndAtMs, averageVcpuMillis, asOfMs }: LiveShare,
  ready: ReadyQueue | undefined,
  { ofQueue, nowMs }: { readonly ofQueue: readonly Charge[]; readonly nowMs: number },
): SnapshotShare {
  const ofShare = ofQueue.filter(({ job }) => job.share.identifier === identifier);
  const halfLifeMs = ready?.fairShare?.halfLifeMs ?? 0;
  const activeUntilMs = lastEndAtMs === undefined ? undefined : lastEndAtMs + halfLifeMs;
  const { vcpuMillis } = sumOf(ofShare);
  return {
    identifier,
    isActive: isActiveShare(liveCount, activeUntilMs, nowMs),
    vcpuMillis,
    averageVcpuMillis: usageAt(averageVcpuMillis, vcpuMillis, nowMs - asOfMs, halfLifeMs),
  };
}

/** An array stands for those of its children that nobody has spawned; the others are jobs of their own. */
function jobsOf(job: LiveJob, state: LiveState): readonly SnapshotJob[] {
  const { jobId, schedulingPriority, queuePosition, childIndex = 0, resources, nodeResources } = job;
  const single: SnapshotJob = {
    jobId,
    liveJobId: jobId,
    shareIdentifier: job.share.identifier,
    schedulingPriority,
    queuePosition,
    childIndex,
    resources,
    ...(nodeResources && { nodeResources }),
    consumables: state.consumables.neededBy(jobId),
  };
  const array = state.jobs.arrayOf(job);
  if (array === undefined) return [single];
  return array
    .firstUnspawned(array.size)
    .map((index) => ({ ...single, jobId: `${jobId}:${index}`, childIndex: index }));
}

function instanceOf({ instance }: LiveInstance, charges: readonly Charge[]): SnapshotInstance {
  const { instanceId, computeEnvironmentArn, instanceType, resources } = instance;
  const ofInstance = charges.filter(({ attempt }) => attempt.instance?.instanceId === instanceId);
  return {
    instanceId,
    computeEnvironmentArn,
    instanceType,
    resources,
    free: subtractResources(resources, sumOf(ofInstance)),
    isBooting: instance.registeredAtMs === undefined,
    isLeaving: instance.leaving !== undefined,
    isEmpty: ofInstance.length === 0,
  };
}

/** One that does not exist has nothing. */
function consumablesOf(state: LiveState, queues: readonly SnapshotQueue[]): readonly SnapshotConsumable[] {
  const needed = queues.flatMap(({ jobs }) => jobs.flatMap(({ consumables }) => consumables));
  return [...new Set(needed.map(({ consumableResource }) => consumableResource))].map((arn) => ({
    arn,
    total: state.plainResources.find("consumable-resource", arn)?.totalQuantity ?? 0,
    held: state.consumables.heldOf(arn),
  }));
}
