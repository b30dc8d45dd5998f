import type { ContainerProperties, SubmitJobRequest } from "../model/batch.ts";
import { isJobName } from "./arn.ts";
import type { Cause } from "./cause.ts";
import type { Job } from "./job.ts";
import { checkConsumableResources, SCHEDULING_PRIORITY_RANGE } from "./job-definition.ts";
import type { JobDefinition } from "./job-definition.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { applyOverrides, checkOverrides } from "./overrides.ts";
import { mergeParameters, substituteParameters } from "./parameters.ts";
import type { Parameters } from "./parameters.ts";
import { checkPayloadSize, SUBMIT_JOB_BYTES_MAX } from "./payload-size.ts";
import { platformsOf } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { parseResources } from "./resource-requirements.ts";
import type { Resources } from "./resources.ts";
import { NO_RETRY, parseRetryStrategy } from "./retry-strategy.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";
import { parseTags } from "./tags.ts";
import { parseTimeout } from "./timeout.ts";

/** What a submission is told besides its request and its definition. */
export interface SubmissionFacts {
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobQueueArn: string;
  readonly nowMs: number;
  readonly cause: Cause;
}

/**
 * Makes the job of a submission: the definition with the submission's members over it.
 *
 * `retryStrategy`, `timeout` and `propagateTags` replace the definition's as a whole; parameters and container overrides
 * are merged into it; its tags stay its own. That the queue takes such a job is for `checkQueuePlatform` and `checkShare`.
 *
 * Order: name, what this version has, size, then the members.
 */
export function createJob(
  request: SubmitJobRequest,
  definition: JobDefinition,
  facts: SubmissionFacts,
): Job | Refusal {
  const refusal =
    checkJobName(request.jobName) ??
    checkSupported(request) ??
    checkPayloadSize(request, SUBMIT_JOB_BYTES_MAX, "a submission");
  if (refusal !== undefined) return refusal;

  const parameters = mergeParameters(definition.parameters, request.parameters);
  const effective = createContainer(request, definition, parameters);
  if (effective instanceof Refusal) return effective;
  const retryStrategy = chooseRetryStrategy(request, definition);
  if (retryStrategy instanceof Refusal) return retryStrategy;
  const timeout = parseTimeout(request.timeout);
  if (timeout instanceof Refusal) return timeout;
  const tags = parseTags(request.tags);
  if (tags instanceof Refusal) return tags;

  const attemptDurationSeconds = timeout ?? definition.attemptDurationSeconds;
  const schedulingPriority = request.schedulingPriorityOverride ?? definition.schedulingPriority;
  const { shareIdentifier } = request;
  return {
    kind: "single",
    scope: facts.scope,
    jobId: facts.jobId,
    jobName: request.jobName,
    jobQueueArn: facts.jobQueueArn,
    jobDefinitionArn: definition.jobDefinitionArn,
    createdAtMs: facts.nowMs,
    container: effective.container,
    resources: effective.resources,
    parameters,
    retryStrategy,
    ...(attemptDurationSeconds !== undefined && { attemptDurationSeconds }),
    dependsOn: [],
    propagateTags: request.propagateTags ?? definition.propagateTags,
    platformCapabilities: definition.platformCapabilities,
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    tags,
    cause: facts.cause,
  };
}

/**
 * Checks what a submission says of shares against its queue: with a fair-share policy a share identifier must be there,
 * without one neither that nor a priority may be.
 */
export function checkShare(request: SubmitJobRequest, hasFairSharePolicy: boolean): Refusal | undefined {
  const { shareIdentifier, schedulingPriorityOverride } = request;
  if (!hasFairSharePolicy) {
    if (shareIdentifier === undefined && schedulingPriorityOverride === undefined) return undefined;
    // `onlybe` is AWS's spelling.
    return Refusal.bare(
      "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
    );
  }
  if (shareIdentifier === undefined) {
    return Refusal.bare("shareIdentifier is required: the job queue has a fair-share policy");
  }
  if (!SHARE_IDENTIFIER.test(shareIdentifier)) {
    return Refusal.bare(`shareIdentifier must be 1 to 255 letters and digits, got ${shareIdentifier}`);
  }
  return checkRange(schedulingPriorityOverride, "schedulingPriorityOverride", SCHEDULING_PRIORITY_RANGE);
}

const ARRAY_SIZE_RANGE = { min: 2, max: 10_000 };
const SHARE_IDENTIFIER = /^[A-Za-z0-9]{1,255}$/;

function checkJobName(name: string): Refusal | undefined {
  return isJobName(name) ? undefined : Refusal.wrapped("Job name should match valid pattern");
}

function checkSupported(request: SubmitJobRequest): Refusal | undefined {
  const arraySize = request.arrayProperties?.size;
  if (arraySize !== undefined) {
    return (
      checkRange(arraySize, "arrayProperties.size", ARRAY_SIZE_RANGE) ??
      notSupportedYet("array jobs (arrayProperties)")
    );
  }
  if ((request.dependsOn ?? []).length > 0) return notSupportedYet("dependencies between jobs (dependsOn)");
  if (request.nodeOverrides !== undefined) return notSupportedYet("multi-node jobs (nodeOverrides)");
  if (request.ecsPropertiesOverride !== undefined) {
    return notSupportedYet("multi-container jobs (ecsPropertiesOverride)");
  }
  if (request.eksPropertiesOverride !== undefined) {
    return notSupportedYet("jobs on EKS (eksPropertiesOverride)");
  }
  return checkConsumableResources(
    request.consumableResourcePropertiesOverride,
    "consumableResourcePropertiesOverride",
  );
}

/** The effective container of a job and what it asks for, checked again for the definition's platforms. */
function createContainer(
  request: SubmitJobRequest,
  definition: JobDefinition,
  parameters: Parameters,
): { readonly container: ContainerProperties; readonly resources: Resources } | Refusal {
  const overrides = request.containerOverrides ?? {};
  const platforms = platformsOf(definition.platformCapabilities);
  const refusal = checkOverrides(overrides, platforms);
  if (refusal !== undefined) return refusal;

  const container = applyOverrides(definition.containerProperties, overrides);
  const command = substituteParameters(container.command ?? [], parameters);
  if (command instanceof Refusal) return command;
  const resources = parseResources(container, platforms, "containerOverrides");
  if (resources instanceof Refusal) return resources;
  return { container: { ...container, command }, resources };
}

function chooseRetryStrategy(request: SubmitJobRequest, definition: JobDefinition): RetryStrategy | Refusal {
  if (request.retryStrategy !== undefined) return parseRetryStrategy(request.retryStrategy);
  return definition.retryStrategy ?? NO_RETRY;
}
