import type {
  DescribeConsumableResourceRequest,
  DescribeConsumableResourceResponse,
} from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { doesNotExist, toArn } from "../named-resource.ts";
import { readByNameOrArn } from "../plain-listing.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeConsumableResource.html
 *
 * What is in use is what attempts hold at the moment.
 */
export function describeConsumableResource({
  store,
  sequencer,
}: BatchServices): Operation<DescribeConsumableResourceRequest, DescribeConsumableResourceResponse> {
  return async ({ consumableResource }, context) => {
    const { scope } = context;
    const found = await readByNameOrArn(store, scope, "consumable-resource", consumableResource);
    const arn = toArn(scope, "consumable-resource", consumableResource);
    const resource = orRefuse(found ?? doesNotExist(arn), context);
    const { name, totalQuantity, kind, createdAtMs, tags } = resource;
    const inUseQuantity = sequencer.state.consumables.heldOf(arn);
    return {
      consumableResourceName: name,
      consumableResourceArn: arn,
      totalQuantity,
      inUseQuantity,
      availableQuantity: Math.max(0, totalQuantity - inUseQuantity),
      resourceType: kind,
      createdAt: createdAtMs,
      tags,
    };
  };
}
