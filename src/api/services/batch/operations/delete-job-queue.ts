import { deleteJobQueue as deleteByRules } from "../../../../batch/job-queue.ts";
import type { QuotaShare } from "../../../../batch/quota-share.ts";
import { JOB_QUEUE_DELETED } from "../../../../batch/status-reason.ts";
import type { DeleteJobQueueRequest, DeleteJobQueueResponse } from "../../../../model/batch.ts";
import type { Change } from "../../../../store/change.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { endServiceJobs } from "../end-service-jobs.ts";
import { findJobQueue } from "../named-resource.ts";
import { quotaSharesOf } from "../queue-shares.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
 *
 * The engine ends its jobs and then removes it; its service jobs, which nothing runs, and its quota shares go at once. One that does not exist is gone already, which is no error
 * (specification 15.5).
 */
export function deleteJobQueue({
  sequencer,
  clock,
}: BatchServices): Operation<DeleteJobQueueRequest, DeleteJobQueueResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const current = findJobQueue(state, context.scope, input.jobQueue);
      if (current === undefined) return { changes: [], answer: {} };
      const cause = causeOf(context);
      const jobQueue = orRefuse(deleteByRules(current, cause), context);
      const serviceJobs = state.serviceJobs.ofQueue(jobQueue.arn);
      const changes: readonly Change[] = [
        { kind: "job-queue-put", jobQueue },
        ...endServiceJobs(serviceJobs, JOB_QUEUE_DELETED, { cause, nowMs: clock.nowMs() }),
        ...quotaSharesOf(state, jobQueue.arn).map(removed),
      ];
      return { changes, answer: {} };
    });
}

function removed(resource: QuotaShare): Change {
  return { kind: "plain-resource-removed", resource };
}
