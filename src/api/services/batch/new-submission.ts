import { jobDefinitionArn } from "../../../batch/arn.ts";
import { isDoomed } from "../../../batch/dependencies.ts";
import { capabilityOf } from "../../../batch/host-workload.ts";
import type { Job } from "../../../batch/job.ts";
import type { JobDefinition } from "../../../batch/job-definition.ts";
import { parseJobDefinitionReference } from "../../../batch/job-definition-reference.ts";
import { checkTakesJobs } from "../../../batch/job-queue.ts";
import { checkQueuePlatform } from "../../../batch/platform.ts";
import { Refusal } from "../../../batch/refusal.ts";
import { checkActiveShares, checkShare } from "../../../batch/share.ts";
import { DEPENDENT_JOB_FAILED } from "../../../batch/status-reason.ts";
import { createJob } from "../../../batch/submission.ts";
import { findSubmissionFailure } from "../../../batch/submission-failure.ts";
import type { SubmitJobRequest } from "../../../model/batch.ts";
import { activeShares } from "../../../scheduler/ordering/active-shares.ts";
import type { LiveState } from "../../../store/live-state.ts";
import { clientError } from "../../errors.ts";
import type { RequestContext } from "../../operation.ts";
import type { BatchServices } from "./batch-services.ts";
import { causeOf } from "./cause-of.ts";
import { findDependency } from "./find-dependency.ts";
import type { StoredDependencies } from "./find-dependency.ts";
import { findOpenQueue } from "./open-queue.ts";
import { orRefuse } from "./refuse.ts";

/** A job that somebody submits, or thinks of submitting. */
export interface Submission {
  readonly services: Pick<BatchServices, "clock" | "ids">;
  readonly input: SubmitJobRequest;
  readonly context: RequestContext;
  readonly definition: JobDefinition;
}

export interface NewJob {
  readonly job: Job;
  /** The status reason with which it fails at once; absent where it does not. */
  readonly failure: string | undefined;
}

/** Makes the job of a submission, or refuses it as AWS does. */
export function createNewJob(
  { services: { clock, ids }, input, context, definition }: Submission,
  state: LiveState,
  stored: StoredDependencies,
): NewJob {
  const { scope } = context;
  const find = findDependency(state, scope, stored);
  const nowMs = clock.nowMs();
  const jobQueue = orRefuse(findOpenQueue(state, scope, input.jobQueue), context);
  const facts = { scope, jobId: ids.uuid(), nowMs, jobQueueArn: jobQueue.arn, cause: causeOf(context) };
  const job = orRefuse(createJob(input, definition, { ...facts, findDependency: find }), context);
  const refusal =
    checkTakesJobs(jobQueue) ??
    checkQueuePlatform(capabilityOf(job), jobQueue.jobQueueType) ??
    checkShare(input, job, jobQueue) ??
    checkActiveShares(job, activeShares(state.jobs.readyQueue(jobQueue.arn), job.shareIdentifier, nowMs)) ??
    checkIsActive(definition, state);
  orRefuse(refusal, context);
  const failure =
    findSubmissionFailure(input, definition, job) ??
    (isDoomed(job.dependsOn, find) ? DEPENDENT_JOB_FAILED : undefined);
  return { job, failure };
}

/**
 * The document of the definition that is named. The live state may know a revision that never became durable: where the
 * store has none of the kind it is built again, and asked once more.
 */
export async function findDefinition(
  { sequencer, definitions }: Pick<BatchServices, "sequencer" | "definitions">,
  { jobDefinition }: SubmitJobRequest,
  context: RequestContext,
): Promise<JobDefinition> {
  const { scope } = context;
  const { name, revision } = orRefuse(parseJobDefinitionReference(scope, jobDefinition), context);
  for (let tryCount = 0; tryCount < 2; tryCount += 1) {
    const chosen = revision ?? sequencer.state.jobDefinition(scope, name)?.activeRevisions.at(-1);
    const definition = chosen === undefined ? undefined : await definitions.read(scope, name, chosen);
    if (definition !== undefined) return definition;
  }
  // An ARN even where a name was given, as on AWS.
  throw clientError(`JobDefinition ${jobDefinitionArn(scope, name, revision)} not found.`);
}

/** Whether the revision is ACTIVE, at the moment that the submission is decided. */
function checkIsActive(
  { scope, jobDefinitionName, revision, jobDefinitionArn: arn }: JobDefinition,
  state: LiveState,
): Refusal | undefined {
  const known = state.jobDefinition(scope, jobDefinitionName);
  if (known?.activeRevisions.includes(revision) === true) return undefined;
  return Refusal.bare(`JobDefinition ${arn} is not in ACTIVE status`);
}
