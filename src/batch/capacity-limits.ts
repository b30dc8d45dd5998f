import type { CapacityLimit } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";

/** How many instances there may be at a time. */
export interface InstanceLimit {
  /** At least 1. */
  readonly maxCapacity: number;
  /** `NUM_INSTANCES`, or one of SageMaker's instance types. */
  readonly capacityUnit: string;
}

/**
 * Reads the `capacityLimits` of a service environment or a quota share: one over all instances, or up to five, each for
 * another instance type.
 *
 * AWS's texts are recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch, pf-batch-se-…).
 */
export function parseCapacityLimits(limits: readonly CapacityLimit[]): readonly InstanceLimit[] | Refusal {
  if (limits.length === 0) return Refusal.wrapped("Capacitylimits are required.");
  if (limits.length > LIMITS_MAX) {
    return Refusal.wrapped(`Number of capacity limits exceeds ${LIMITS_MAX}.`);
  }
  const parsed = limits.map(({ maxCapacity = 0, capacityUnit = "" }) => ({ maxCapacity, capacityUnit }));
  const units = new Set(parsed.map(({ capacityUnit }) => capacityUnit));
  const refusal = firstRefusal(parsed, checkLimit);
  if (refusal !== undefined) return refusal;
  if (units.has(ALL_INSTANCES) && units.size > 1) {
    return Refusal.wrapped("Capacity units must specify either number of instances OR instance type");
  }
  if (units.size === parsed.length) return parsed;
  const given = parsed.map(({ capacityUnit }) => capacityUnit).join(", ");
  return Refusal.bare(`capacityLimits must hold each capacityUnit once, got ${given}`);
}

/** The unit that counts instances of whatever type. */
export const ALL_INSTANCES = "NUM_INSTANCES";

const LIMITS_MAX = 5;
const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/;

function checkLimit({ maxCapacity, capacityUnit }: InstanceLimit): Refusal | undefined {
  if (maxCapacity < 1) return Refusal.wrapped("Max capacity must be more than 0.");
  if (capacityUnit === ALL_INSTANCES || INSTANCE_TYPE.test(capacityUnit)) return undefined;
  return Refusal.wrapped(`${capacityUnit} is unknown capacity unit`);
}
