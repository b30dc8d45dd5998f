import { checkQuotaShareDeletion } from "../../../../batch/quota-share.ts";
import type { DeleteQuotaShareRequest, DeleteQuotaShareResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { endServiceJobs } from "../end-service-jobs.ts";
import { findByArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteQuotaShare.html
 *
 * Its jobs end with it. One that does not exist is gone already, which is no error (specification 15.5).
 */
export function deleteQuotaShare({
  sequencer,
  clock,
}: BatchServices): Operation<DeleteQuotaShareRequest, DeleteQuotaShareResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const resource = findByArn(state, context.scope, "quota-share", input.quotaShareArn);
      if (resource === undefined) return { changes: [], answer: {} };
      orRefuse(checkQuotaShareDeletion(resource), context);
      const jobs = state.serviceJobs
        .ofQueue(resource.jobQueueArn)
        .filter(({ quotaShareName }) => quotaShareName === resource.quotaShareName);
      const facts = { cause: causeOf(context), nowMs: clock.nowMs() };
      return {
        changes: [
          ...endServiceJobs(jobs, "QuotaShare deleted", facts),
          { kind: "plain-resource-removed", resource },
        ],
        answer: {},
      };
    });
}
