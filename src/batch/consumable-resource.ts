import type {
  ConsumableResourceProperties,
  CreateConsumableResourceRequest,
  UpdateConsumableResourceRequest,
} from "../model/batch.ts";
import { consumableResourceArn, isResourceName, parseNameOrArn } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { NewResourceFacts } from "./plain-resource.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";

/** Something that is counted, such as a licence, of which attempts hold some while they run. */
export interface ConsumableResource {
  readonly resourceType: "consumable-resource";
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
  /** Whether what an attempt held is there again when it has ended, or used up. */
  readonly kind: "REPLENISHABLE" | "NON_REPLENISHABLE";
  readonly totalQuantity: number;
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}

/** How much of a resource each attempt of a job holds. */
export interface ConsumableRequirement {
  /** An ARN; there may be no such resource: the job waits until there is. */
  readonly consumableResource: string;
  /** At least 1. */
  readonly quantity: number;
}

/**
 * Makes a consumable resource (specification 2.8).
 *
 * AWS's texts are recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch, pf-batch-cr-…).
 */
export function createConsumableResource(
  request: CreateConsumableResourceRequest,
  facts: NewResourceFacts & { readonly nowMs: number },
): ConsumableResource | Refusal {
  const { consumableResourceName: name, totalQuantity = 0, resourceType = "REPLENISHABLE" } = request;
  if (!isResourceName(name)) return Refusal.wrapped("ConsumableResource name should match a valid pattern.");
  if (facts.isNameTaken) return Refusal.wrapped("Object already exists");
  if (!isKind(resourceType)) {
    return Refusal.bare(`resourceType must be one of REPLENISHABLE, NON_REPLENISHABLE, got ${resourceType}`);
  }
  if (totalQuantity < 0) return Refusal.wrapped("totalQuantity cannot be a negative number.");
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const { scope, nowMs, cause } = facts;
  return {
    resourceType: "consumable-resource",
    scope,
    name,
    arn: consumableResourceArn(scope, name),
    kind: resourceType,
    totalQuantity,
    createdAtMs: nowMs,
    tags,
    cause,
  };
}

/** The resource with another total. What is held stays held, also when it is more than the new total. */
export function updateConsumableResource(
  current: ConsumableResource,
  request: UpdateConsumableResourceRequest,
  cause: Cause,
): ConsumableResource | Refusal {
  const { operation = "none", quantity } = request;
  if (quantity === undefined) return Refusal.bare("quantity is required");
  if (quantity < 0) return Refusal.bare(`quantity must be at least 0, got ${quantity}`);
  const totalQuantity = changedTotal(current.totalQuantity, operation, quantity);
  if (totalQuantity instanceof Refusal) return totalQuantity;
  return { ...current, totalQuantity, cause };
}

/**
 * Reads the consumable resources that a definition or a submission asks for; names become ARNs.
 *
 * @param path the member in the caller's spelling.
 */
export function parseConsumableResources(
  scope: Scope,
  properties: ConsumableResourceProperties | undefined,
  path: string,
): readonly ConsumableRequirement[] | Refusal {
  const list = properties?.consumableResourceList ?? [];
  if (list.length > PER_JOB_MAX) {
    return Refusal.wrapped(
      `Each ConsumableResourceProperty can have at most ${PER_JOB_MAX} consumableResources`,
    );
  }
  const requirements: ConsumableRequirement[] = [];
  const refusal = firstRefusal(list, ({ consumableResource = "", quantity = 0 }, index) => {
    const name = parseNameOrArn(scope, "consumable-resource", consumableResource);
    if (name === undefined) {
      return Refusal.bare(
        `${path}.consumableResourceList[${index}].consumableResource must be a name or an ARN, got ${consumableResource}`,
      );
    }
    if (quantity < 1) {
      return Refusal.bare(
        `${path}.consumableResourceList[${index}].quantity must be at least 1, got ${quantity}`,
      );
    }
    requirements.push({ consumableResource: consumableResourceArn(scope, name), quantity });
    return undefined;
  });
  if (refusal !== undefined) return refusal;
  const names = new Set(requirements.map(({ consumableResource }) => consumableResource));
  if (names.size === requirements.length) return requirements;
  return Refusal.wrapped("Cannot have duplicate consumableResource in consumableResourceProperties");
}

const PER_JOB_MAX = 5;

function isKind(text: string): text is ConsumableResource["kind"] {
  return text === "REPLENISHABLE" || text === "NON_REPLENISHABLE";
}

function changedTotal(total: number, operation: string, quantity: number): number | Refusal {
  switch (operation) {
    case "SET":
      return quantity;
    case "ADD":
      return total + quantity;
    case "REMOVE":
      if (quantity <= total) return total - quantity;
      return Refusal.bare(`quantity must be at most totalQuantity, which is ${total}, got ${quantity}`);
    default:
      return Refusal.bare(`operation must be one of SET, ADD, REMOVE, got ${operation}`);
  }
}
