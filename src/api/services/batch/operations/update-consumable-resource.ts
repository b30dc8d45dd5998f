import type { ClientToken } from "../../../../batch/client-token.ts";
import { updateConsumableResource as updateByRules } from "../../../../batch/consumable-resource.ts";
import type { ConsumableResource } from "../../../../batch/consumable-resource.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import type {
  UpdateConsumableResourceRequest,
  UpdateConsumableResourceResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findEarlierUse, rememberToken } from "../client-tokens.ts";
import type { TokenUse } from "../client-tokens.ts";
import { doesNotExist, findPlainResource, toArn } from "../named-resource.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateConsumableResource.html
 *
 * A repetition, by its `clientToken`, succeeds and changes nothing (specification 1.6).
 */
export function updateConsumableResource({
  sequencer,
  clock,
}: BatchServices): Operation<UpdateConsumableResourceRequest, UpdateConsumableResourceResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const { consumableResource, operation, quantity, clientToken } = input;
      const found = findPlainResource(state, scope, "consumable-resource", consumableResource);
      const arn = toArn(scope, "consumable-resource", consumableResource);
      const current = orRefuse(found ?? doesNotExist(arn), context);
      const use: TokenUse = {
        operation: "UpdateConsumableResource",
        token: clientToken,
        request: JSON.stringify([arn, operation, quantity]),
        nowMs: clock.nowMs(),
      };
      const earlier = findEarlierUse(state, context, use);
      if (earlier !== undefined) {
        orRefuse(checkRepetition(earlier, use), context);
        return { changes: [], answer: answerOf(current) };
      }
      const resource = orRefuse(updateByRules(current, input, causeOf(context)), context);
      return {
        changes: [{ kind: "plain-resource-put", resource }, ...rememberToken(state, context, use)],
        answer: answerOf(resource),
      };
    });
}

function checkRepetition(earlier: ClientToken, { token, request }: TokenUse): Refusal | undefined {
  if (earlier.request === request) return undefined;
  return Refusal.bare(`clientToken ${token} was used with another request before`);
}

function answerOf({ name, arn, totalQuantity }: ConsumableResource): UpdateConsumableResourceResponse {
  return { consumableResourceName: name, consumableResourceArn: arn, totalQuantity };
}
