import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { readTags } from "../resource-tags.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListTagsForResource.html */
export function listTagsForResource(
  services: BatchServices,
): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async ({ resourceArn }, context) => ({ tags: await readTags(services, resourceArn, context) });
}
