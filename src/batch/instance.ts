import type { InstanceReference } from "./attempt.ts";
import type { Scope } from "./scope.ts";

/** A unit of a compute environment's capacity on a host, in the shape of an EC2 instance. Kept after its end. */
export interface Instance extends InstanceReference {
  readonly scope: Scope;
  readonly computeEnvironmentArn: string;
  readonly instanceType: string;
  readonly launchedAtMs: number;
  /** Set once it is gone; nothing is placed on it from then on. */
  readonly terminatedAtMs?: number;
}
