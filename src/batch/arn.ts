import { assert } from "../lib/assert.ts";
import { rememberLatest } from "../lib/remember-latest.ts";
import { isSameScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** A resource of Batch as its ARN names it. */
export type BatchResource = NamedResource | JobDefinitionResource;

interface NamedResource {
  readonly resourceType: NamedResourceType;
  readonly scope: Scope;
  /** The job's id where it is a job; that of a quota share is `⟨queue⟩/⟨share⟩`. */
  readonly name: string;
}

interface JobDefinitionResource {
  readonly resourceType: "job-definition";
  readonly scope: Scope;
  readonly name: string;
  /** Absent where the ARN stands for all revisions of the name. */
  readonly revision?: number;
}

type NamedResourceType = NameableType | "job" | "service-job" | "scheduling-policy" | "quota-share";

/** Resources that requests name by name or by ARN. */
export type NameableType =
  | "compute-environment"
  | "job-queue"
  | "consumable-resource"
  | "service-environment";

/** Where an ARN stands apart from its service: `aws-cn` in China, `aws-us-gov` in GovCloud, else `aws`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

export function computeEnvironmentArn(scope: Scope, name: string): string {
  return arn(scope, "batch", `compute-environment/${name}`);
}

export const jobQueueArn = rememberLatestIn((scope, name) => arn(scope, "batch", `job-queue/${name}`));

export function schedulingPolicyArn(scope: Scope, name: string): string {
  return arn(scope, "batch", `scheduling-policy/${name}`);
}

export function consumableResourceArn(scope: Scope, name: string): string {
  return arn(scope, "batch", `consumable-resource/${name}`);
}

export function serviceEnvironmentArn(scope: Scope, name: string): string {
  return arn(scope, "batch", `service-environment/${name}`);
}

export function quotaShareArn(scope: Scope, queueName: string, shareName: string): string {
  return arn(scope, "batch", `job-queue/${queueName}/quota-share/${shareName}`);
}

export function serviceJobArn(scope: Scope, jobId: string): string {
  return arn(scope, "batch", `service-job/${jobId}`);
}

/** Without a revision it stands for all revisions of the name. */
export function jobDefinitionArn(scope: Scope, name: string, revision?: number): string {
  const nameAndRevision = revision === undefined ? name : `${name}:${revision}`;
  return arn(scope, "batch", `job-definition/${nameAndRevision}`);
}

export function jobArn(scope: Scope, jobId: string): string {
  return arn(scope, "batch", `job/${jobId}`);
}

/** The ECS cluster of a compute environment: AWS names it `AWSBatch-⟨name⟩-⟨uuid⟩`. */
export function ecsClusterArn(scope: Scope, computeEnvironmentName: string, uuid: string): string {
  return arn(scope, "ecs", `cluster/AWSBatch-${computeEnvironmentName}-${uuid}`);
}

/** @param containerInstanceId 32 hexadecimal digits; not the id of the EC2 instance below it. */
export function containerInstanceArn(clusterArn: string, containerInstanceId: string): string {
  return `${clusterArn.replace(":cluster/", ":container-instance/")}/${containerInstanceId}`;
}

/** @param taskId 32 hexadecimal digits. */
export function taskArn(clusterArn: string, taskId: string): string {
  return `${taskArnPrefix(clusterArn)}${taskId}`;
}

const taskArnPrefix = rememberLatest((clusterArn) => `${clusterArn.replace(":cluster/", ":task/")}/`);

/** A log group's ARN without the `:*` that DescribeLogGroups adds in its member `arn`. */
export const logGroupArn = rememberLatestIn((scope, groupName) =>
  arn(scope, "logs", `log-group:${groupName}`),
);

export function logStreamArn(scope: Scope, groupName: string, streamName: string): string {
  return `${logGroupArn(scope, groupName)}:log-stream:${streamName}`;
}

/**
 * Reads the ARN of a resource of Batch.
 *
 * Undefined for everything else, which includes ARNs of array children and of nodes: they are no resources of their own
 * (specification 1.4, 1.7).
 */
export function parseResourceArn(text: string): BatchResource | undefined {
  const match = BATCH_ARN.exec(text);
  if (match === null) return undefined;
  const [, partition = "", region = "", accountId = "", resourceType = "", rest = ""] = match;
  if (partition !== partitionOf(region)) return undefined;

  const scope = { accountId, region };
  switch (resourceType) {
    case "compute-environment":
    case "scheduling-policy":
    case "consumable-resource":
    case "service-environment":
      return isResourceName(rest) ? { resourceType, scope, name: rest } : undefined;
    case "job-queue":
      return parseQueueResource(scope, rest);
    case "job":
    case "service-job":
      return JOB_ID.test(rest) ? { resourceType, scope, name: rest } : undefined;
    case "job-definition":
      return parseDefinitionResource(scope, rest);
    default:
      return undefined;
  }
}

/** The name that a text stands for: a name itself, or the ARN of such a resource in the same scope; else undefined. */
export function parseNameOrArn(scope: Scope, resourceType: NameableType, text: string): string | undefined {
  if (isResourceName(text)) return text;
  const resource = parseResourceArn(text);
  if (resource === undefined || resource.resourceType !== resourceType) return undefined;
  return isSameScope(resource.scope, scope) ? resource.name : undefined;
}

/** The name in an ARN that this program made itself. */
export const resourceName = rememberLatest((ownArn) => {
  const resource = parseResourceArn(ownArn);
  assert(resource !== undefined, `${ownArn} is not the ARN of a Batch resource`);
  return resource.name;
});

/** Reads `⟨name⟩` or `⟨name⟩:⟨revision⟩`; revisions count from 1. */
export function parseNameAndRevision(text: string): { name: string; revision?: number } | undefined {
  const match = NAME_AND_REVISION.exec(text);
  if (match === null) return undefined;
  const [, name = "", revision] = match;
  return revision === undefined ? { name } : { name, revision: Number(revision) };
}

/** Whether a resource may have this name; jobs have their own rule. */
export function isResourceName(text: string): boolean {
  return RESOURCE_NAME.test(text);
}

/** Whether jobs may have this name: unlike a resource's, its first character is a letter or a digit. */
export function isJobName(text: string): boolean {
  return JOB_NAME.test(text);
}

/** Whether a text is the id of a job, an array child or a node, or of a service job. */
export function isJobId(text: string): boolean {
  return ANY_JOB_ID.test(text);
}

const BATCH_ARN = /^arn:([a-z-]+):batch:([a-z0-9-]+):([0-9]{12}):([a-z-]+)\/(.+)$/;
const RESOURCE_NAME = /^[a-zA-Z_0-9-]{1,128}$/;
const JOB_NAME = /^[a-zA-Z0-9][a-zA-Z_0-9-]{0,127}$/;
const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ANY_JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#][0-9]{1,5})?$/;
/** Nine digits: more would not be a revision but an attack on number precision. */
const NAME_AND_REVISION = /^([a-zA-Z_0-9-]{1,128})(?::([1-9][0-9]{0,8}))?$/;

/** A queue, or a quota share, which is within its queue. */
function parseQueueResource(scope: Scope, rest: string): BatchResource | undefined {
  const [queueName = "", kind, shareName = "", ...others] = rest.split("/");
  if (!isResourceName(queueName) || others.length > 0) return undefined;
  if (kind === undefined) return { resourceType: "job-queue", scope, name: queueName };
  if (kind !== "quota-share" || !isResourceName(shareName)) return undefined;
  return { resourceType: "quota-share", scope, name: `${queueName}/${shareName}` };
}

function parseDefinitionResource(scope: Scope, rest: string): BatchResource | undefined {
  const nameAndRevision = parseNameAndRevision(rest);
  if (nameAndRevision === undefined) return undefined;
  return { resourceType: "job-definition", scope, ...nameAndRevision };
}

/** As `rememberLatest` does: what is asked for one after the other is mostly about the same queue or group. */
function rememberLatestIn(
  compute: (scope: Scope, name: string) => string,
): (scope: Scope, name: string) => string {
  let latest: { readonly scope: Scope; readonly name: string; readonly result: string } | undefined;
  return (scope, name) => {
    if (latest?.name !== name || !isSameScope(latest.scope, scope)) {
      latest = { scope, name, result: compute(scope, name) };
    }
    return latest.result;
  };
}

function arn(scope: Scope, service: "batch" | "ecs" | "logs", resource: string): string {
  return `arn:${partitionOf(scope.region)}:${service}:${scope.region}:${scope.accountId}:${resource}`;
}
