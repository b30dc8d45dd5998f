import { parseNameOrArn } from "../../../../batch/arn.ts";
import type { ListServiceJobsRequest, ListServiceJobsResponse } from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import { encodeNextToken, parsePageRequest } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { orRefuse } from "../refuse.ts";
import { parseServiceJobFilter } from "../service-job-filter.ts";
import { serviceJobSummary } from "../wire/service-job-detail.ts";

const PAGE_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListServiceJobs.html */
export function listServiceJobs({
  store,
}: BatchServices): Operation<ListServiceJobsRequest, ListServiceJobsResponse> {
  return async (input, context) => {
    const { scope } = context;
    if (input.jobQueue === undefined) throw clientError("jobQueue is required");
    const name = parseNameOrArn(scope, "job-queue", input.jobQueue);
    const [jobQueue] = name === undefined ? [] : await store.readJobQueues(scope, [name]);
    if (jobQueue === undefined) throw clientError(`JobQueue ${input.jobQueue} not found.`);
    const { arn } = jobQueue;
    const chosen = orRefuse(parseServiceJobFilter(input), context);
    const listing = { operation: "ListServiceJobs", scope, filter: [arn, input.jobStatus, input.filters] };
    const page = await store.listServiceJobs(
      scope,
      { jobQueueArn: arn, ...chosen },
      parsePageRequest(input, listing, PAGE_MAX),
    );
    const nextToken = encodeNextToken(listing, page.next);
    return {
      jobSummaryList: page.items.map(serviceJobSummary),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}
