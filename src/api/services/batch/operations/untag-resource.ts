import { removeTags } from "../../../../batch/tags.ts";
import type { UntagResourceRequest, UntagResourceResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { changeTags } from "../resource-tags.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UntagResource.html */
export function untagResource(
  services: BatchServices,
): Operation<UntagResourceRequest, UntagResourceResponse> {
  return async ({ resourceArn, tagKeys }, context) => {
    await changeTags(services, resourceArn, context, (current) => removeTags(current, tagKeys));
    return {};
  };
}
