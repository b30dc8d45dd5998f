import { updateSchedulingPolicy as updateByRules } from "../../../../batch/scheduling-policy.ts";
import type {
  UpdateSchedulingPolicyRequest,
  UpdateSchedulingPolicyResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { doesNotExist, findByArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateSchedulingPolicy.html */
export function updateSchedulingPolicy({
  sequencer,
}: BatchServices): Operation<UpdateSchedulingPolicyRequest, UpdateSchedulingPolicyResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const current = findByArn(state, context.scope, "scheduling-policy", input.arn);
      const updated =
        current === undefined ? doesNotExist(input.arn) : updateByRules(current, input, causeOf(context));
      return { changes: [{ kind: "plain-resource-put", resource: orRefuse(updated, context) }], answer: {} };
    });
}
