import type { DescribeJobQueuesRequest, DescribeJobQueuesResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { describeNamed } from "../named-listing.ts";
import { jobQueueDetail } from "../wire/job-queue-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html */
export function describeJobQueues({
  store,
}: BatchServices): Operation<DescribeJobQueuesRequest, DescribeJobQueuesResponse> {
  return async (input, context) => {
    const { items, ...next } = await describeNamed(input.jobQueues, input, context, {
      operation: "DescribeJobQueues",
      resourceType: "job-queue",
      member: "jobQueues",
      read: (names) => store.readJobQueues(context.scope, names),
      list: (page) => store.listJobQueues(context.scope, page),
    });
    return { jobQueues: items.map(jobQueueDetail), ...next };
  };
}
