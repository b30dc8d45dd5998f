import type { ListServiceJobsRequest, ListServiceJobsResponse } from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import { readPage } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { orRefuse } from "../refuse.ts";
import { parseServiceJobFilter } from "../service-job-filter.ts";
import { readJobQueue } from "../stored-queue.ts";
import { serviceJobSummary } from "../wire/service-job-detail.ts";

const PAGE_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListServiceJobs.html */
export function listServiceJobs({
  store,
}: BatchServices): Operation<ListServiceJobsRequest, ListServiceJobsResponse> {
  return async (input, context) => {
    const { scope } = context;
    if (input.jobQueue === undefined) throw clientError("jobQueue is required");
    const { arn: jobQueueArn } = await readJobQueue(store, context, input.jobQueue);
    const filter = { jobQueueArn, ...orRefuse(parseServiceJobFilter(input), context) };
    const listed = [jobQueueArn, input.jobStatus, input.filters];
    const listing = { operation: "ListServiceJobs", scope, filter: listed };
    const { items, ...next } = await readPage(input, listing, PAGE_MAX, (page) =>
      store.listServiceJobs(scope, filter, page),
    );
    return { jobSummaryList: items.map(serviceJobSummary), ...next };
  };
}
