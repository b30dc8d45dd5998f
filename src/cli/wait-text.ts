import { unreachable } from "../lib/assert.ts";
import type { JobDetail } from "../model/batch.ts";
import { describeProgress } from "./array-progress.ts";
import type { Context } from "./context.ts";
import { parentIdOf } from "./find-job.ts";
import { nameOfArn } from "./job-lists.ts";
import { tellingReason } from "./outcome-text.ts";
import { readPages } from "./pages.ts";

/** Waiting jobs of a queue that are looked at to tell a place among them. */
const AHEAD_COUNT_MAX = 5_000;

/** Where a job waits, and why; undefined once it runs or has ended. */
export async function describeWait(context: Context, job: JobDetail): Promise<string | undefined> {
  const { status } = job;
  // A job that is tried again keeps the reason of the attempt before.
  const statusReason = tellingReason(job.statusReason);
  switch (status) {
    case "SUBMITTED":
      return "SUBMITTED";
    case "PENDING":
      return `PENDING: ${statusReason ?? describePending(job)}`;
    case "RUNNABLE":
      return `RUNNABLE: ${statusReason ?? (await describePlace(context, job))}`;
    case "STARTING":
      return statusReason === undefined ? "STARTING" : `STARTING: ${statusReason}`;
    case "RUNNING":
    case "SUCCEEDED":
    case "FAILED":
      return undefined;
    default:
      return unreachable(status);
  }
}

function describePending({ jobId, arrayProperties, dependsOn = [] }: JobDetail): string {
  const { size, statusSummary } = arrayProperties ?? {};
  const isUnderWay = size !== undefined && statusSummary?.["PENDING"] !== size;
  if (isUnderWay) return describeProgress(arrayProperties) ?? "";
  const count = dependsOn.filter((dependency) => dependency.jobId !== undefined).length;
  if (count > 0) return `it waits for ${count === 1 ? "another job" : `${count} other jobs`}`;
  return `it waits for ${parentIdOf(jobId) === undefined ? "other jobs" : "others of its job"}`;
}

async function describePlace({ client }: Context, { jobQueue, createdAt = 0 }: JobDetail): Promise<string> {
  const { items, isCut } = await readPages(
    (nextToken) =>
      client.batch("ListJobs", {
        jobQueue,
        jobStatus: "RUNNABLE",
        ...(nextToken !== undefined && { nextToken }),
      }),
    ({ jobSummaryList }) => jobSummaryList,
    AHEAD_COUNT_MAX,
  );
  const aheadCount = items.filter((other) => (other.createdAt ?? 0) < createdAt).length;
  const queue = nameOfArn(jobQueue);
  if (isCut) return `over ${items.length} jobs wait in the queue ${queue}`;
  if (aheadCount === 0) return `next in the queue ${queue}`;
  return `${aheadCount} ${aheadCount === 1 ? "job is" : "jobs are"} ahead in the queue ${queue}`;
}
