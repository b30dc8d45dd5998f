import type {
  CreateJobQueueRequest,
  JobQueueType,
  JobStateTimeLimitAction,
  JQState,
  JQStatus,
  UpdateJobQueueRequest,
} from "../model/batch.ts";
import { unreachable } from "../lib/assert.ts";
import { isResourceName, jobQueueArn } from "./arn.ts";
import type { Cause } from "./cause.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { parseComputeEnvironmentOrder } from "./compute-environment-order.ts";
import type { ComputeEnvironmentOrderEntry, ComputeEnvironments } from "./compute-environment-order.ts";
import { checkJobStateTimeLimitActions } from "./job-state-time-limit.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
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
  /** ARNs of compute environments, the one to try first at the front. One to three. */
  readonly computeEnvironmentOrder: readonly ComputeEnvironmentOrderEntry[];
  readonly jobStateTimeLimitActions: readonly JobStateTimeLimitAction[];
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** What a job queue depends on besides the request. */
export interface JobQueueFacts {
  readonly cause: Cause;
  /** Finds a compute environment of the queue's scope by name or ARN. */
  readonly findComputeEnvironment: (nameOrArn: string) => ComputeEnvironment | undefined;
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
 * Order: name, what is not supported, priority, time limits, tags, compute environments, type.
 */
export function createJobQueue(request: CreateJobQueueRequest, facts: NewJobQueueFacts): JobQueue | Refusal {
  const refusal =
    checkName(request.jobQueueName, facts.isNameTaken) ??
    checkNewSchedulingPolicy(request.schedulingPolicyArn) ??
    checkServiceEnvironments(request) ??
    checkMembers(request);
  if (refusal !== undefined) return refusal;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const { computeEnvironmentOrder = [], jobStateTimeLimitActions = [] } = request;
  const environments = parseComputeEnvironmentOrder(
    computeEnvironmentOrder,
    facts.findComputeEnvironment,
    new Set(),
  );
  if (environments instanceof Refusal) return environments;
  const typeRefusal = checkType(request.jobQueueType, environments);
  if (typeRefusal !== undefined) return typeRefusal;

  const { scope, cause } = facts;
  return {
    scope,
    name: request.jobQueueName,
    arn: jobQueueArn(scope, request.jobQueueName),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    statusReason: JOB_QUEUE_HEALTHY,
    priority: request.priority,
    jobQueueType: environments.jobQueueType,
    computeEnvironmentOrder: environments.order,
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
  const refusal =
    checkChangedSchedulingPolicy(request.schedulingPolicyArn) ??
    checkServiceEnvironments(request) ??
    checkMembers(request);
  if (refusal !== undefined) return refusal;
  const computeEnvironmentOrder = updatedOrder(current, request, facts);
  if (computeEnvironmentOrder instanceof Refusal) return computeEnvironmentOrder;
  const { state, priority, jobStateTimeLimitActions } = request;
  return {
    ...current,
    status: "UPDATING",
    computeEnvironmentOrder,
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

const PRIORITY = { min: 0, max: 1000 };

function checkName(name: string, isNameTaken: boolean): Refusal | undefined {
  if (!isResourceName(name)) return Refusal.wrapped("Job Queue name should match a valid pattern.");
  return isNameTaken ? Refusal.wrapped("Object already exists") : undefined;
}

function checkNewSchedulingPolicy(schedulingPolicyArn = ""): Refusal | undefined {
  if (schedulingPolicyArn === "") return undefined;
  return notSupportedYet("fair-share job queues (schedulingPolicyArn)");
}

/** A queue has a scheduling policy from its creation or never: all that there are now are first come, first served. */
function checkChangedSchedulingPolicy(schedulingPolicyArn = ""): Refusal | undefined {
  if (schedulingPolicyArn === "") return undefined;
  return Refusal.bare(
    `schedulingPolicyArn must be absent for a job queue that was created without one, got ${schedulingPolicyArn}`,
  );
}

function checkServiceEnvironments({
  serviceEnvironmentOrder = [],
}: Pick<CreateJobQueueRequest, "serviceEnvironmentOrder">): Refusal | undefined {
  if (serviceEnvironmentOrder.length === 0) return undefined;
  return notSupportedYet("service environments (serviceEnvironmentOrder)");
}

function checkMembers({
  priority,
  jobStateTimeLimitActions,
}: Pick<UpdateJobQueueRequest, "priority" | "jobStateTimeLimitActions">): Refusal | undefined {
  return (
    checkRange(priority, "priority", PRIORITY) ?? checkJobStateTimeLimitActions(jobStateTimeLimitActions)
  );
}

/** The texts on EKS and SageMaker are AWS's, as recorded in https://github.com/badmintoncryer/cdk-preflight. */
function checkType(
  wanted: JobQueueType | undefined,
  { jobQueueType }: ComputeEnvironments,
): Refusal | undefined {
  if (wanted === undefined || wanted === jobQueueType) return undefined;
  if (wanted === "EKS") return Refusal.wrapped("EKS job queue type must have EKS compute environment.");
  if (wanted === "SAGEMAKER_TRAINING") {
    return Refusal.wrapped("Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.");
  }
  return Refusal.bare(`jobQueueType must be ${jobQueueType} as its compute environments are, got ${wanted}`);
}

/** The type of a queue never changes, so its new environments are of the kind that it has. */
function updatedOrder(
  { computeEnvironmentOrder: current, jobQueueType }: JobQueue,
  { computeEnvironmentOrder }: UpdateJobQueueRequest,
  { findComputeEnvironment }: JobQueueFacts,
): readonly ComputeEnvironmentOrderEntry[] | Refusal {
  if (computeEnvironmentOrder === undefined) return current;
  const attached = new Set(current.map(({ computeEnvironment }) => computeEnvironment));
  const environments = parseComputeEnvironmentOrder(
    computeEnvironmentOrder,
    findComputeEnvironment,
    attached,
  );
  if (environments instanceof Refusal) return environments;
  if (environments.jobQueueType === jobQueueType) return environments.order;
  return Refusal.bare(
    `computeEnvironmentOrder must hold compute environments for a queue of type ${jobQueueType}, got ${environments.jobQueueType}`,
  );
}

function isBeingModified({ status }: JobQueue): boolean {
  return status !== "VALID" && status !== "INVALID";
}
