import type { ConsumableRequirement } from "../../batch/consumable-resource.ts";
import type { JobDependency } from "../../batch/job.ts";
import type { Resources } from "../../batch/resources.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { Capacity } from "../capacity.ts";

/** A job that somebody asks about: one that has not ended, or one that is only thought of. */
export interface AskedJob {
  readonly jobId: string;
  /** The job itself; of an array's child that was not spawned yet, the array. */
  readonly job: LiveJob;
  /** Of such a child. */
  readonly childIndex?: number;
  readonly dependsOn: readonly JobDependency[];
  readonly consumableResources: readonly ConsumableRequirement[];
}

/** What it is answered from. */
export interface ExplainFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
  /** What the next cycle keeps of the host for jobs on demand: see `CycleFacts`. */
  readonly keptForOnDemand?: Resources | undefined;
  /** What the provider says of itself while it is away. */
  readonly outage?: string | undefined;
}
