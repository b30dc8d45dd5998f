import type { JobDetail, JobStatus } from "../../model/batch.ts";
import { isArray } from "../child-lists.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { describeJob, findJob, parentIdOf } from "../find-job.ts";
import { isTerminal } from "../job-statuses.ts";
import { jsonText } from "../json-text.ts";
import { askEach } from "../pages.ts";
import { shortId, styled } from "../text.ts";

type Way = "cancel" | "terminate";

interface Ending {
  /** What the job was called on the command line, where it was not found. */
  readonly jobId: string;
  /** Empty where it was not found. */
  readonly jobName: string;
  /** Whether it has ended, or will. */
  readonly isDone: boolean;
  readonly message: string;
}

/** Jobs that are asked about at once. */
const TOGETHER = 8;

/** `batchyard cancel` and `batchyard terminate`: says of each job what was done, and of what was not why. */
export async function endJobs(
  context: Context,
  references: readonly string[],
  { way, reason }: { readonly way: Way; readonly reason: string },
): Promise<number> {
  const { output, errors } = context.surroundings;
  const endings = await askEach(references, TOGETHER, async (reference) => {
    try {
      return await endJob(context, await findJob(context, reference), { way, reason });
    } catch (error) {
      if (!(error instanceof CliError) || references.length === 1) throw error;
      const message = `${error.message}. ${error.remedy}`;
      return { jobId: reference, jobName: "", isDone: false, message };
    }
  });
  if (context.isJson) await output.write(jsonText({ jobs: endings }));
  for (const { jobId, jobName, isDone, message } of context.isJson ? [] : endings) {
    const sink = isDone ? output : errors;
    const mark = isDone ? "" : styled(sink, "red", "not done: ");
    const job = jobName === "" ? jobId : `${shortId(jobId)} ${jobName}`;
    await sink.write(`${mark}${job}: ${message}\n`);
  }
  return endings.every(({ isDone }) => isDone) ? EXIT.done : EXIT.failed;
}

async function endJob(
  context: Context,
  before: JobDetail,
  { way, reason }: { readonly way: Way; readonly reason: string },
): Promise<Ending> {
  const { jobId, jobName } = before;
  if (isTerminal(before.status)) {
    return { jobId, jobName, isDone: true, message: `has ended before (${before.status})` };
  }
  await context.client.batch(way === "cancel" ? "CancelJob" : "TerminateJob", { jobId, reason });
  const after = (await describeJob(context, jobId)) ?? before;
  const ending = way === "cancel" ? cancelled(before, after) : terminated(before, after);
  return { jobId, jobName, ...ending, message: `${ending.message}${whatGoesOn(after, way)}` };
}

/** A node is not the whole of its job. */
function whatGoesOn({ jobId, nodeDetails }: JobDetail, way: Way): string {
  const parentId = parentIdOf(jobId);
  if (nodeDetails === undefined || nodeDetails.isMainNode === true || parentId === undefined) return "";
  return `; it is one node of ${shortId(parentId)}, which \`batchyard ${way} ${shortId(parentId)}\` ends whole`;
}

function cancelled(before: JobDetail, job: JobDetail): Pick<Ending, "isDone" | "message"> {
  const { status, isCancelled } = job;
  if (status === "STARTING" || status === "RUNNING") {
    const remedy = `\`batchyard terminate ${shortId(job.jobId)}\` ends it`;
    return { isDone: false, message: `is ${status}; cancelling has no effect any more, ${remedy}` };
  }
  if (isTerminal(status) && isCancelled !== true) {
    return { isDone: true, message: `has ended before (${status})` };
  }
  if (isArray(job)) return cancelledArray(before, job);
  return {
    isDone: true,
    message: status === "FAILED" ? "cancelled" : "cancelled; it ends when what it waits for has ended",
  };
}

/** Its children that have started are left alone, as every job that has. */
function cancelledArray(
  before: JobDetail,
  { jobId, arrayProperties, status }: JobDetail,
): Pick<Ending, "isDone" | "message"> {
  const count = countOf(before, WAITING);
  const children = `${count} ${count === 1 ? "child" : "children"} that waited`;
  if (isTerminal(status)) return { isDone: true, message: `cancelled, with ${children}` };
  const leftCount = countOf({ arrayProperties }, ["STARTING", "RUNNING"]);
  const remedy = `\`batchyard terminate ${shortId(jobId)}\` ends those too`;
  return {
    isDone: true,
    message: `cancelled, with ${children}; those that have started go on (${leftCount}), ${remedy}`,
  };
}

const WAITING: readonly JobStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE"];

function countOf(
  { arrayProperties }: Pick<JobDetail, "arrayProperties">,
  statuses: readonly JobStatus[],
): number {
  const { statusSummary = {} } = arrayProperties ?? {};
  return statuses.reduce((sum, status) => sum + (statusSummary[status] ?? 0), 0);
}

function terminated(before: JobDetail, after: JobDetail): Pick<Ending, "isDone" | "message"> {
  const all = isArray(after) ? " with all its children" : "";
  if (after.status === "FAILED") {
    const hasRun = before.status === "RUNNING" || before.status === "STARTING";
    if (all !== "") return { isDone: true, message: `terminated${all}` };
    return { isDone: true, message: hasRun ? "terminated" : "terminated before it started" };
  }
  if (after.status === "SUCCEEDED") return { isDone: true, message: "has ended before (SUCCEEDED)" };
  return {
    isDone: true,
    message:
      `is being terminated${all || withNodes(after)}: ` +
      "SIGTERM now, SIGKILL if it has not ended in time (30 s unless it says otherwise)",
  };
}

function withNodes({ nodeProperties }: JobDetail): string {
  return nodeProperties === undefined ? "" : ` with its ${nodeProperties.numNodes} nodes`;
}
