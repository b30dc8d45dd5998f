import { jobQueueArn } from "../../../../batch/arn.ts";
import { createJobQueue as createByRules } from "../../../../batch/job-queue.ts";
import type { CreateJobQueueRequest, CreateJobQueueResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { queueLookups } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html */
export function createJobQueue({
  sequencer,
  instanceCatalogue,
}: BatchServices): Operation<CreateJobQueueRequest, CreateJobQueueResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const arn = jobQueueArn(scope, input.jobQueueName);
      const created = createByRules(input, {
        scope,
        cause: causeOf(context),
        isNameTaken: state.jobQueues.has(arn),
        instanceCatalogue,
        ...queueLookups(state, scope),
      });
      const jobQueue = orRefuse(created, context);
      return {
        changes: [{ kind: "job-queue-put", jobQueue }],
        answer: { jobQueueName: jobQueue.name, jobQueueArn: arn },
      };
    });
}
