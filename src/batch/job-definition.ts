import type {
  ConsumableResourceProperties,
  PlatformCapability,
  RegisterJobDefinitionRequest,
} from "../model/batch.ts";
import { isResourceName, jobDefinitionArn } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { parseConsumableResources } from "./consumable-resource.ts";
import type { ConsumableRequirement } from "./consumable-resource.ts";
import { checkKind, parseProperties } from "./definition-properties.ts";
import type { DefinitionProperties } from "./definition-properties.ts";
import { firstRefusal } from "./first-refusal.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { parsePlatformCapabilities } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { parseRetryStrategy } from "./retry-strategy.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";
import { parseTimeout } from "./timeout.ts";

/** One revision of a job definition. Nothing in it changes after registration but `status` and `tags`. */
export type JobDefinition = JobDefinitionTerms & DefinitionProperties;

/** What a job definition has of whichever kind it is. */
export interface JobDefinitionTerms {
  readonly scope: Scope;
  readonly jobDefinitionName: string;
  /** From 1. */
  readonly revision: number;
  readonly jobDefinitionArn: string;
  readonly status: "ACTIVE" | "INACTIVE";
  readonly parameters: Readonly<Record<string, string>>;
  /** Absent where none was given. */
  readonly retryStrategy?: RetryStrategy;
  /** Seconds, at least 60. Absent: no limit. */
  readonly attemptDurationSeconds?: number;
  readonly schedulingPriority?: number;
  /** What each attempt holds while it runs; absent where none was given. */
  readonly consumableResources?: readonly ConsumableRequirement[];
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
 * Order: name, what this version has, then the members, what the jobs run last.
 */
export function parseJobDefinition(
  request: RegisterJobDefinitionRequest,
  facts: RegistrationFacts,
): JobDefinition | Refusal {
  const { jobDefinitionName, schedulingPriority } = request;
  const refusal =
    checkName(jobDefinitionName) ??
    checkNodeConsumables(request) ??
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
  const consumableResources = parseConsumableResources(
    facts.scope,
    request.consumableResourceProperties,
    "consumableResourceProperties",
  );
  if (consumableResources instanceof Refusal) return consumableResources;
  const kindRefusal = checkKind(request, platformCapabilities);
  if (kindRefusal !== undefined) return kindRefusal;
  const properties = parseProperties(request, platformCapabilities);
  if (properties instanceof Refusal) return properties;

  return {
    ...properties,
    scope: facts.scope,
    jobDefinitionName,
    revision: facts.revision,
    jobDefinitionArn: jobDefinitionArn(facts.scope, jobDefinitionName, facts.revision),
    status: "ACTIVE",
    parameters: request.parameters ?? {},
    ...(retryStrategy !== undefined && { retryStrategy }),
    ...(attemptDurationSeconds !== undefined && { attemptDurationSeconds }),
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    ...(consumableResources.length > 0 && { consumableResources }),
    propagateTags: request.propagateTags ?? false,
    platformCapabilities,
    tags,
    registeredAtMs: facts.nowMs,
    cause: facts.cause,
  };
}

function checkName(name: string): Refusal | undefined {
  if (isResourceName(name)) return undefined;
  return Refusal.bare(
    `jobDefinitionName must be 1 to 128 letters, digits, hyphens and underscores, got ${name}`,
  );
}

/** Refuses consumable resources of multi-node jobs, which this version does not have; an empty list asks for nothing. */
function checkNodeConsumables({
  consumableResourceProperties,
  nodeProperties,
}: RegisterJobDefinitionRequest): Refusal | undefined {
  if (nodeProperties === undefined) return undefined;
  return (
    checkNoConsumables(consumableResourceProperties, "consumableResourceProperties") ??
    firstRefusal(nodeProperties.nodeRangeProperties, (range, index) =>
      checkNoConsumables(
        range.consumableResourceProperties,
        `nodeProperties.nodeRangeProperties[${index}].consumableResourceProperties`,
      ),
    )
  );
}

function checkNoConsumables(
  properties: ConsumableResourceProperties | undefined,
  path: string,
): Refusal | undefined {
  const count = properties?.consumableResourceList?.length ?? 0;
  return count === 0 ? undefined : notSupportedYet(`consumable resources of multi-node jobs (${path})`);
}
