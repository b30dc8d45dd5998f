import type {
  ConsumableResourceProperties,
  ContainerProperties,
  PlatformCapability,
  RegisterJobDefinitionRequest,
} from "../model/batch.ts";
import { isResourceName, jobDefinitionArn } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { parseContainerProperties } from "./container-properties.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { checkPayloadSize, JOB_DEFINITION_BYTES_MAX } from "./payload-size.ts";
import { parsePlatformCapabilities } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { parseRetryStrategy } from "./retry-strategy.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";
import { parseTimeout } from "./timeout.ts";

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
  /** Who registered it. */
  readonly cause: Cause;
  readonly taggedBy?: Cause;
  readonly deregisteredBy?: Cause;
}

/** What a registration is told besides its request. */
export interface RegistrationFacts {
  readonly scope: Scope;
  readonly revision: number;
  readonly nowMs: number;
  /** Who registered it. */
  readonly cause: Cause;
}

/** Within a share, and only there: a higher one goes first. */
export const SCHEDULING_PRIORITY_RANGE = { min: 0, max: 9999 };

/**
 * Reads a registration.
 *
 * Order: name, what this version has, size, then the members, the container last.
 */
export function parseJobDefinition(
  request: RegisterJobDefinitionRequest,
  facts: RegistrationFacts,
): JobDefinition | Refusal {
  const { jobDefinitionName, schedulingPriority } = request;
  const refusal =
    checkName(jobDefinitionName) ??
    checkKind(request) ??
    checkConsumableResources(request.consumableResourceProperties, "consumableResourceProperties") ??
    checkPayloadSize(request, JOB_DEFINITION_BYTES_MAX, "a job definition") ??
    checkRange(schedulingPriority, "schedulingPriority", SCHEDULING_PRIORITY_RANGE);
  if (refusal !== undefined) return refusal;

  const platformCapabilities = parsePlatformCapabilities(request.platformCapabilities);
  if (platformCapabilities instanceof Refusal) return platformCapabilities;
  const retryStrategy = request.retryStrategy && parseRetryStrategy(request.retryStrategy);
  if (retryStrategy instanceof Refusal) return retryStrategy;
  const attemptDurationSeconds = parseTimeout(request.timeout);
  if (attemptDurationSeconds instanceof Refusal) return attemptDurationSeconds;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;
  const containerProperties = parseContainerProperties(
    request.containerProperties ?? {},
    platformCapabilities,
  );
  if (containerProperties instanceof Refusal) return containerProperties;

  return {
    kind: "container",
    scope: facts.scope,
    jobDefinitionName,
    revision: facts.revision,
    jobDefinitionArn: jobDefinitionArn(facts.scope, jobDefinitionName, facts.revision),
    status: "ACTIVE",
    containerProperties,
    parameters: request.parameters ?? {},
    ...(retryStrategy !== undefined && { retryStrategy }),
    ...(attemptDurationSeconds !== undefined && { attemptDurationSeconds }),
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    propagateTags: request.propagateTags ?? false,
    platformCapabilities,
    tags,
    registeredAtMs: facts.nowMs,
    cause: facts.cause,
  };
}

/** Refuses a list of consumable resources, which this version does not have; an empty one asks for nothing. */
export function checkConsumableResources(
  properties: ConsumableResourceProperties | undefined,
  path: string,
): Refusal | undefined {
  const count = properties?.consumableResourceList?.length ?? 0;
  return count === 0 ? undefined : notSupportedYet(`consumable resources (${path})`);
}

function checkName(name: string): Refusal | undefined {
  if (isResourceName(name)) return undefined;
  return Refusal.bare(
    `jobDefinitionName must be 1 to 128 letters, digits, hyphens and underscores, got ${name}`,
  );
}

/** A definition of type container has exactly one of its three kinds of properties. */
function checkKind(request: RegisterJobDefinitionRequest): Refusal | undefined {
  if (request.type === "multinode") {
    return notSupportedYet("multi-node job definitions (type multinode)");
  }
  if (request.nodeProperties !== undefined) {
    return Refusal.bare("nodeProperties must be absent for type container");
  }
  const given = CONTAINER_KINDS.filter((kind) => request[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const wanted = "exactly one of containerProperties, ecsProperties and eksProperties";
    return Refusal.bare(`type container needs ${wanted}, got ${given.join(" and ") || "none"}`);
  }
  if (kind === "ecsProperties") {
    return notSupportedYet("multi-container job definitions (ecsProperties)");
  }
  if (kind === "eksProperties") return notSupportedYet("EKS job definitions (eksProperties)");
  return undefined;
}

const CONTAINER_KINDS = ["containerProperties", "ecsProperties", "eksProperties"] as const;
