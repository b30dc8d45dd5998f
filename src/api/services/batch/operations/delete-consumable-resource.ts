import type {
  DeleteConsumableResourceRequest,
  DeleteConsumableResourceResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { findPlainResource } from "../named-resource.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteConsumableResource.html
 *
 * Jobs that need it wait until there is one of that name again. One that does not exist is gone already, which is no
 * error (specification 15.5).
 */
export function deleteConsumableResource({
  sequencer,
}: BatchServices): Operation<DeleteConsumableResourceRequest, DeleteConsumableResourceResponse> {
  return (input, { scope }) =>
    sequencer.decide((state) => {
      const resource = findPlainResource(state, scope, "consumable-resource", input.consumableResource);
      if (resource === undefined) return { changes: [], answer: {} };
      return { changes: [{ kind: "plain-resource-removed", resource }], answer: {} };
    });
}
