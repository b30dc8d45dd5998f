import type { ContainerProperties, PlatformCapability } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";

/** One revision of a job definition. Nothing in it changes after registration but `status` and `tags`. */
export interface JobDefinition {
  /** Multi-node, multi-container and EKS definitions will be further kinds. */
  readonly kind: "container";
  readonly scope: Scope;
  readonly jobDefinitionName: string;
  /** From 1. */
  readonly revision: number;
  readonly jobDefinitionArn: string;
  readonly status: "ACTIVE" | "INACTIVE";
  /** Normalised as AWS returns it, but with the empty environment values that AWS drops from its answers. */
  readonly containerProperties: ContainerProperties;
  readonly parameters: Readonly<Record<string, string>>;
  /** Absent where none was given. */
  readonly retryStrategy?: RetryStrategy;
  /** Seconds, at least 60. Absent: no limit. */
  readonly attemptDurationSeconds?: number;
  readonly schedulingPriority?: number;
  readonly propagateTags: boolean;
  readonly platformCapabilities: readonly PlatformCapability[];
  readonly tags: Readonly<Record<string, string>>;
  readonly registeredAtMs: number;
  /** Set when it went INACTIVE; it is kept 180 days from then. */
  readonly deregisteredAtMs?: number;
  readonly cause: Cause;
}
