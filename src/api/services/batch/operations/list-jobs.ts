import type { ListJobsRequest, ListJobsResponse } from "../../../../model/batch.ts";
import type { JobListEntry, Page, PageRequest, Store } from "../../../../store/store.ts";
import { clientError } from "../../../errors.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import { readPage } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { parseJobFilter } from "../job-filter.ts";
import { orRefuse } from "../refuse.ts";
import { readJobQueue } from "../stored-queue.ts";
import { jobSummary } from "../wire/job-summary.ts";

/** Entries on a page (specification 1.5). */
const PAGE_MAX = 1_000;
const FILTERED_PAGE_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html */
export function listJobs(services: BatchServices): Operation<ListJobsRequest, ListJobsResponse> {
  return async (input, context) => {
    const { scope } = context;
    const list = await chooseList(services.store, input, context);
    const listing = { operation: "ListJobs", scope, filter: list.filter };
    const { items, ...next } = await readPage(input, listing, list.pageMax, list.read);
    const nowMs = services.clock.nowMs();
    const jobSummaryList = items.map((entry) =>
      jobSummary(scope, entry, services.situationOf(entry.jobId, entry.progress.status), nowMs),
    );
    return { jobSummaryList, ...next };
  };
}

/** One of the lists that a request may ask for. */
interface JobList {
  /** All that the list depends on: a page token is good for no other. */
  readonly filter: readonly unknown[];
  readonly pageMax: number;
  readonly read: (page: PageRequest) => Promise<Page<JobListEntry>>;
}

/** Exactly one of three members says what to list: a queue, or the children of an array, or the nodes of a job. */
async function chooseList(store: Store, input: ListJobsRequest, context: RequestContext): Promise<JobList> {
  const given = [input.jobQueue, input.arrayJobId, input.multiNodeJobId].filter(
    (member) => member !== undefined,
  );
  if (given.length !== 1) {
    const members = "jobQueue, arrayJobId and multiNodeJobId";
    throw clientError(`exactly one of ${members} must be given, got ${given.length}`);
  }
  if (input.jobQueue !== undefined)
    return listOfQueue(store, { ...input, jobQueue: input.jobQueue }, context);
  return listOfChildren(store, input, context);
}

async function listOfQueue(
  store: Store,
  input: ListJobsRequest & { readonly jobQueue: string },
  context: RequestContext,
): Promise<JobList> {
  const { scope } = context;
  const { arn: jobQueueArn } = await readJobQueue(store, context, input.jobQueue);
  const filter = { jobQueueArn, ...orRefuse(parseJobFilter(input), context) };
  return {
    filter: [jobQueueArn, input.jobStatus, input.filters],
    pageMax: (input.filters ?? []).length > 0 ? FILTERED_PAGE_MAX : PAGE_MAX,
    read: (page) => store.listJobs(scope, filter, page),
  };
}

/** Without a status those that run are listed, as of a queue. */
async function listOfChildren(
  store: Store,
  { arrayJobId, multiNodeJobId, jobStatus, filters = [] }: ListJobsRequest,
  { scope }: RequestContext,
): Promise<JobList> {
  const parentJobId = arrayJobId ?? multiNodeJobId ?? "";
  if (filters.length > 0) throw clientError("filters are for lists of a job queue only");
  const [parent] = await store.readJobs(scope, [parentJobId]);
  const kind = arrayJobId === undefined ? "multi-node" : "array";
  if (parent?.job.kind !== kind || parent.job.childIndex !== undefined) {
    throw clientError(
      `${parentJobId} is not the id of ${kind === "array" ? "an array" : "a multi-node"} job.`,
    );
  }
  const status = jobStatus ?? "RUNNING";
  return {
    filter: [parentJobId, status],
    pageMax: PAGE_MAX,
    read: (page) => store.listChildJobs(scope, parentJobId, { status }, page),
  };
}
