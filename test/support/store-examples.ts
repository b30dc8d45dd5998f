import {
  computeEnvironmentArn,
  consumableResourceArn,
  jobDefinitionArn,
  jobQueueArn,
  logGroupArn,
  logStreamArn,
  quotaShareArn,
  schedulingPolicyArn,
  serviceEnvironmentArn,
} from "../../src/batch/arn.ts";
import type { Attempt } from "../../src/batch/attempt.ts";
import { ENGINE_CAUSE } from "../../src/batch/cause.ts";
import type { ComputeEnvironment } from "../../src/batch/compute-environment.ts";
import type { ConsumableResource } from "../../src/batch/consumable-resource.ts";
import type { StoredShareUsage } from "../../src/batch/fair-share.ts";
import type { Instance } from "../../src/batch/instance.ts";
import type { JobDefinition, JobDefinitionTerms } from "../../src/batch/job-definition.ts";
import type { JobQueue } from "../../src/batch/job-queue.ts";
import type { Job, JobProgress, JobProgressPatch } from "../../src/batch/job.ts";
import type { LogGroup, LogStream } from "../../src/batch/log-stream.ts";
import type { QuotaShare } from "../../src/batch/quota-share.ts";
import type { SchedulingPolicy } from "../../src/batch/scheduling-policy.ts";
import type { Scope } from "../../src/batch/scope.ts";
import type { StoredSecret } from "../../src/batch/secret.ts";
import type { ServiceEnvironment } from "../../src/batch/service-environment.ts";
import type { ServiceJob } from "../../src/batch/service-job.ts";
import type { Change } from "../../src/store/change.ts";

/** Whole values for the tests of stores, each different from the others only where a test says so. */

export const SCOPE: Scope = { accountId: "123456789012", region: "eu-west-1" };
export const OTHER_SCOPES: readonly Scope[] = [
  { accountId: "123456789012", region: "eu-west-2" },
  { accountId: "210987654321", region: "eu-west-1" },
];
export const QUEUE = jobQueueArn(SCOPE, "queue");

export function aComputeEnvironment(name: string, scope = SCOPE): ComputeEnvironment {
  return {
    scope,
    name,
    arn: computeEnvironmentArn(scope, name),
    uuid: `uuid-of-${name}`,
    type: "MANAGED",
    state: "ENABLED",
    status: "VALID",
    statusReason: "ComputeEnvironment Healthy",
    computeResources: { type: "EC2", maxvCpus: 16, subnets: ["subnet-1"], instanceTypes: ["optimal"] },
    serviceRole: "role",
    ecsClusterArn: "cluster",
    configurationVersion: 1,
    ecsSettings: { containerInsights: "DISABLED" },
    tags: { team: "genomics" },
    cause: ENGINE_CAUSE,
  };
}

export function aJobQueue(name: string, scope = SCOPE): JobQueue {
  return {
    scope,
    name,
    arn: jobQueueArn(scope, name),
    state: "ENABLED",
    status: "VALID",
    statusReason: "JobQueue Healthy",
    priority: 1,
    jobQueueType: "ECS",
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: computeEnvironmentArn(scope, "environment") }],
    jobStateTimeLimitActions: [],
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

export function aJobDefinition(
  jobDefinitionName: string,
  revision: number,
  differing: Partial<JobDefinitionTerms> = {},
): JobDefinition {
  const scope = differing.scope ?? SCOPE;
  return {
    kind: "container",
    scope,
    jobDefinitionName,
    revision,
    jobDefinitionArn: jobDefinitionArn(scope, jobDefinitionName, revision),
    status: "ACTIVE",
    containerProperties: { image: "busybox", command: ["echo", "Ref::text"] },
    parameters: { text: "hello" },
    propagateTags: false,
    platformCapabilities: ["EC2"],
    tags: {},
    registeredAtMs: 1_700_000_000_000 + revision,
    cause: ENGINE_CAUSE,
    ...differing,
  };
}

export function aJob(jobId: string, differing: Partial<Job> = {}): Job {
  const scope = differing.scope ?? SCOPE;
  return {
    kind: "single",
    scope,
    jobId,
    jobName: "job",
    jobQueueArn: jobQueueArn(scope, "queue"),
    jobDefinitionArn: jobDefinitionArn(scope, "definition", 1),
    createdAtMs: 1_700_000_000_000,
    workload: {
      kind: "container",
      container: { image: "busybox", command: ["true"], environment: [{ name: "EMPTY", value: "" }] },
    },
    resources: { vcpuMillis: 1000, memoryMiB: 2048, gpuCount: 0 },
    parameters: {},
    retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "1", action: "RETRY" }] },
    dependsOn: [],
    propagateTags: false,
    platformCapabilities: ["EC2"],
    tags: {},
    cause: { principal: "arn:aws:iam::123456789012:root", requestId: "request" },
    ...differing,
  };
}

export const SUBMITTED: JobProgress = {
  status: "SUBMITTED",
  queuePosition: 1,
  attemptCount: 0,
  isCancelled: false,
  isTerminated: false,
};

export function submitted(
  job: Job,
  differing: Partial<JobProgress> = {},
): Extract<Change, { kind: "job-submitted" }> {
  return { kind: "job-submitted", job, progress: { ...SUBMITTED, ...differing } };
}

