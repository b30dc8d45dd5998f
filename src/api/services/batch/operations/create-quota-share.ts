import { policyKind } from "../../../../batch/scheduling-policy.ts";
import { createQuotaShare as createByRules } from "../../../../batch/quota-share.ts";
import type { CreateQuotaShareRequest, CreateQuotaShareResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findJobQueue } from "../named-resource.ts";
import { queueNotFound } from "../open-queue.ts";
import { quotaSharesOf, schedulingPolicyOf } from "../queue-shares.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateQuotaShare.html */
export function createQuotaShare({
  sequencer,
}: BatchServices): Operation<CreateQuotaShareRequest, CreateQuotaShareResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const found = findJobQueue(state, context.scope, input.jobQueue);
      const jobQueue = orRefuse(found ?? queueNotFound(input.jobQueue), context);
      const policy = schedulingPolicyOf(state, jobQueue);
      const shares = quotaSharesOf(state, jobQueue.arn);
      const created = createByRules(input, {
        jobQueue,
        isQuotaManaged: policy !== undefined && policyKind(policy) === "quota-share",
        shareNames: new Set(shares.map(({ quotaShareName }) => quotaShareName)),
        cause: causeOf(context),
      });
      const resource = orRefuse(created, context);
      return {
        changes: [{ kind: "plain-resource-put", resource }],
        answer: { quotaShareName: resource.quotaShareName, quotaShareArn: resource.arn },
      };
    });
}
