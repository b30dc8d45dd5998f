import type { InstanceReference } from "./attempt.ts";
import type { Resources } from "./resources.ts";
import type { Scope } from "./scope.ts";

/** A unit of a compute environment's capacity on a host, in the shape of an EC2 instance. Kept after its end. */
export interface Instance extends InstanceReference {
  readonly scope: Scope;
  readonly computeEnvironmentArn: string;
  readonly instanceType: string;
  /** What jobs can have of it: its type's resources less what kernel and agent keep. */
  readonly resources: Resources;
  readonly isSpot: boolean;
  /** That of its environment when it was launched. One of an earlier configuration is replaced. */
  readonly configurationVersion: number;
  readonly launchedAtMs: number;
  /** When it joined the cluster: it takes jobs from then on. Absent while it boots. */
  readonly registeredAtMs?: number;
  /** When the last of its jobs ended, where it was idle then and nobody has needed it since. Absent if it never ran one. */
  readonly idleSinceMs?: number;
  /** Set once it is to go: nothing is placed on it any more. */
  readonly leaving?: InstanceLeave;
  /** Set once it is gone. */
  readonly terminatedAtMs?: number;
  readonly terminatedBecause?: InstanceEnd;
}

export interface InstanceLeave {
  readonly because: Exclude<InstanceEnd, "idle" | "exchanged">;
  /** What still runs on it then ends with it; absent: it stays for as long as something runs. */
  readonly atMs?: number;
}

/**
 * Why an instance went.
 *
 * - `idle`: nothing had run on it for a while (AWS Batch User Guide, "Compute resource scaling").
 * - `exchanged`: it was idle and kept for `minvCpus` only, and others came in its place for a job that needed them.
 * - `reclaimed`: Spot capacity taken back.
 * - `replaced`: its environment has other settings now.
 * - `environment-deleted`: it went with its environment.
 * - `lost`: it went away with what ran on it, and nobody knows why.
 */
export type InstanceEnd = "idle" | "exchanged" | "reclaimed" | "replaced" | "environment-deleted" | "lost";
