import type { ListQuotaSharesRequest, ListQuotaSharesResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { listPlain } from "../plain-listing.ts";
import { readJobQueue } from "../stored-queue.ts";
import { quotaShareDetail } from "../wire/quota-share-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListQuotaShares.html */
export function listQuotaShares({
  store,
}: BatchServices): Operation<ListQuotaSharesRequest, ListQuotaSharesResponse> {
  return async (input, context) => {
    const jobQueue = await readJobQueue(store, context, input.jobQueue);
    const { items, ...next } = await listPlain(store, context, input, {
      operation: "ListQuotaShares",
      type: "quota-share",
      namePrefix: `${jobQueue.name}/`,
    });
    return { quotaShares: items.map(quotaShareDetail), ...next };
  };
}
