import { jobArn } from "../../../../batch/arn.ts";
import { isDoomed } from "../../../../batch/dependencies.ts";
import { capabilityOf } from "../../../../batch/host-workload.ts";
import { newProgress } from "../../../../batch/job.ts";
import type { Job } from "../../../../batch/job.ts";
import type { JobDefinition } from "../../../../batch/job-definition.ts";
import { parseJobDefinitionReference } from "../../../../batch/job-definition-reference.ts";
import { checkTakesJobs } from "../../../../batch/job-queue.ts";
import { checkQueuePlatform } from "../../../../batch/platform.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import { DEPENDENT_JOB_FAILED } from "../../../../batch/status-reason.ts";
import { checkShare } from "../../../../batch/share.ts";
import { createJob } from "../../../../batch/submission.ts";
import { findSubmissionFailure } from "../../../../batch/submission-failure.ts";
import type { SubmitJobRequest, SubmitJobResponse } from "../../../../model/batch.ts";
import type { Change } from "../../../../store/change.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { Decision } from "../../../../store/sequencer.ts";
import { clientError } from "../../../errors.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findDependency, isOutdated, readDependencies } from "../find-dependency.ts";
import type { StoredDependencies } from "../find-dependency.ts";
import { findOpenQueue } from "../open-queue.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
 *
 * The revision is chosen first, so that its document can be read; whether it is still ACTIVE, and the queue still
 * takes jobs, is decided with the submission itself.
 */
export function submitJob(services: BatchServices): Operation<SubmitJobRequest, SubmitJobResponse> {
  return async (input, context) => {
    const definition = await findDefinition(services, input, context);
    for (;;) {
      const stored = await readDependencies(services.store, context.scope, input.dependsOn ?? []);
      const answer = await services.sequencer.decide((state) =>
        isOutdated(state, context.scope, stored)
          ? { changes: [], answer: undefined }
          : decideSubmission({ services, input, context, definition }, state, stored),
      );
      if (answer !== undefined) return answer;
    }
  };
}

interface Submission {
  readonly services: BatchServices;
  readonly input: SubmitJobRequest;
  readonly context: RequestContext;
  readonly definition: JobDefinition;
}

function decideSubmission(
  { services: { clock, ids }, input, context, definition }: Submission,
  state: LiveState,
  stored: StoredDependencies,
): Decision<SubmitJobResponse> {
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
    checkIsActive(definition, state);
  orRefuse(refusal, context);
  const { jobId, jobName } = job;
  const submitted = {
    kind: "job-submitted",
    job,
    progress: newProgress("SUBMITTED", state.jobs.nextQueuePosition),
  } as const;
  const failure =
    findSubmissionFailure(input, definition, job) ??
    (isDoomed(job.dependsOn, find) ? DEPENDENT_JOB_FAILED : undefined);
  return {
    changes: failure === undefined ? [submitted] : [submitted, failAtOnce(job, failure, nowMs)],
    answer: { jobArn: jobArn(scope, jobId), jobName, jobId },
  };
}

/** A job that can never run is accepted all the same, as one that depends on a failed one (specification 3.5). */
function failAtOnce({ scope, jobId, arraySize }: Job, statusReason: string, nowMs: number): Change {
  const end = { statusReason, stoppedAtMs: nowMs };
  const unspawned = { status: "FAILED", ...end } as const;
  const patch = { status: "FAILED", ...end, ...(arraySize !== undefined && { unspawned }) } as const;
  return { kind: "job-changed", scope, jobId, patch, atMs: nowMs };
}

/**
 * The document of the definition that is named. The live state may know a revision that never became durable: where the
 * store has none of the kind it is built again, and asked once more.
 */
async function findDefinition(
  { sequencer, definitions }: BatchServices,
  { jobDefinition }: SubmitJobRequest,
  context: RequestContext,
): Promise<JobDefinition> {
  const { scope } = context;
  const { name, revision, arn } = orRefuse(parseJobDefinitionReference(scope, jobDefinition), context);
  for (let tryCount = 0; tryCount < 2; tryCount += 1) {
    const chosen = revision ?? sequencer.state.jobDefinition(scope, name)?.activeRevisions.at(-1);
    const definition = chosen === undefined ? undefined : await definitions.read(scope, name, chosen);
    if (definition !== undefined) return definition;
  }
  throw clientError(`JobDefinition ${arn} not found.`);
}

/** Whether the revision is ACTIVE, at the moment that the submission is decided. */
function checkIsActive(
  { scope, jobDefinitionName, revision, jobDefinitionArn }: JobDefinition,
  state: LiveState,
): Refusal | undefined {
  const known = state.jobDefinition(scope, jobDefinitionName);
  if (known?.activeRevisions.includes(revision) === true) return undefined;
  return Refusal.bare(`JobDefinition ${jobDefinitionArn} is not in ACTIVE status`);
}
