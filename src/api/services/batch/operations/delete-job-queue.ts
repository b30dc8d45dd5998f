import { deleteJobQueue as deleteByRules } from "../../../../batch/job-queue.ts";
import type { DeleteJobQueueRequest, DeleteJobQueueResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findJobQueue } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
 *
 * The engine ends its jobs and then removes it. One that does not exist is gone already, which is no error
 * (specification 15.5).
 */
export function deleteJobQueue({
  sequencer,
}: BatchServices): Operation<DeleteJobQueueRequest, DeleteJobQueueResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const current = findJobQueue(state, context.scope, input.jobQueue);
      if (current === undefined) return { changes: [], answer: {} };
      const jobQueue = orRefuse(deleteByRules(current, causeOf(context)), context);
      return { changes: [{ kind: "job-queue-put", jobQueue }], answer: {} };
    });
}
