import type { JobDetail, JobStatus, JobSummary } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import { parentIdOf } from "./find-job.ts";
import { ALL_STATUSES } from "./job-statuses.ts";
import { askEach, readPages } from "./pages.ts";
import { shortId } from "./text.ts";

const PAGE_MAX = 1_000;

/** Listings that are under way at once. */
const TOGETHER = 8;

/** The children of an array, or the nodes of a multi-node job, by index. AWS lists those of one status. */
export async function listChildren(
  { client }: Context,
  parent: JobDetail,
  statuses: readonly JobStatus[] = ALL_STATUSES,
): Promise<readonly JobSummary[]> {
  const { jobId } = parent;
  const of = isArray(parent) ? { arrayJobId: jobId } : { multiNodeJobId: jobId };
  const found = await askEach(statuses, TOGETHER, async (jobStatus) => {
    const { items } = await readPages(
      (nextToken) =>
        client.batch("ListJobs", {
          ...of,
          jobStatus,
          maxResults: PAGE_MAX,
          ...(nextToken !== undefined && { nextToken }),
        }),
      ({ jobSummaryList }) => jobSummaryList,
    );
    return items;
  });
  // Who changes its status while the lists are read is in two of them: the later status is kept.
  const byId = new Map(found.flat().map((child) => [child.jobId, child]));
  return [...byId.values()].toSorted((a, b) => indexOf(a) - indexOf(b));
}

/** Refuses to list the children of what has none. */
export function checkHasChildren(job: JobDetail): void {
  if (isArray(job) || job.nodeProperties !== undefined) return;
  const id = shortId(job.jobId);
  const parentId = parentIdOf(job.jobId);
  throw parentId === undefined
    ? new CliError(
        `${id} is a single job: it has no children and no nodes`,
        `See \`batchyard describe ${id}\`.`,
      )
    : new CliError(
        `${id} is itself one of several`,
        `See \`batchyard ls ${shortId(parentId)}\` or \`batchyard describe ${id}\`.`,
      );
}

export function isArray({ arrayProperties }: JobDetail): boolean {
  return arrayProperties?.size !== undefined;
}

function indexOf({ arrayProperties, nodeProperties }: JobSummary): number {
  return arrayProperties?.index ?? nodeProperties?.nodeIndex ?? 0;
}
