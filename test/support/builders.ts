import { computeEnvironmentArn, ecsClusterArn, jobDefinitionArn, jobQueueArn } from "../../src/batch/arn.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { ConsumableRequirement, ConsumableResource } from "../../src/batch/consumable-resource.ts";
import type { Job, JobDependency, JobProgress } from "../../src/batch/job.ts";
import type { JobQueue } from "../../src/batch/job-queue.ts";
import { allNodesResources, createMultiNodeWorkload } from "../../src/batch/multi-node.ts";
import { Refusal } from "../../src/batch/refusal.ts";
import type { Resources } from "../../src/batch/resources.ts";
import type { RetryStrategy } from "../../src/batch/retry-strategy.ts";
import { assert } from "../../src/lib/assert.ts";
import type { CRAllocationStrategy, FairsharePolicy } from "../../src/model/batch.ts";
import type { Change } from "../../src/store/change.ts";
import { LiveState } from "../../src/store/live-state.ts";
import { requirements } from "./batch-values.ts";
import { aConsumableResource, aSchedulingPolicy } from "./store-examples.ts";

export const SCOPE = { accountId: "123456789012", region: "us-east-1" };

/** A host with room for whatever a test does not mean to limit. */
export const HOST: Resources = { vcpuMillis: 64_000, memoryMiB: 65_536, gpuCount: 0 };

export const NO_RETRY: RetryStrategy = { attempts: 1, evaluateOnExit: [] };

export const UUID = "0f3c5e8a-0000-4000-8000-000000000000";

/** The changes that make a thing be there: what builders end in. */
export interface Buildable {
  changes(): readonly Change[];
}

/** The state in which all of these are there. */
export function aState(...things: readonly Buildable[]): LiveState {
  const state = LiveState.from({
    computeEnvironments: [],
    jobQueues: [],
    shareUsages: [],
    jobDefinitions: [],
    liveJobs: [],
    liveChildren: [],
    instances: [],
    logGroups: [],
    plainResources: [],
    requirements: [],
    serviceJobs: [],
    lastEventSequence: 0,
  });
  for (const thing of things) for (const change of thing.changes()) state.apply(change);
  return state;
}

export function aComputeEnvironment(
  name: string,
  overrides: Partial<Pick<ComputeEnvironment, "state" | "status" | "eksConfiguration">> & {
    readonly maxvCpus?: number;
    readonly type?: "EC2" | "SPOT" | "FARGATE";
    /** Absent: it is the host itself. */
    readonly instanceTypes?: readonly string[];
    readonly allocationStrategy?: CRAllocationStrategy;
  } = {},
): Buildable {
  const { state = "ENABLED", status = "VALID", eksConfiguration, ...resources } = overrides;
  const computeEnvironment: ComputeEnvironment = {
    scope: SCOPE,
    name,
    arn: computeEnvironmentArn(SCOPE, name),
    uuid: UUID,
    type: "MANAGED",
    state,
    status,
    statusReason: "ComputeEnvironment Healthy",
    computeResources: { type: "EC2", maxvCpus: 1000, subnets: [], ...resources },
    ...(eksConfiguration && { eksConfiguration }),
    serviceRole: "arn:aws:iam::123456789012:role/batch",
    ecsClusterArn: ecsClusterArn(SCOPE, name, UUID),
    configurationVersion: 1,
    ecsSettings: {},
    tags: {},
    cause: ENGINE_CAUSE,
  };
  return { changes: () => [{ kind: "compute-environment-put", computeEnvironment }] };
}

export function aJobQueue(
  name: string,
  environmentNames: readonly string[],
  overrides: Partial<JobQueue> = {},
): Buildable {
  const jobQueue: JobQueue = {
    scope: SCOPE,
    name,
    arn: jobQueueArn(SCOPE, name),
    state: "ENABLED",
    status: "VALID",
    statusReason: "JobQueue Healthy",
    priority: 1,
    jobQueueType: "ECS",
    computeEnvironmentOrder: environmentNames.map((environmentName, index) => ({
      order: index + 1,
      computeEnvironment: computeEnvironmentArn(SCOPE, environmentName),
    })),
    jobStateTimeLimitActions: [],
    tags: {},
    cause: ENGINE_CAUSE,
    ...overrides,
  };
  return { changes: () => [{ kind: "job-queue-put", jobQueue }] };
}

