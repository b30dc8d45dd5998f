import { jobArn, jobQueueArn, parseNameOrArn } from "../../../../batch/arn.ts";
import type { Job, JobProgress } from "../../../../batch/job.ts";
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
    const jobQueueName = parseNameOrArn(context.scope, "job-queue", input.jobQueue);
    const queueArn = jobQueueName === undefined ? undefined : jobQueueArn(context.scope, jobQueueName);
    const job = orRefuse(
      createJob(input, definition, {
        scope: context.scope,
        jobId: ids.uuid(),
        nowMs: clock.nowMs(),
        jobQueueArn: queueArn ?? "",
        cause: { principal: context.principal, requestId: context.requestId },
      }),
      context,
    );
    return sequencer.decide((state) => {
      const jobQueue = queueArn === undefined ? undefined : state.jobQueues.get(queueArn);
      orRefuse(checkQueue(jobQueue, input, job) ?? checkIsActive(definition, state), context);
      const progress: JobProgress = {
        status: "SUBMITTED",
        queuePosition: state.nextQueuePosition,
        attemptCount: 0,
        isCancelled: false,
        isTerminated: false,
      };
      const { jobId, jobName } = job;
      const answer = { jobArn: jobArn(context.scope, jobId), jobName, jobId };
      return { changes: [{ kind: "job-submitted", job, progress }], answer };
    });
  };
}

async function findDefinition(
  { sequencer, definitions }: BatchServices,
  { jobDefinition }: SubmitJobRequest,
  context: RequestContext,
): Promise<JobDefinition> {
  const { scope } = context;
  const { name, revision, arn } = orRefuse(parseJobDefinitionReference(scope, jobDefinition), context);
  const known = sequencer.state.jobDefinition(scope, name);
  const chosen = revision ?? known?.activeRevisions.at(-1);
  const definition = chosen === undefined ? undefined : await definitions.read(scope, name, chosen);
  if (definition === undefined) throw clientError(`JobDefinition ${arn} not found.`);
  return definition;
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

function checkQueue(jobQueue: JobQueue | undefined, input: SubmitJobRequest, job: Job): Refusal | undefined {
  if (jobQueue === undefined) return Refusal.bare(`JobQueue ${input.jobQueue} not found.`);
  if (jobQueue.state !== "ENABLED") {
    return Refusal.bare(`JobQueue ${jobQueue.arn} is not in ENABLED state.`);
  }
  if (jobQueue.status === "DELETING") {
    return Refusal.bare(`JobQueue ${jobQueue.arn} is being deleted.`);
  }
  return checkQueuePlatform(job.platformCapabilities, jobQueue.jobQueueType) ?? checkShare(input, false);
}
