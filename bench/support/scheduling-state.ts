import {
  computeEnvironmentArn,
  ecsClusterArn,
  jobQueueArn,
  schedulingPolicyArn,
} from "../../src/batch/arn.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { Instance } from "../../src/batch/instance.ts";
import type { JobQueue } from "../../src/batch/job-queue.ts";
import type { SchedulingPolicy } from "../../src/batch/scheduling-policy.ts";
import { LiveState } from "../../src/store/live-state.ts";
import type { StoredLiveJob } from "../../src/store/store.ts";
import type { SchedulingWorkload } from "./scheduling-workload.ts";

const SCOPE = { accountId: "123456789012", region: "us-east-1" };
const ENVIRONMENT = computeEnvironmentArn(SCOPE, "fleet");
const POLICY = schedulingPolicyArn(SCOPE, "fair");
const QUEUE = jobQueueArn(SCOPE, "queue");
const UUID = "0f3c5e8a-0000-4000-8000-000000000000";

/** The live state of the product that holds the workload, all of it RUNNABLE, and the instances, all of them empty. */
export function schedulingState(workload: SchedulingWorkload): LiveState {
  return LiveState.from({
    computeEnvironments: [environment(workload)],
    jobQueues: [queue()],
    jobDefinitions: [],
    liveJobs: liveJobs(workload),
    liveChildren: [],
    instances: instances(workload),
    logGroups: [],
    plainResources: [policy(workload)],
    shareUsages: [],
    requirements: [],
    serviceJobs: [],
    lastEventSequence: 0,
  });
}

export function jobIdOf(job: number): string {
  return `00000000-0000-4000-8000-${job.toString(16).padStart(12, "0")}`;
}

function* liveJobs({
  jobCount,
  shapes,
  shapeOf,
  shareOf,
  priorityOf,
}: SchedulingWorkload): Generator<StoredLiveJob> {
  const resources = shapes.map(({ vcpus, memoryMiB }) => ({
    vcpuMillis: vcpus * 1000,
    memoryMiB,
    gpuCount: 0,
  }));
  const retryStrategy = { attempts: 1, evaluateOnExit: [] };
  for (let job = 0; job < jobCount; job += 1) {
    const asked = resources[shapeOf[job] ?? 0];
    if (asked === undefined) throw new Error(`job ${job} has no shape`);
    yield {
      scope: SCOPE,
      jobId: jobIdOf(job),
      jobQueueArn: QUEUE,
      status: "RUNNABLE",
      queuePosition: job + 1,
      attemptCount: 0,
      resources: asked,
      nodeResources: undefined,
      shareIdentifier: shareName(shareOf[job] ?? 0),
      schedulingPriority: priorityOf[job] ?? 0,
      retryStrategy,
      attemptDurationSeconds: undefined,
      activeAttempt: undefined,
      isStopRequested: false,
    };
  }
}

function shareName(share: number): string {
  return `share-${share}`;
}

function* entries(count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield index;
}

function policy({ weightFactorOf }: SchedulingWorkload): SchedulingPolicy {
  const shareDistribution = [...weightFactorOf].map((weightFactor, share) => ({
    shareIdentifier: shareName(share),
    weightFactor,
  }));
  return {
    resourceType: "scheduling-policy",
    scope: SCOPE,
    name: "fair",
    arn: POLICY,
    body: { fairsharePolicy: { shareDecaySeconds: 3600, computeReservation: 0, shareDistribution } },
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

function queue(): JobQueue {
  return {
    scope: SCOPE,
    name: "queue",
    arn: QUEUE,
    state: "ENABLED",
    status: "VALID",
    statusReason: "JobQueue Healthy",
    priority: 1,
    jobQueueType: "ECS",
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: ENVIRONMENT }],
    schedulingPolicyArn: POLICY,
    jobStateTimeLimitActions: [],
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

function environment({ instanceCount, instance }: SchedulingWorkload): ComputeEnvironment {
  const vcpus = instanceCount * instance.vcpus;
  return {
    scope: SCOPE,
    name: "fleet",
    arn: ENVIRONMENT,
    uuid: UUID,
    type: "MANAGED",
    state: "ENABLED",
    status: "VALID",
    statusReason: "ComputeEnvironment Healthy",
    computeResources: {
      type: "EC2",
      minvCpus: vcpus,
      maxvCpus: vcpus,
      desiredvCpus: vcpus,
      instanceTypes: ["m6i.4xlarge"],
      subnets: [],
    },
    serviceRole: "arn:aws:iam::123456789012:role/batch",
    ecsClusterArn: ecsClusterArn(SCOPE, "fleet", UUID),
    configurationVersion: 1,
    ecsSettings: {},
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

function instances({ instanceCount, instance }: SchedulingWorkload): readonly Instance[] {
  const resources = { vcpuMillis: instance.vcpus * 1000, memoryMiB: instance.memoryMiB, gpuCount: 0 };
  return [...entries(instanceCount)].map((index) => ({
    scope: SCOPE,
    computeEnvironmentArn: ENVIRONMENT,
    instanceId: `i-${index.toString(16).padStart(17, "0")}`,
    containerInstanceArn: `arn:aws:ecs:us-east-1:123456789012:container-instance/fleet/${index}`,
    instanceType: "m6i.4xlarge",
    resources,
    isSpot: false,
    configurationVersion: 1,
    launchedAtMs: 1,
    registeredAtMs: 1,
  }));
}
