import type {
  CEState,
  CEStatus,
  CEType,
  ComputeResource,
  CreateComputeEnvironmentRequest,
  EcsSettings,
  EksConfiguration,
  OrchestrationType,
  UpdatePolicy,
} from "../model/batch.ts";
import { unreachable } from "../lib/assert.ts";
import { computeEnvironmentArn, ecsClusterArn, isResourceName } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { invalidReasonOf } from "./compute-environment-health.ts";
import { createComputeResources, isFargateEnvironment } from "./compute-resources.ts";
import { NO_KUBERNETES, parseEksConfiguration } from "./eks-configuration.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { expandServiceRole, isServiceLinkedRole, serviceLinkedRole } from "./service-role.ts";
import { parseTags } from "./tags.ts";

export interface ComputeEnvironment {
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  readonly uuid: string;
  readonly type: CEType;
  readonly state: CEState;
  readonly status: CEStatus;
  readonly statusReason: string;
  /** Absent exactly for UNMANAGED. */
  readonly computeResources?: ComputeResource;
  /** UNMANAGED only. */
  readonly unmanagedvCpus?: number;
  readonly serviceRole: string;
  /** There is one for EKS, too, though nobody is shown it. */
  readonly ecsClusterArn: string;
  /** Present exactly where jobs run as pods. */
  readonly eksConfiguration?: EksConfiguration;
  /** Absent until one is set: clients take one that they did not ask for as a change of somebody else's. */
  readonly updatePolicy?: UpdatePolicy;
  /** 1, and one more with each infrastructure update: instances of an earlier one are replaced. */
  readonly configurationVersion: number;
  readonly ecsSettings: EcsSettings;
  readonly context?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** What a new compute environment depends on besides its request. */
export interface NewComputeEnvironmentFacts {
  readonly scope: Scope;
  readonly uuid: string;
  readonly cause: Cause;
  /** Whether the scope has a compute environment of that name, in whatever status. */
  readonly isNameTaken: boolean;
  readonly instanceCatalogue: InstanceCatalogue;
}

/** What the status of an environment depends on besides itself. */
export interface SettlingFacts {
  /** Whether it has instances of an earlier configuration, leaving ones included. */
  readonly hasOlderInstances: boolean;
  /** Whether any job is STARTING or RUNNING on it. */
  readonly hasActiveJobs: boolean;
  readonly instanceCatalogue: InstanceCatalogue;
}

const NOTHING_LEFT: SettlingFacts = {
  hasOlderInstances: false,
  hasActiveJobs: false,
  instanceCatalogue: EC2_CATALOGUE,
};

/** AWS shows it in every status but INVALID. */
const COMPUTE_ENVIRONMENT_HEALTHY = "ComputeEnvironment Healthy";

/** AWS's own text is not public. */
const FARGATE_DELETED_IN_USE =
  "CLIENT_ERROR - Jobs run on this compute environment: end them, then delete it again";

/**
 * Makes a compute environment in CREATING out of a CreateComputeEnvironment (specification 2.5).
 *
 * Roles, subnets and security groups are kept and shown but not looked up. Order: name, state, what its type asks
 * for, tags, EKS, compute resources.
 */
export function createComputeEnvironment(
  request: CreateComputeEnvironmentRequest,
  facts: NewComputeEnvironmentFacts,
): ComputeEnvironment | Refusal {
  const refusal = checkName(request, facts) ?? checkNew(request);
  if (refusal !== undefined) return refusal;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const eks = request.eksConfiguration && parseEksConfiguration(request.eksConfiguration, facts.scope);
  if (eks instanceof Refusal) return eks;
  const computeResources = newComputeResources(request, facts);
  if (computeResources instanceof Refusal) return computeResources;

  const { scope, uuid, cause } = facts;
  const { computeEnvironmentName: name, type, unmanagedvCpus, context } = request;
  const serviceRole = newServiceRole(scope, request.serviceRole);
  return {
    scope,
    name,
    arn: computeEnvironmentArn(scope, name),
    uuid,
    type,
    state: "ENABLED",
    status: "CREATING",
    statusReason: COMPUTE_ENVIRONMENT_HEALTHY,
    ...computeResources,
    ...(unmanagedvCpus !== undefined && { unmanagedvCpus }),
    serviceRole,
    ecsClusterArn: ecsClusterArn(scope, name, uuid),
    ...(eks && { eksConfiguration: eks }),
    configurationVersion: 1,
    ecsSettings: { containerInsights: request.ecsSettings?.containerInsights ?? "DISABLED" },
    ...(context !== undefined && context !== "" && { context }),
    tags,
    cause,
  };
}

/**
 * The environment in DELETING, or why it has to stay (specification 5.11).
 *
 * @param isReferencedByQueue whether any job queue has it in its order; one in DELETING counts.
 */
export function deleteComputeEnvironment(
  current: ComputeEnvironment,
  isReferencedByQueue: boolean,
  cause: Cause,
): ComputeEnvironment | Refusal {
  if (isBeingModified(current)) return Refusal.bare("Cannot delete, resource is being modified");
  if (isReferencedByQueue) return Refusal.bare("Cannot delete, found existing JobQueue relationship");
  if (current.state !== "DISABLED") {
    return Refusal.bare(`${current.arn} must be in DISABLED state to be deleted, got ${current.state}`);
  }
  return { ...current, status: "DELETING", cause };
}

/**
 * The next step of an environment's status: CREATING and UPDATING become VALID, or INVALID where it cannot work; one in
 * DELETING is gone when no job runs on it any more; the rest stays. The same object where there is no step to take yet.
 *
 * An infrastructure update lasts until the instances of the earlier configuration are gone (specification 5.8). A Fargate
 * environment that is deleted while jobs run on it becomes INVALID and can be deleted again
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html).
 */
export function settleComputeEnvironment(
  current: ComputeEnvironment,
  { hasOlderInstances, hasActiveJobs, instanceCatalogue }: SettlingFacts = NOTHING_LEFT,
): ComputeEnvironment | "gone" {
  switch (current.status) {
    case "CREATING":
      return validOrInvalid(current, instanceCatalogue);
    case "UPDATING":
      return hasOlderInstances ? current : validOrInvalid(current, instanceCatalogue);
    case "DELETING":
    case "DELETED":
      if (!hasActiveJobs) return "gone";
      return isFargateEnvironment(current)
        ? { ...current, status: "INVALID", statusReason: FARGATE_DELETED_IN_USE }
        : current;
    case "VALID":
    case "INVALID":
      return current;
    default:
      return unreachable(current.status);
  }
}

/**
 * The environment as the instance types that there are now make it: a VALID one may not be able to work any more, and an
 * INVALID one may be again. The same object where nothing changes.
 */
export function reviewComputeEnvironment(
  current: ComputeEnvironment,
  catalogue: InstanceCatalogue,
): ComputeEnvironment {
  if (isBeingModified(current) || current.computeResources?.instanceTypes === undefined) return current;
  const reviewed = validOrInvalid(current, catalogue);
  const { status, statusReason } = reviewed;
  return status === current.status && statusReason === current.statusReason ? current : reviewed;
}

/** Whether a change is under way, during which AWS takes no other. */
export function isBeingModified({ status }: Pick<ComputeEnvironment, "status">): boolean {
  return status !== "VALID" && status !== "INVALID";
}

/** What starts the jobs of an environment. */
export function orchestrationOf({
  eksConfiguration,
}: {
  readonly eksConfiguration?: unknown;
}): OrchestrationType {
  return eksConfiguration === undefined ? "ECS" : "EKS";
}

function validOrInvalid(environment: ComputeEnvironment, catalogue: InstanceCatalogue): ComputeEnvironment {
  const invalidReason = invalidReasonOf(environment, catalogue);
  if (invalidReason !== undefined) return { ...environment, status: "INVALID", statusReason: invalidReason };
  const statusReason = orchestrationOf(environment) === "EKS" ? NO_KUBERNETES : COMPUTE_ENVIRONMENT_HEALTHY;
  return { ...environment, status: "VALID", statusReason };
}

/** Refuses what a type does not know or cannot do without, in a request to create or to update. */
export function checkType(
  type: CEType,
  request: Pick<CreateComputeEnvironmentRequest, "serviceRole" | "unmanagedvCpus"> & {
    readonly computeResources?: object | undefined;
  },
): Refusal | undefined {
  if (type === "MANAGED") {
    if (request.unmanagedvCpus === undefined) return undefined;
    return Refusal.wrapped("unmanagedvCpus is not applicable for managed Compute Environments");
  }
  if (request.computeResources !== undefined) {
    return Refusal.bare("computeResources must be absent for type UNMANAGED");
  }
  if (isServiceLinkedRole(request.serviceRole ?? "")) {
    return Refusal.wrapped("Service Linked Role cannot be used with UNMANAGED Compute Environment");
  }
  return checkRange(request.unmanagedvCpus, "unmanagedvCpus", { min: 0 });
}

function checkName(
  { computeEnvironmentName }: CreateComputeEnvironmentRequest,
  { isNameTaken }: NewComputeEnvironmentFacts,
): Refusal | undefined {
  if (!isResourceName(computeEnvironmentName)) {
    return Refusal.wrapped("Compute Environment name should match a valid pattern.");
  }
  return isNameTaken ? Refusal.wrapped("Object already exists") : undefined;
}

/** Texts recorded from the service in https://github.com/badmintoncryer/cdk-preflight (rules/batch). */
function checkNew(request: CreateComputeEnvironmentRequest): Refusal | undefined {
  const { type, state, serviceRole = "", computeResources } = request;
  if (state === "DISABLED") {
    return Refusal.wrapped("Compute Environment must be created in ENABLED state.");
  }
  if (type === "MANAGED" && computeResources === undefined) {
    return Refusal.wrapped("computeResources must be provided for a MANAGED compute environment");
  }
  if (type === "UNMANAGED" && request.eksConfiguration !== undefined) {
    return Refusal.bare("eksConfiguration must be absent for type UNMANAGED");
  }
  if (type === "UNMANAGED" && serviceRole === "") return Refusal.wrapped("ServiceRole is required.");
  return checkType(type, request);
}

function newComputeResources(
  { computeResources: request, eksConfiguration }: CreateComputeEnvironmentRequest,
  { instanceCatalogue }: NewComputeEnvironmentFacts,
): Pick<ComputeEnvironment, "computeResources"> | Refusal {
  if (request === undefined) return {};
  const computeResources = createComputeResources(request, {
    instanceCatalogue,
    orchestration: orchestrationOf({ eksConfiguration }),
  });
  return computeResources instanceof Refusal ? computeResources : { computeResources };
}

function newServiceRole(scope: Scope, role: string | undefined): string {
  return role === undefined || role === "" ? serviceLinkedRole(scope) : expandServiceRole(scope, role);
}
