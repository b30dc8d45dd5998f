import { updateJobQueue as updateByRules } from "../../../../batch/job-queue.ts";
import type { UpdateJobQueueRequest, UpdateJobQueueResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findJobQueue, queueLookups, toArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html */
export function updateJobQueue({
  sequencer,
  instanceCatalogue,
}: BatchServices): Operation<UpdateJobQueueRequest, UpdateJobQueueResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const current = findJobQueue(state, scope, input.jobQueue);
      const updated =
        current === undefined
          ? doesNotExist(toArn(scope, "job-queue", input.jobQueue))
          : updateByRules(current, input, {
              cause: causeOf(context),
              instanceCatalogue,
              ...queueLookups(state, scope),
            });
      const jobQueue = orRefuse(updated, context);
      return {
        changes: [{ kind: "job-queue-put", jobQueue }],
        answer: { jobQueueName: jobQueue.name, jobQueueArn: jobQueue.arn },
      };
    });
}
