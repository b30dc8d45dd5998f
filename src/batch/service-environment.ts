import type {
  CreateServiceEnvironmentRequest,
  ServiceEnvironmentState,
  ServiceEnvironmentType,
  UpdateServiceEnvironmentRequest,
} from "../model/batch.ts";
import { isResourceName, serviceEnvironmentArn } from "./arn.ts";
import { parseCapacityLimits } from "./capacity-limits.ts";
import type { InstanceLimit } from "./capacity-limits.ts";
import type { Cause } from "./cause.ts";
import type { NewResourceFacts } from "./plain-resource.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";

/** Where service jobs would run. There is nothing to set up for one, so its status is VALID from the answer on. */
export interface ServiceEnvironment {
  readonly resourceType: "service-environment";
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  readonly serviceEnvironmentType: ServiceEnvironmentType;
  readonly state: ServiceEnvironmentState;
  readonly capacityLimits: readonly InstanceLimit[];
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** Makes a service environment (specification 2.9). Order: name, capacity, tags. */
export function createServiceEnvironment(
  request: CreateServiceEnvironmentRequest,
  { scope, cause, isNameTaken }: NewResourceFacts,
): ServiceEnvironment | Refusal {
  const { serviceEnvironmentName: name, serviceEnvironmentType, state = "ENABLED" } = request;
  if (!isResourceName(name)) {
    return Refusal.wrapped("Service environment name should match a valid pattern.");
  }
  if (isNameTaken) return Refusal.wrapped("Object already exists");
  const capacityLimits = parseCapacityLimits(request.capacityLimits);
  if (capacityLimits instanceof Refusal) return capacityLimits;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  return {
    resourceType: "service-environment",
    scope,
    name,
    arn: serviceEnvironmentArn(scope, name),
    serviceEnvironmentType,
    state,
    capacityLimits,
    tags,
    cause,
  };
}

/** What the request leaves out stays; limits replace limits. */
export function updateServiceEnvironment(
  current: ServiceEnvironment,
  { state = current.state, capacityLimits }: UpdateServiceEnvironmentRequest,
  cause: Cause,
): ServiceEnvironment | Refusal {
  const limits = capacityLimits === undefined ? current.capacityLimits : parseCapacityLimits(capacityLimits);
  if (limits instanceof Refusal) return limits;
  return { ...current, state, capacityLimits: limits, cause };
}

/** @param isReferencedByQueue whether any job queue has it in its order; one in DELETING counts. */
export function checkServiceEnvironmentDeletion(
  { arn, state }: ServiceEnvironment,
  isReferencedByQueue: boolean,
): Refusal | undefined {
  if (isReferencedByQueue) return Refusal.bare("Cannot delete, found existing JobQueue relationship");
  if (state === "DISABLED") return undefined;
  return Refusal.bare(`${arn} must be in DISABLED state to be deleted, got ${state}`);
}
