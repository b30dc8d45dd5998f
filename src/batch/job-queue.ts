import type {
  CreateJobQueueRequest,
  JobQueueType,
  JobStateTimeLimitAction,
  JQState,
  JQStatus,
  ServiceEnvironmentOrder,
  UpdateJobQueueRequest,
} from "../model/batch.ts";
import { unreachable } from "../lib/assert.ts";
import { isResourceName, jobQueueArn } from "./arn.ts";
import type { BlockedHead } from "./blocked-head.ts";
import type { Cause } from "./cause.ts";
import { parseComputeEnvironmentOrder } from "./compute-environment-order.ts";
import type {
  ComputeEnvironmentOrderEntry,
  ComputeEnvironmentOrderFacts,
} from "./compute-environment-order.ts";
import { checkJobStateTimeLimitActions } from "./job-state-time-limit.ts";
import { checkPolicyChange, checkSchedulingPolicy } from "./queue-scheduling-policy.ts";
import type { FindSchedulingPolicy } from "./queue-scheduling-policy.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { parseServiceEnvironmentOrder } from "./service-environment-order.ts";
import type { ServiceEnvironment } from "./service-environment.ts";
import { parseTags } from "./tags.ts";

export interface JobQueue {
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  readonly state: JQState;
  readonly status: JQStatus;
  readonly statusReason: string;
  /** 0 to 1000; a higher one goes first where queues share a compute environment. */
  readonly priority: number;
  readonly jobQueueType: JobQueueType;
  /** Absent: first come, first served. What has it keeps one of the kind, what does not will never have it. */
  readonly schedulingPolicyArn?: string;
  /** ARNs of compute environments, the one to try first at the front. One to three; none in a queue of service jobs. */
  readonly computeEnvironmentOrder: readonly ComputeEnvironmentOrderEntry[];
  /** Of a queue of service jobs only: one entry, with an ARN. */
  readonly serviceEnvironmentOrder?: readonly ServiceEnvironmentOrder[];
  readonly jobStateTimeLimitActions: readonly JobStateTimeLimitAction[];
  /** Absent as long as no job has blocked it for a while. */
  readonly blockedHead?: BlockedHead;
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** What a job queue depends on besides the request. */
export interface JobQueueFacts extends ComputeEnvironmentOrderFacts {
  readonly cause: Cause;
  /** Finds a service environment of the queue's scope by name or ARN. */
  readonly findServiceEnvironment: (nameOrArn: string) => ServiceEnvironment | undefined;
  readonly findSchedulingPolicy: FindSchedulingPolicy;
}

export interface NewJobQueueFacts extends JobQueueFacts {
  readonly scope: Scope;
  /** Whether the scope has a queue of that name, in whatever status. */
  readonly isNameTaken: boolean;
}

/** AWS shows it in every status but INVALID. */
const JOB_QUEUE_HEALTHY = "JobQueue Healthy";

/**
 * Makes a job queue in CREATING out of a CreateJobQueue (specification 2.6).
 *
 * Order: name, priority, tags, environments and type, time limits, scheduling policy.
 */
export function createJobQueue(request: CreateJobQueueRequest, facts: NewJobQueueFacts): JobQueue | Refusal {
  const refusal =
    checkName(request.jobQueueName, facts.isNameTaken) ?? checkRange(request.priority, "priority", PRIORITY);
  if (refusal !== undefined) return refusal;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const environments = newEnvironments(request, facts);
  if (environments instanceof Refusal) return environments;
  const { jobQueueType } = environments;
  const { jobStateTimeLimitActions = [], schedulingPolicyArn = "" } = request;
  const typedRefusal =
    checkJobStateTimeLimitActions(jobStateTimeLimitActions, jobQueueType) ??
    checkSchedulingPolicy(schedulingPolicyArn, jobQueueType, facts.findSchedulingPolicy);
  if (typedRefusal !== undefined) return typedRefusal;

  const { scope, cause } = facts;
  return {
    scope,
    name: request.jobQueueName,
    arn: jobQueueArn(scope, request.jobQueueName),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    statusReason: JOB_QUEUE_HEALTHY,
    priority: request.priority,
    ...(schedulingPolicyArn !== "" && { schedulingPolicyArn }),
    ...environments,
    jobStateTimeLimitActions,
    tags,
    cause,
  };
}

/** The queue in UPDATING as an UpdateJobQueue wants it: what the request leaves out stays, lists replace lists. */
export function updateJobQueue(
  current: JobQueue,
  request: UpdateJobQueueRequest,
  facts: JobQueueFacts,
): JobQueue | Refusal {
  if (isBeingModified(current)) return Refusal.bare("Cannot update, resource is being modified");
  const { state, priority, jobStateTimeLimitActions, schedulingPolicyArn = "" } = request;
  const refusal =
    checkPolicyChange(current, request.schedulingPolicyArn, facts.findSchedulingPolicy) ??
    checkRange(priority, "priority", PRIORITY) ??
    checkJobStateTimeLimitActions(jobStateTimeLimitActions, current.jobQueueType);
  if (refusal !== undefined) return refusal;
  const environments = updatedEnvironments(current, request, facts);
  if (environments instanceof Refusal) return environments;
  return {
    ...current,
    status: "UPDATING",
    ...environments,
    ...(schedulingPolicyArn !== "" && { schedulingPolicyArn }),
    ...(state !== undefined && { state }),
    ...(priority !== undefined && { priority }),
    ...(jobStateTimeLimitActions !== undefined && { jobStateTimeLimitActions }),
    cause: facts.cause,
  };
}

/** The queue in DELETING, or why it has to stay. Its jobs are ended and its environments kept until it is gone. */
export function deleteJobQueue(current: JobQueue, cause: Cause): JobQueue | Refusal {
  if (isBeingModified(current)) return Refusal.bare("Cannot delete, resource is being modified");
  if (current.state !== "DISABLED") {
    return Refusal.bare(`${current.arn} must be in DISABLED state to be deleted, got ${current.state}`);
  }
  return { ...current, status: "DELETING", cause };
}

/**
 * The next step of a queue's status: CREATING and UPDATING become VALID, DELETING ends it, the rest stays.
 *
 * A queue that is to be gone has to be emptied first.
 */
export function settleJobQueue(current: JobQueue): JobQueue | "gone" {
  switch (current.status) {
    case "CREATING":
    case "UPDATING":
      return { ...current, status: "VALID", statusReason: JOB_QUEUE_HEALTHY };
    case "DELETING":
    case "DELETED":
      return "gone";
    case "VALID":
    case "INVALID":
      return current;
    default:
      return unreachable(current.status);
  }
}

/** Refuses a submission that is not of a service job where a queue takes nothing else. */
export function checkTakesJobs({ arn, jobQueueType }: JobQueue): Refusal | undefined {
  if (jobQueueType !== "SAGEMAKER_TRAINING") return undefined;
  return Refusal.bare(`JobQueue ${arn} is of type SAGEMAKER_TRAINING and takes service jobs only`);
}

const PRIORITY = { min: 0, max: 1000 };

function checkName(name: string, isNameTaken: boolean): Refusal | undefined {
  if (!isResourceName(name)) return Refusal.wrapped("Job Queue name should match a valid pattern.");
  return isNameTaken ? Refusal.wrapped("Object already exists") : undefined;
}

/** What a queue has of environments, and what that makes of it. */
type QueueEnvironments = Pick<
  JobQueue,
  "jobQueueType" | "computeEnvironmentOrder" | "serviceEnvironmentOrder"
>;

type EnvironmentMembers = Pick<
  CreateJobQueueRequest,
  "jobQueueType" | "computeEnvironmentOrder" | "serviceEnvironmentOrder"
>;

/**
 * A queue is of compute environments or of one service environment.
 *
 * The texts on types are AWS's, as recorded in https://github.com/badmintoncryer/cdk-preflight; the last is ours.
 */
function newEnvironments(request: EnvironmentMembers, facts: JobQueueFacts): QueueEnvironments | Refusal {
  const { computeEnvironmentOrder = [], serviceEnvironmentOrder = [], jobQueueType: wanted } = request;
  if (wanted === "SAGEMAKER_TRAINING" || serviceEnvironmentOrder.length > 0) {
    return serviceEnvironments(request, facts);
  }
  const environments = parseComputeEnvironmentOrder(computeEnvironmentOrder, facts, new Set());
  if (environments instanceof Refusal) return environments;
  const { order, jobQueueType } = environments;
  if (wanted === undefined || wanted === jobQueueType) {
    return { jobQueueType, computeEnvironmentOrder: order };
  }
  if (wanted === "EKS") return Refusal.wrapped("EKS job queue type must have EKS compute environment.");
  return Refusal.bare(`jobQueueType must be ${jobQueueType} as its compute environments are, got ${wanted}`);
}

function serviceEnvironments(
  { computeEnvironmentOrder = [], serviceEnvironmentOrder = [], jobQueueType: wanted }: EnvironmentMembers,
  { findServiceEnvironment }: JobQueueFacts,
): QueueEnvironments | Refusal {
  if (wanted !== undefined && wanted !== "SAGEMAKER_TRAINING") {
    return Refusal.wrapped(
      `The jobQueueType provided is ${wanted}, which is incompatible with the provided serviceEnvironmentOrder.`,
    );
  }
  const order = parseServiceEnvironmentOrder(serviceEnvironmentOrder, findServiceEnvironment);
  if (order instanceof Refusal) return order;
  if (computeEnvironmentOrder.length > 0) {
    return Refusal.bare("computeEnvironmentOrder and serviceEnvironmentOrder cannot both be given");
  }
  return {
    jobQueueType: "SAGEMAKER_TRAINING",
    computeEnvironmentOrder: [],
    serviceEnvironmentOrder: order,
  };
}

/** The type of a queue never changes, so its new environments are of the kind that it has. */
function updatedEnvironments(
  current: JobQueue,
  { computeEnvironmentOrder, serviceEnvironmentOrder }: UpdateJobQueueRequest,
  facts: JobQueueFacts,
): Partial<QueueEnvironments> | Refusal {
  if (current.serviceEnvironmentOrder !== undefined) {
    if ((computeEnvironmentOrder ?? []).length > 0) {
      return Refusal.bare(
        `computeEnvironmentOrder must be absent for a queue of type ${current.jobQueueType}`,
      );
    }
    if (serviceEnvironmentOrder === undefined) return {};
    return serviceEnvironments({ serviceEnvironmentOrder }, facts);
  }
  if ((serviceEnvironmentOrder ?? []).length > 0) {
    return Refusal.bare(`serviceEnvironmentOrder must be absent for a queue of type ${current.jobQueueType}`);
  }
  if (computeEnvironmentOrder === undefined) return {};
  const attached = new Set(
    current.computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment),
  );
  const environments = parseComputeEnvironmentOrder(computeEnvironmentOrder, facts, attached);
  if (environments instanceof Refusal) return environments;
  if (environments.jobQueueType === current.jobQueueType) {
    return { computeEnvironmentOrder: environments.order };
  }
  return Refusal.bare(
    `computeEnvironmentOrder must hold compute environments for a queue of type ${current.jobQueueType}, got ${environments.jobQueueType}`,
  );
}

function isBeingModified({ status }: JobQueue): boolean {
  return status !== "VALID" && status !== "INVALID";
}
