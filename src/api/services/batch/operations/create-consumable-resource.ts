import { createConsumableResource as createByRules } from "../../../../batch/consumable-resource.ts";
import type {
  CreateConsumableResourceRequest,
  CreateConsumableResourceResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findPlainResource } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateConsumableResource.html */
export function createConsumableResource({
  sequencer,
  clock,
}: BatchServices): Operation<CreateConsumableResourceRequest, CreateConsumableResourceResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const known = findPlainResource(state, scope, "consumable-resource", input.consumableResourceName);
      const created = createByRules(input, {
        scope,
        cause: causeOf(context),
        isNameTaken: known !== undefined,
        nowMs: clock.nowMs(),
      });
      const resource = orRefuse(created, context);
      return {
        changes: [{ kind: "plain-resource-put", resource }],
        answer: { consumableResourceName: resource.name, consumableResourceArn: resource.arn },
      };
    });
}
