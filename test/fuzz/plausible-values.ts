import { jobQueueArn } from "../../src/batch/arn.ts";
import { NOW_MS, SCOPE } from "../support/batch-values.ts";
import type { SeededRandom } from "../../src/lib/seeded-random.ts";

/** Ids of some jobs that there are. */
export interface SeenJobs {
  readonly jobs: readonly string[];
  readonly serviceJobs: readonly string[];
}

type Draw = (random: SeededRandom, seen: SeenJobs) => unknown;

const ARN = `arn:aws:batch:${SCOPE.region}:${SCOPE.accountId}`;
const QUEUES = ["ec2", "fargate", "pods", "fair", jobQueueArn(SCOPE, "ec2")];
const SERVICE_QUEUES = ["service", "quota", "service-fair"];
const DEFINITIONS = ["single", "single:1", "fargate", "task", "pod", "nodes", `${ARN}:job-definition/single`];

/** Few names, so that requests meet what others have made. */
const newName: Draw = (random) => `new-${random.between(1, 30)}`;

const jobId: Draw = (random, { jobs }) => random.pick(jobs);

const serviceJobId: Draw = (random, { serviceJobs }) => random.pick(serviceJobs);

const oneOf =
  (...values: readonly unknown[]): Draw =>
  (random) =>
    random.pick(values);

const listOf =
  (draw: Draw): Draw =>
  (random, seen) => [...new Set(Array.from({ length: random.between(1, 3) }, () => draw(random, seen)))];

const resourceArn = oneOf(
  `${ARN}:job-queue/ec2`,
  `${ARN}:compute-environment/ec2`,
  `${ARN}:job-definition/single:1`,
  `${ARN}:scheduling-policy/fair`,
  `${ARN}:consumable-resource/licence`,
  `${ARN}:service-environment/training`,
  `${ARN}:job-queue/quota/quota-share/share`,
);

