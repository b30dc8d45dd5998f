import { jobArn, jobQueueArn, parseNameOrArn } from "../../../../batch/arn.ts";
import type { JobProgress } from "../../../../batch/job.ts";
import type { JobDefinition } from "../../../../batch/job-definition.ts";
import { parseJobDefinitionReference } from "../../../../batch/job-definition-reference.ts";
import type { JobQueue } from "../../../../batch/job-queue.ts";
import { checkQueuePlatform } from "../../../../batch/platform.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import { checkShare, createJob } from "../../../../batch/submission.ts";
import type { SubmitJobRequest, SubmitJobResponse } from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import { clientError } from "../../../errors.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
 *
 * The revision is chosen first, so that its document can be read; whether it is still ACTIVE, and the queue still
 * takes jobs, is decided with the submission itself.
 */
export function submitJob(services: BatchServices): Operation<SubmitJobRequest, SubmitJobResponse> {
  return async (input, context) => {
    const { clock, ids, sequencer } = services;
    const definition = await findDefinition(services, input, context);
    return sequencer.decide((state) => {
      const jobQueue = orRefuse(findQueue(input.jobQueue, state, context), context);
      const job = orRefuse(
        createJob(input, definition, {
          scope: context.scope,
          jobId: ids.uuid(),
          nowMs: clock.nowMs(),
          jobQueueArn: jobQueue.arn,
          cause: causeOf(context),
        }),
        context,
      );
      const refusal =
        checkQueuePlatform(job.platformCapabilities, jobQueue.jobQueueType) ??
        checkShare(input, false) ??
        checkIsActive(definition, state);
      orRefuse(refusal, context);
      const progress = submittedAt(state.nextQueuePosition);
      const { jobId, jobName } = job;
      const answer = { jobArn: jobArn(context.scope, jobId), jobName, jobId };
      return { changes: [{ kind: "job-submitted", job, progress }], answer };
    });
  };
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

function findQueue(nameOrArn: string, state: LiveState, { scope }: RequestContext): JobQueue | Refusal {
  const name = parseNameOrArn(scope, "job-queue", nameOrArn);
  const jobQueue = name === undefined ? undefined : state.jobQueues.get(jobQueueArn(scope, name));
  if (jobQueue === undefined) return Refusal.bare(`JobQueue ${nameOrArn} not found.`);
  if (jobQueue.state !== "ENABLED") {
    return Refusal.bare(`JobQueue ${jobQueue.arn} is not in ENABLED state.`);
  }
  if (jobQueue.status === "DELETING") return Refusal.bare(`JobQueue ${jobQueue.arn} is being deleted.`);
  return jobQueue;
}

function submittedAt(queuePosition: number): JobProgress {
  return {
    status: "SUBMITTED",
    queuePosition,
    attemptCount: 0,
    isCancelled: false,
    isTerminated: false,
  };
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
