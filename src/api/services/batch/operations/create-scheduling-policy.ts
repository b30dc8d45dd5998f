import { schedulingPolicyArn } from "../../../../batch/arn.ts";
import { createSchedulingPolicy as createByRules } from "../../../../batch/scheduling-policy.ts";
import type {
  CreateSchedulingPolicyRequest,
  CreateSchedulingPolicyResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findByArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html */
export function createSchedulingPolicy({
  sequencer,
}: BatchServices): Operation<CreateSchedulingPolicyRequest, CreateSchedulingPolicyResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const arn = schedulingPolicyArn(scope, input.name);
      const isNameTaken = findByArn(state, scope, "scheduling-policy", arn) !== undefined;
      const resource = orRefuse(
        createByRules(input, { scope, cause: causeOf(context), isNameTaken }),
        context,
      );
      return { changes: [{ kind: "plain-resource-put", resource }], answer: { name: resource.name, arn } };
    });
}
