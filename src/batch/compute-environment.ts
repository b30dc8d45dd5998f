import type {
  CEState,
  CEStatus,
  CEType,
  ComputeResource,
  EcsSettings,
  UpdatePolicy,
} from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import type { Scope } from "./scope.ts";

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
  readonly ecsClusterArn: string;
  readonly updatePolicy?: UpdatePolicy;
  readonly ecsSettings: EcsSettings;
  readonly context?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly cause: Cause;
}
