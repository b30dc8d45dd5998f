import type { JobDetail } from "../../model/batch.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { describeJob, findJob } from "../find-job.ts";
import { isTerminal } from "../job-statuses.ts";
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
  if (context.isJson) await output.write(`${JSON.stringify({ jobs: endings }, undefined, 2)}\n`);
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
  return { jobId, jobName, ...(way === "cancel" ? cancelled(after) : terminated(before, after)) };
}

function cancelled(job: JobDetail): Pick<Ending, "isDone" | "message"> {
  const { status, isCancelled } = job;
  if (status === "STARTING" || status === "RUNNING") {
    const remedy = `\`batchyard terminate ${shortId(job.jobId)}\` ends it`;
    return { isDone: false, message: `is ${status}; cancelling has no effect any more, ${remedy}` };
  }
  if (isTerminal(status) && isCancelled !== true) {
    return { isDone: true, message: `has ended before (${status})` };
  }
  return {
    isDone: true,
    message: status === "FAILED" ? "cancelled" : "cancelled; it ends when what it waits for has ended",
  };
}

function terminated(before: JobDetail, after: JobDetail): Pick<Ending, "isDone" | "message"> {
  if (after.status === "FAILED") {
    const hasRun = before.status === "RUNNING" || before.status === "STARTING";
    return { isDone: true, message: hasRun ? "terminated" : "terminated before it started" };
  }
  if (after.status === "SUCCEEDED") return { isDone: true, message: "has ended before (SUCCEEDED)" };
  return {
    isDone: true,
    message:
      "is being terminated: SIGTERM now, SIGKILL if it has not ended in time (30 s unless it says otherwise)",
  };
}
