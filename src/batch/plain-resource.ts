import type { Cause } from "./cause.ts";
import type { ClientToken } from "./client-token.ts";
import type { ConsumableResource } from "./consumable-resource.ts";
import type { QuotaShare } from "./quota-share.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";
import type { Scope } from "./scope.ts";
import type { ServiceEnvironment } from "./service-environment.ts";

/**
 * Resources that are as they are from the answer on: nothing has to happen elsewhere for them, so the engine has no
 * part in their lives, and all are stored alike.
 */
export type PlainResource =
  | ClientToken
  | ConsumableResource
  | QuotaShare
  | SchedulingPolicy
  | ServiceEnvironment;

export type PlainResourceType = PlainResource["resourceType"];

/** The resource of that type. */
export type PlainResourceOf<Type extends PlainResourceType> = Extract<
  PlainResource,
  { readonly resourceType: Type }
>;

/** What a new resource depends on besides its request. */
export interface NewResourceFacts {
  readonly scope: Scope;
  readonly cause: Cause;
  /** Whether the scope has a resource of that type and name. */
  readonly isNameTaken: boolean;
}

export function isOfType<Type extends PlainResourceType>(
  resource: PlainResource,
  type: Type,
): resource is PlainResourceOf<Type> {
  return resource.resourceType === type;
}
