import type { DescribeQuotaShareRequest, DescribeQuotaShareResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { doesNotExist } from "../named-resource.ts";
import { readByArn } from "../plain-listing.ts";
import { orRefuse } from "../refuse.ts";
import { quotaShareDetail } from "../wire/quota-share-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeQuotaShare.html */
export function describeQuotaShare({
  store,
}: BatchServices): Operation<DescribeQuotaShareRequest, DescribeQuotaShareResponse> {
  return async ({ quotaShareArn }, context) => {
    const found = await readByArn(store, context.scope, "quota-share", quotaShareArn);
    const share = orRefuse(found ?? doesNotExist(quotaShareArn), context);
    return { ...quotaShareDetail(share), tags: share.tags };
  };
}
