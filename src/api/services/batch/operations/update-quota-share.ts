import { updateQuotaShare as updateByRules } from "../../../../batch/quota-share.ts";
import type { UpdateQuotaShareRequest, UpdateQuotaShareResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findByArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateQuotaShare.html */
export function updateQuotaShare({
  sequencer,
}: BatchServices): Operation<UpdateQuotaShareRequest, UpdateQuotaShareResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { quotaShareArn } = input;
      const current = findByArn(state, context.scope, "quota-share", quotaShareArn);
      const updated =
        current === undefined ? doesNotExist(quotaShareArn) : updateByRules(current, input, causeOf(context));
      const resource = orRefuse(updated, context);
      return {
        changes: [{ kind: "plain-resource-put", resource }],
        answer: { quotaShareName: resource.quotaShareName, quotaShareArn },
      };
    });
}