/** Values that mean something, by `Shape.member` or by the member alone; for others any value of the shape is as good. */
export const PLAUSIBLE: Readonly<Record<string, Draw>> = {
  arn: oneOf(`${ARN}:scheduling-policy/fair`, `${ARN}:scheduling-policy/new-1`),
  "DeleteSchedulingPolicyRequest.arn": (random) => `${ARN}:scheduling-policy/new-${random.between(1, 30)}`,
  arns: listOf(oneOf(`${ARN}:scheduling-policy/fair`, `${ARN}:scheduling-policy/new-1`)),
  attemptDurationSeconds: (random) => random.between(60, 10_000),
  capacityLimits: oneOf([{ maxCapacity: 3, capacityUnit: "ml.m5.large" }]),
  computeEnvironment: oneOf("ec2", "new-1", "new-2", "new-3"),
  computeEnvironmentName: newName,
  computeEnvironmentOrder: oneOf([{ order: 1, computeEnvironment: "ec2" }]),
  computeEnvironments: listOf(oneOf("ec2", "fargate", "new-1")),
  command: oneOf(["true"], ["echo", "Ref::word"], []),
  consumableResource: oneOf("licence", "new-1", "new-2"),
  "DeleteConsumableResourceRequest.consumableResource": newName,
  consumableResourceName: newName,
  consumableResources: listOf(oneOf("licence")),
  context: oneOf("reserved"),
  dnsPolicy: oneOf("Default", "ClusterFirst"),
  dependsOn: (random, seen) => [{ jobId: jobId(random, seen) }],
  environment: oneOf([{ name: "A", value: "b" }], [{ name: "EMPTY", value: "" }], []),
  image: oneOf("busybox", "registry.example/team/app:1"),
  jobDefinition: oneOf(...DEFINITIONS),
  "DeregisterJobDefinitionRequest.jobDefinition": (random) => `new-${random.between(1, 30)}`,
  jobDefinitionName: newName,
  jobDefinitions: listOf(oneOf("single:1", "pod:1")),
  jobId,
  "DescribeServiceJobRequest.jobId": serviceJobId,
  "TerminateServiceJobRequest.jobId": serviceJobId,
  "UpdateServiceJobRequest.jobId": serviceJobId,
  jobName: newName,
  jobQueue: oneOf(...QUEUES),
  "CreateQuotaShareRequest.jobQueue": oneOf("quota"),
  "DeleteJobQueueRequest.jobQueue": newName,
  "ListQuotaSharesRequest.jobQueue": oneOf("quota"),
  "ListServiceJobsRequest.jobQueue": oneOf(...SERVICE_QUEUES),
  "SubmitServiceJobRequest.jobQueue": oneOf(...SERVICE_QUEUES),
  "UpdateJobQueueRequest.jobQueue": newName,
  jobQueueName: newName,
  jobQueues: listOf(oneOf(...QUEUES)),
  jobs: listOf(jobId),
  "TerminateServiceJobsRequest.jobs": listOf(serviceJobId),
  maxResults: (random) => random.between(1, 100),
  memory: (random) => random.between(4, 512),
  name: newName,
  nextToken: oneOf(undefined),
  onExitCode: oneOf("1", "13*"),
  onReason: oneOf("OutOfMemoryError*", "*"),
  onStatusReason: oneOf("Host EC2*"),
  operation: oneOf("SET", "ADD", "REMOVE"),
  parameters: oneOf({ word: "text" }),
  platformCapabilities: oneOf(["EC2"], ["FARGATE"]),
  endTime: (random) => NOW_MS + random.between(-9, 9),
  filterPattern: oneOf("", "text", '"some text" -other', "%t[e]xt%"),
  limit: (random) => random.between(1, 50),
  logGroupIdentifier: oneOf(undefined),
  logGroupIdentifiers: oneOf(undefined),
  logGroupName: (random) => `/group/${random.between(1, 2)}`,
  logGroupNamePrefix: oneOf("/group"),
  logStreamName: (random) => `stream-${random.between(1, 2)}`,
  logStreamNames: oneOf(["stream-1"], undefined),
  message: oneOf("some text", "x"),
  retentionInDays: oneOf(1, 7, 3653),
  startTime: (random) => NOW_MS + random.between(-9, 9),
  timestamp: (random) => NOW_MS + random.between(-9, 9),
  priority: (random) => random.between(0, 1_000),
  quantity: (random) => random.between(1, 9),
  quotaShareArn: oneOf(
    `${ARN}:job-queue/quota/quota-share/share`,
    `${ARN}:job-queue/quota/quota-share/new-1`,
  ),
  "DeleteQuotaShareRequest.quotaShareArn": (random) =>
    `${ARN}:job-queue/quota/quota-share/new-${random.between(1, 30)}`,
  quotaShareName: newName,
  "SubmitServiceJobRequest.quotaShareName": oneOf("share"),
  reason: oneOf("no longer wanted"),
  resourceArn,
  resourceRequirements: oneOf([{ type: "VCPU", value: "1" }], [{ type: "MEMORY", value: "64" }]),
  resourceType: oneOf("REPLENISHABLE", "NON_REPLENISHABLE"),
  schedulingPolicyArn: oneOf(`${ARN}:scheduling-policy/fair`),
  serviceEnvironment: oneOf("training", "new-1", "new-2"),
  "DeleteServiceEnvironmentRequest.serviceEnvironment": newName,
  "UpdateServiceEnvironmentRequest.serviceEnvironment": newName,
  serviceEnvironmentName: newName,
  serviceEnvironmentOrder: oneOf([{ order: 1, serviceEnvironment: "training" }]),
  serviceEnvironments: listOf(oneOf("training", "new-1")),
  serviceRequestPayload: oneOf("{}"),
  shareIdentifier: oneOf("red", "blue"),
  size: (random) => random.between(2, 40),
  status: oneOf("ACTIVE", "INACTIVE"),
  tagKeys: oneOf(["key-1", "key-2"]),
  targetNodes: oneOf("0:", "0:1", "1:"),
  user: oneOf("nobody", "1000"),
  values: oneOf(["new-1"], ["new*"], ["1700000000000"]),
  "KeyValuesPair.name": oneOf("JOB_NAME", "BEFORE_CREATED_AT", "CONSUMABLE_RESOURCE_NAME"),
};