/** A scheduling policy. */
export function aPolicy(name: string, fairsharePolicy: FairsharePolicy): Buildable {
  const resource = { ...aSchedulingPolicy(name, SCOPE), body: { fairsharePolicy } };
  return { changes: () => [{ kind: "plain-resource-put", resource }] };
}

/** A consumable resource. */
export function aConsumable(
  name: string,
  totalQuantity: number,
  kind: ConsumableResource["kind"] = "REPLENISHABLE",
): Buildable {
  const resource = aConsumableResource(name, { scope: SCOPE, totalQuantity, kind });
  return { changes: () => [{ kind: "plain-resource-put", resource }] };
}

/** A RUNNABLE job of one vCPU and 100 MiB; each step gives another one. */
export function aJob(jobId: string): JobBuilder {
  return new JobBuilder(
    {
      kind: "single",
      scope: SCOPE,
      jobId,
      jobName: jobId,
      jobQueueArn: jobQueueArn(SCOPE, "q"),
      jobDefinitionArn: jobDefinitionArn(SCOPE, "definition", 1),
      createdAtMs: 1,
      workload: { kind: "container", container: { image: "busybox", command: ["true"] } },
      resources: { vcpuMillis: 1000, memoryMiB: 100, gpuCount: 0 },
      parameters: {},
      retryStrategy: NO_RETRY,
      dependsOn: [],
      propagateTags: false,
      platformCapabilities: ["EC2"],
      tags: {},
      cause: ENGINE_CAUSE,
    },
    { status: "RUNNABLE", queuePosition: 1, attemptCount: 0, isCancelled: false, isTerminated: false },
  );
}

export class JobBuilder implements Buildable {
  readonly job: Job;
  readonly progress: JobProgress;

  constructor(job: Job, progress: JobProgress) {
    this.job = job;
    this.progress = progress;
  }

  /** The same job but for these members. */
  with(members: Partial<Job>): JobBuilder {
    return new JobBuilder({ ...this.job, ...members }, this.progress);
  }

  inQueue(name: string): JobBuilder {
    return this.with({ jobQueueArn: jobQueueArn(SCOPE, name) });
  }

  inShare(shareIdentifier: string, schedulingPriority = 0): JobBuilder {
    return this.with({ shareIdentifier, schedulingPriority });
  }

  /** Its place in the queue. */
  at(queuePosition: number): JobBuilder {
    return new JobBuilder(this.job, { ...this.progress, queuePosition });
  }

  submitted(): JobBuilder {
    return new JobBuilder(this.job, { ...this.progress, status: "SUBMITTED" });
  }

  needing(resources: Partial<Resources>): JobBuilder {
    return this.with({ resources: { ...this.job.resources, ...resources } });
  }

  /** @param consumableResources by ARN. */
  consuming(consumableResources: readonly ConsumableRequirement[]): JobBuilder {
    return this.with({ consumableResources });
  }

  retrying(retryStrategy: RetryStrategy): JobBuilder {
    return this.with({ retryStrategy });
  }

  limitedTo(attemptDurationSeconds: number): JobBuilder {
    return this.with({ attemptDurationSeconds });
  }

  array(arraySize: number): JobBuilder {
    return this.with({ kind: "array", arraySize });
  }

  /** A multi-node job, each of its nodes of one vCPU and 100 MiB. */
  nodes(count: number, main = 0): JobBuilder {
    const container = { image: "busybox", resourceRequirements: requirements("1", "100") };
    const workload = createMultiNodeWorkload({
      numNodes: count,
      mainNode: main,
      nodeRangeProperties: [{ targetNodes: "0:", container }],
    });
    assert(!(workload instanceof Refusal), "the nodes are refused");
    const resources = allNodesResources(workload);
    return this.with({ kind: "multi-node", workload, resources, nodes: { count, main } });
  }

  dependingOn(...dependsOn: readonly JobDependency[]): JobBuilder {
    return this.with({ dependsOn });
  }

  changes(): readonly Change[] {
    return [{ kind: "job-submitted", job: this.job, progress: this.progress }];
  }
}
