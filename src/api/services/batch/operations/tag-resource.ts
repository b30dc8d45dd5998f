import { Refusal } from "../../../../batch/refusal.ts";
import { mergeTags, parseTags } from "../../../../batch/tags.ts";
import type { TagResourceRequest, TagResourceResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { changeTags } from "../resource-tags.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html */
export function tagResource(services: BatchServices): Operation<TagResourceRequest, TagResourceResponse> {
  return async ({ resourceArn, tags }, context) => {
    await changeTags(services, resourceArn, context, (current) => {
      const added = parseTags(tags);
      return added instanceof Refusal ? added : mergeTags(current, added);
    });
    return {};
  };
}
