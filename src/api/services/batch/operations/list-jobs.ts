import { parseNameOrArn } from "../../../../batch/arn.ts";
import { notSupportedYet } from "../../../../batch/not-supported-yet.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import type { ListJobsRequest, ListJobsResponse } from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import { encodeNextToken, parsePageRequest } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { parseJobFilter } from "../job-filter.ts";
import { orRefuse } from "../refuse.ts";
import { jobSummary } from "../wire/job-summary.ts";

/** Entries on a page (specification 1.5). */
const PAGE_MAX = 1_000;
const FILTERED_PAGE_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html */
export function listJobs({
  store,
  situationOf,
}: BatchServices): Operation<ListJobsRequest, ListJobsResponse> {
  return async (input, context) => {
    const { scope } = context;
    const name = orRefuse(queueNameOf(input, context), context);
    const [jobQueue] = await store.readJobQueues(scope, [name]);
    if (jobQueue === undefined) throw clientError(`JobQueue ${input.jobQueue} not found.`);
    const { arn } = jobQueue;
    const chosen = orRefuse(parseJobFilter(input), context);
    const listing = { operation: "ListJobs", scope, filter: [arn, input.jobStatus, input.filters] };
    const limit = (input.filters ?? []).length > 0 ? FILTERED_PAGE_MAX : PAGE_MAX;
    const page = await store.listJobs(
      scope,
      { jobQueueArn: arn, ...chosen },
      parsePageRequest(input, listing, limit),
    );
    const nextToken = encodeNextToken(listing, page.next);
    return {
      jobSummaryList: page.items.map((entry) =>
        jobSummary(scope, entry, situationOf(entry.jobId, entry.progress.status)),
      ),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}

/** The queue that is listed. Exactly one of three members says what to list. */
function queueNameOf(input: ListJobsRequest, { scope }: RequestContext): string | Refusal {
  const given = [input.jobQueue, input.arrayJobId, input.multiNodeJobId].filter(
    (member) => member !== undefined,
  );
  if (given.length !== 1) {
    return Refusal.bare(
      `exactly one of jobQueue, arrayJobId and multiNodeJobId must be given, got ${given.length}`,
    );
  }
  if (input.arrayJobId !== undefined) return notSupportedYet("array jobs (arrayJobId)");
  if (input.multiNodeJobId !== undefined) return notSupportedYet("multi-node jobs (multiNodeJobId)");
  const name = parseNameOrArn(scope, "job-queue", input.jobQueue ?? "");
  return name ?? Refusal.bare(`JobQueue ${input.jobQueue} not found.`);
}
