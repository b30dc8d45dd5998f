import type { JobQueueType, JobStateTimeLimitAction, JQState, JQStatus } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import type { Scope } from "./scope.ts";

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

export interface ComputeEnvironmentOrderEntry {
  readonly order: number;
  readonly computeEnvironment: string;
}
