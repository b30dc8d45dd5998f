import { parseNameOrArn } from "../../../../batch/arn.ts";
import type { ListQuotaSharesRequest, ListQuotaSharesResponse } from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { listPlain } from "../plain-listing.ts";
import { quotaShareDetail } from "../wire/quota-share-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListQuotaShares.html */
export function listQuotaShares({
  store,
}: BatchServices): Operation<ListQuotaSharesRequest, ListQuotaSharesResponse> {
  return async (input, context) => {
    const { scope } = context;
    const name = parseNameOrArn(scope, "job-queue", input.jobQueue);
    const [jobQueue] = name === undefined ? [] : await store.readJobQueues(scope, [name]);
    if (jobQueue === undefined) throw clientError(`JobQueue ${input.jobQueue} not found.`);
    const { items, ...next } = await listPlain(store, context, input, {
      operation: "ListQuotaShares",
      type: "quota-share",
      namePrefix: `${jobQueue.name}/`,
    });
    return { quotaShares: items.map(quotaShareDetail), ...next };
  };
}
