import type { SubmitJobRequest } from "../model/batch.ts";
import { isJobName } from "./arn.ts";
import type { Cause } from "./cause.ts";
import { parseConsumableResources } from "./consumable-resource.ts";
import type { ConsumableRequirement } from "./consumable-resource.ts";
import { parseDependencies } from "./dependencies.ts";
import type { FindDependency } from "./dependencies.ts";
import { checkEksPropagation } from "./definition-properties.ts";
import { firstRefusal } from "./first-refusal.ts";
import { capabilityOf } from "./host-workload.ts";
import type { Job } from "./job.ts";
import type { JobDefinition } from "./job-definition.ts";
import { mergeParameters } from "./parameters.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { platformOf } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { NO_RETRY, parseRetryStrategy } from "./retry-strategy.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";
import { submitWorkload } from "./submitted-workload.ts";
import type { SubmittedWorkload } from "./submitted-workload.ts";
import { parseTags } from "./tags.ts";
import { parseTimeout } from "./timeout.ts";

/** What a submission is told besides its request and its definition. */
export interface SubmissionFacts {
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobQueueArn: string;
  readonly nowMs: number;
  readonly cause: Cause;
  /** What a job id of `dependsOn` stands for. */
  readonly findDependency: FindDependency;
}

/**
 * Makes the job of a submission: the definition with the submission's members over it.
 *
 * `retryStrategy`, `timeout` and `propagateTags` replace the definition's as a whole; parameters and container overrides
 * are merged into it; its tags stay its own. That the queue takes such a job is for `checkQueuePlatform` and `checkShare`.
 *
 * Order: name, what this version has, then the members.
 */
export function createJob(
  request: SubmitJobRequest,
  definition: JobDefinition,
  facts: SubmissionFacts,
): Job | Refusal {
  const refusal = checkJobName(request.jobName) ?? checkSupported(request);
  if (refusal !== undefined) return refusal;

  const parameters = mergeParameters(definition.parameters, request.parameters);
  const platform = platformOf(definition.platformCapabilities);
  const submitted = submitWorkload(request, definition, platform, parameters);
  if (submitted instanceof Refusal) return submitted;
  const propagationRefusal =
    capabilityOf({ ...submitted, platformCapabilities: definition.platformCapabilities }) === "EKS"
      ? checkEksPropagation(request.propagateTags)
      : undefined;
  if (propagationRefusal !== undefined) return propagationRefusal;
  const retryStrategy = chooseRetryStrategy(request, definition);
  if (retryStrategy instanceof Refusal) return retryStrategy;
  const timeout = parseTimeout(request.timeout);
  if (timeout instanceof Refusal) return timeout;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;

  const consumableResources = chooseConsumables(request, definition);
  if (consumableResources instanceof Refusal) return consumableResources;

  const arraySize = request.arrayProperties?.size;
  const dependsOn = parseDependencies(request.dependsOn ?? [], arraySize, facts.findDependency);
  if (dependsOn instanceof Refusal) return dependsOn;

  const family = familyOf(submitted, arraySize);
  if (family instanceof Refusal) return family;

  const attemptDurationSeconds = timeout ?? definition.attemptDurationSeconds;
  const schedulingPriority = request.schedulingPriorityOverride ?? definition.schedulingPriority;
  const { shareIdentifier } = request;
  return {
    ...family,
    scope: facts.scope,
    jobId: facts.jobId,
    jobName: request.jobName,
    jobQueueArn: facts.jobQueueArn,
    jobDefinitionArn: definition.jobDefinitionArn,
    createdAtMs: facts.nowMs,
    ...submitted,
    parameters,
    retryStrategy,
    ...(attemptDurationSeconds !== undefined && { attemptDurationSeconds }),
    dependsOn,
    propagateTags: request.propagateTags ?? definition.propagateTags,
    platformCapabilities: definition.platformCapabilities,
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    ...(consumableResources.length > 0 && { consumableResources }),
    tags,
    cause: facts.cause,
  };
}

const ARRAY_SIZE_RANGE = { min: 2, max: 10_000 };

function checkJobName(name: string): Refusal | undefined {
  return isJobName(name) ? undefined : Refusal.wrapped("Job name should match valid pattern");
}

function checkSupported(request: SubmitJobRequest): Refusal | undefined {
  const arraySize = request.arrayProperties?.size;
  return checkRange(arraySize, "arrayProperties.size", ARRAY_SIZE_RANGE);
}

/** The submission's list takes the place of the definition's. */
function chooseConsumables(
  request: SubmitJobRequest,
  definition: JobDefinition,
): readonly ConsumableRequirement[] | Refusal {
  const override = request.consumableResourcePropertiesOverride;
  if (override === undefined) return checkNodeConsumables(request) ?? definition.consumableResources ?? [];
  const path = "consumableResourcePropertiesOverride";
  if (definition.kind === "multi-node") {
    return notSupportedYet(`consumable resources of multi-node jobs (${path})`);
  }
  return parseConsumableResources(definition.scope, override, path);
}

/** Refuses consumable resources of single nodes, which this version does not have; an empty list asks for nothing. */
function checkNodeConsumables({ nodeOverrides }: SubmitJobRequest): Refusal | undefined {
  return firstRefusal(nodeOverrides?.nodePropertyOverrides ?? [], (override, index) => {
    const properties = override.consumableResourcePropertiesOverride;
    if ((properties?.consumableResourceList ?? []).length === 0) return undefined;
    const path = `nodeOverrides.nodePropertyOverrides[${index}].consumableResourcePropertiesOverride`;
    return notSupportedYet(`consumable resources of multi-node jobs (${path})`);
  });
}

/** Whether a job is one, an array or several nodes at once; nothing is both of the latter. */
function familyOf(
  { workload }: SubmittedWorkload,
  arraySize: number | undefined,
): Pick<Job, "kind" | "arraySize" | "nodes"> | Refusal {
  if (workload.kind !== "multi-node") {
    return arraySize === undefined ? { kind: "single" } : { kind: "array", arraySize };
  }
  if (arraySize !== undefined) {
    return Refusal.bare("arrayProperties must be absent for multi-node parallel jobs");
  }
  return { kind: "multi-node", nodes: { count: workload.numNodes, main: workload.mainNode } };
}

function chooseRetryStrategy(request: SubmitJobRequest, definition: JobDefinition): RetryStrategy | Refusal {
  if (request.retryStrategy !== undefined) return parseRetryStrategy(request.retryStrategy);
  return definition.retryStrategy ?? NO_RETRY;
}