export function changed(job: Pick<Job, "scope" | "jobId">, patch: JobProgressPatch): Change {
  return { kind: "job-changed", scope: job.scope, jobId: job.jobId, patch, atMs: 1 };
}

export function anAttempt(
  job: Pick<Job, "scope" | "jobId">,
  number: number,
  differing: Partial<Attempt> = {},
): Attempt {
  return {
    scope: job.scope,
    jobId: job.jobId,
    number,
    taskId: `task-${job.jobId}-${number}`,
    taskArn: `arn-of-task-${job.jobId}-${number}`,
    computeEnvironmentArn: computeEnvironmentArn(job.scope, "environment"),
    instance: { instanceId: "i-1", containerInstanceArn: "container-instance" },
    placedAtMs: 1_700_000_000_100,
    ...differing,
  };
}

export function anInstance(instanceId: string, differing: Partial<Instance> = {}): Instance {
  const scope = differing.scope ?? SCOPE;
  return {
    scope,
    instanceId,
    containerInstanceArn: `container-instance-${instanceId}`,
    computeEnvironmentArn: computeEnvironmentArn(scope, "environment"),
    instanceType: "local.host",
    resources: { vcpuMillis: 8000, memoryMiB: 16_384, gpuCount: 0 },
    isSpot: false,
    configurationVersion: 1,
    launchedAtMs: 1_700_000_000_000,
    ...differing,
  };
}

export function aLogGroup(name: string, scope = SCOPE): LogGroup {
  return { scope, name, arn: logGroupArn(scope, name), createdAtMs: 1_700_000_000_000, tags: {} };
}

export function aLogStream(groupName: string, name: string, scope = SCOPE): LogStream {
  return {
    scope,
    groupName,
    name,
    arn: logStreamArn(scope, groupName, name),
    streamId: `id-of-${name}`,
    writer: "job",
    createdAtMs: 1_700_000_000_000,
  };
}

export function aSecret(name: string, scope = SCOPE): StoredSecret {
  return {
    scope,
    name,
    arnSuffix: "abc123",
    createdAtMs: 1_700_000_000_000,
    current: { versionId: "version", createdAtMs: 1_700_000_000_000, sealedValue: "sealed" },
    cause: ENGINE_CAUSE,
  };
}

export function aSchedulingPolicy(name: string, scope = SCOPE): SchedulingPolicy {
  return {
    resourceType: "scheduling-policy",
    scope,
    name,
    arn: schedulingPolicyArn(scope, name),
    body: { fairsharePolicy: { shareDecaySeconds: 0, computeReservation: 0, shareDistribution: [] } },
    tags: { team: "genomics" },
    cause: ENGINE_CAUSE,
  };
}

export function aConsumableResource(
  name: string,
  differing: Partial<ConsumableResource> = {},
): ConsumableResource {
  const scope = differing.scope ?? SCOPE;
  return {
    resourceType: "consumable-resource",
    scope,
    name,
    arn: consumableResourceArn(scope, name),
    kind: "REPLENISHABLE",
    totalQuantity: 3,
    createdAtMs: 1_700_000_000_000,
    tags: {},
    cause: ENGINE_CAUSE,
    ...differing,
  };
}

export function aServiceEnvironment(name: string, scope = SCOPE): ServiceEnvironment {
  return {
    resourceType: "service-environment",
    scope,
    name,
    arn: serviceEnvironmentArn(scope, name),
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    state: "ENABLED",
    capacityLimits: [{ maxCapacity: 4, capacityUnit: "NUM_INSTANCES" }],
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

/** @param name `⟨queue⟩/⟨share⟩`. */
export function aQuotaShare(name: string, scope = SCOPE): QuotaShare {
  const [queueName = "", quotaShareName = ""] = name.split("/");
  return {
    resourceType: "quota-share",
    scope,
    name,
    arn: quotaShareArn(scope, queueName, quotaShareName),
    quotaShareName,
    jobQueueArn: jobQueueArn(scope, queueName),
    state: "ENABLED",
    capacityLimits: [{ maxCapacity: 4, capacityUnit: "ml.m5.large" }],
    resourceSharingConfiguration: { strategy: "RESERVE" },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
    tags: {},
    cause: ENGINE_CAUSE,
  };
}

export function aServiceJob(jobId: string, differing: Partial<ServiceJob> = {}): ServiceJob {
  const scope = differing.scope ?? SCOPE;
  return {
    scope,
    jobId,
    jobName: "job",
    jobQueueArn: jobQueueArn(scope, "queue"),
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: "{}",
    createdAtMs: 1_700_000_000_000,
    status: "RUNNABLE",
    statusReason: "waits",
    isTerminated: false,
    tags: {},
    cause: ENGINE_CAUSE,
    ...differing,
  };
}

export function aShareUsage(
  queueName: string,
  shareIdentifier: string,
  differing: Partial<StoredShareUsage> = {},
): StoredShareUsage {
  return {
    jobQueueArn: jobQueueArn(SCOPE, queueName),
    shareIdentifier,
    averageVcpus: 2.5,
    asOfMs: 1_700_000_000_000,
    ...differing,
  };
}
