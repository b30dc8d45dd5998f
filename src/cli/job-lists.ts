import type { JobStatus, JobSummary, ListJobsRequest } from "../model/batch.ts";
import type { Context } from "./context.ts";
import { listJobQueues } from "./job-queues.ts";
import { ALL_STATUSES, isTerminal } from "./job-statuses.ts";
import { askEach, readPages } from "./pages.ts";

/** A job as ListJobs shows it, with the queue that it was found in. */
export interface ListedJob extends JobSummary {
  readonly jobQueue: string;
}

export interface JobSelection {
  /** Name or ARN; absent: all queues. */
  readonly jobQueue?: string;
  /** Absent: all. */
  readonly statuses?: readonly JobStatus[];
  /** AWS's filter: whatever the case, a star at its end stands for the rest. */
  readonly jobName?: string;
  /** The newest so many of each queue and status are read. */
  readonly countMax: number;
}

/** Listings that are under way at once. */
const TOGETHER = 8;

const PAGE_MAX = 1_000;
const FILTERED_PAGE_MAX = 100;

/** Jobs of all queues and statuses: those that have not ended first, the newest first. AWS lists one queue and status. */
export async function listJobs(
  context: Context,
  selection: JobSelection,
): Promise<{ readonly jobs: ListedJob[]; readonly isCut: boolean }> {
  const { jobQueue, jobName, statuses = ALL_STATUSES } = selection;
  const queues =
    jobQueue === undefined ? (await listJobQueues(context)).map((queue) => queue.jobQueueName) : [jobQueue];
  const listings = queues.flatMap((queue): readonly ListJobsRequest[] =>
    jobName === undefined
      ? statuses.map((jobStatus) => ({ jobQueue: queue, jobStatus }))
      : [{ jobQueue: queue, filters: [{ name: "JOB_NAME", values: [jobName] }] }],
  );
  const found = await askEach(listings, TOGETHER, async (listing) => {
    const { items, isCut } = await readPages(
      (nextToken) =>
        context.client.batch("ListJobs", {
          ...listing,
          maxResults: Math.min(
            selection.countMax,
            listing.filters === undefined ? PAGE_MAX : FILTERED_PAGE_MAX,
          ),
          ...(nextToken !== undefined && { nextToken }),
        }),
      ({ jobSummaryList }) => jobSummaryList,
      selection.countMax,
    );
    return { jobs: items.map((job) => ({ ...job, jobQueue: nameOfArn(listing.jobQueue ?? "") })), isCut };
  });
  const jobs = found
    .flatMap((listing) => listing.jobs)
    .filter(({ status }) => status === undefined || statuses.includes(status));
  return { jobs: newestFirst(oncePerId(jobs)), isCut: found.some(({ isCut }) => isCut) };
}

/** The last part of an ARN; a name is its own. */
export function nameOfArn(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

/** A job that changes its status while the lists are read is in two of them; the later status is kept. */
function oncePerId(jobs: readonly ListedJob[]): ListedJob[] {
  const rank = (job: ListedJob): number => (isTerminal(job.status) ? 1 : 0);
  const byId = new Map<string, ListedJob>();
  for (const job of jobs) {
    const other = byId.get(job.jobId);
    if (other === undefined || rank(job) >= rank(other)) byId.set(job.jobId, job);
  }
  return [...byId.values()];
}

function newestFirst(jobs: readonly ListedJob[]): ListedJob[] {
  const rank = (job: ListedJob): number => (isTerminal(job.status) ? 1 : 0);
  return jobs.toSorted((a, b) => rank(a) - rank(b) || (b.createdAt ?? 0) - (a.createdAt ?? 0));
}
