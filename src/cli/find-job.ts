import type { JobDetail } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import { listJobs } from "./job-lists.ts";
import type { ListedJob } from "./job-lists.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#]\d+)?$/;
const ID_PART = /^[0-9a-f]{4}[0-9a-f-]*$/;

/** Jobs of each queue and status that short ids are looked for in. */
const RECENT_MAX = 1_000;

const CANDIDATES_SHOWN_MAX = 10;

/** A child of an array or a node of a multi-node job: what names the whole, and the index. */
const CHILD = /^(.+?)([:#]\d+)$/;

/**
 * Finds a job by its id, by the beginning or the end of one (four characters or more), or by a name that only one job
 * has. `:3` behind it is a child of an array, `#1` a node of a multi-node job.
 */
export async function findJob(context: Context, reference: string): Promise<JobDetail> {
  const job = await findJobIfAny(context, reference);
  if (job !== undefined) return job;
  throw notFound(context, reference);
}

/** The same, but undefined where there is none. */
export async function findJobIfAny(context: Context, reference: string): Promise<JobDetail | undefined> {
  const [, whole = reference, index = ""] = CHILD.exec(reference) ?? [];
  if (UUID.test(reference)) return await describeJob(context, reference);
  const jobId = await findJobId(context, whole);
  return jobId === undefined ? undefined : await describeJob(context, `${jobId}${index}`);
}

/** Undefined where the service does not know it (any more, or yet). */
export async function describeJob({ client }: Context, jobId: string): Promise<JobDetail | undefined> {
  const { jobs = [] } = await client.batch("DescribeJobs", { jobs: [jobId] });
  return jobs[0];
}

/** The array of a child, or the multi-node job of a node; undefined for all other jobs. */
export function parentIdOf(jobId: string): string | undefined {
  return CHILD.exec(jobId)?.[1];
}

/** The job whose output is that of a job: of a multi-node job its main node, as far as it has one already. */
export async function findOutput(context: Context, job: JobDetail): Promise<JobDetail> {
  const { nodeProperties, jobId } = job;
  if (nodeProperties === undefined) return job;
  return (await describeJob(context, `${jobId}#${nodeProperties.mainNode}`)) ?? job;
}

async function findJobId(context: Context, reference: string): Promise<string | undefined> {
  const isName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(reference);
  const [byName, byId] = await Promise.all([
    isName ? listJobs(context, { jobName: reference, countMax: RECENT_MAX }) : { jobs: [] },
    ID_PART.test(reference) ? listJobs(context, { countMax: RECENT_MAX }) : { jobs: [] },
  ]);
  const found = new Map<string, ListedJob>();
  for (const job of byName.jobs) found.set(job.jobId, job);
  for (const job of byId.jobs) {
    if (job.jobId.startsWith(reference) || job.jobId.endsWith(reference)) found.set(job.jobId, job);
  }
  const [only, ...others] = found.values();
  if (only === undefined) return undefined;
  if (others.length > 0) throw ambiguous(reference, [only, ...others]);
  return only.jobId;
}

function notFound({ client }: Context, reference: string): CliError {
  const { endpoint, region } = client.connection;
  return new CliError(
    `no job ${reference} was found at ${endpoint.batchUrl} in the region ${region}`,
    "See `batchyard ls`. Give an id, its first or last characters, or a name that only one job has.",
  );
}

function ambiguous(reference: string, jobs: readonly ListedJob[]): CliError {
  const lines = jobs
    .slice(0, CANDIDATES_SHOWN_MAX)
    .map(({ jobId, jobName, status }) => `  ${jobId}  ${jobName}  ${status}`);
  const more = jobs.length > CANDIDATES_SHOWN_MAX ? [`  and ${jobs.length - CANDIDATES_SHOWN_MAX} more`] : [];
  return new CliError(
    [`${reference} stands for ${jobs.length} jobs, the newest first:`, ...lines, ...more].join("\n"),
    "Give the id of one of them.",
  );
}
