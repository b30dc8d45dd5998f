import type { JobDetail } from "../../model/batch.ts";
import { advise } from "../advice.ts";
import type { Context } from "../context.ts";
import { Display } from "../display.ts";
import { EXIT } from "../exit-codes.ts";
import { describeJob } from "../find-job.ts";
import { followJob } from "../follow-job.ts";
import { Interrupts } from "../interrupts.ts";
import { exitCodeOf, passExitCode } from "../job-exit-code.ts";
import { isTerminal } from "../job-statuses.ts";
import { jsonText } from "../json-text.ts";
import { createLogFormat } from "../log-format.ts";
import { describeEnd } from "../outcome-text.ts";
import { submitJob } from "../submission.ts";
import type { SubmissionOptions } from "../submission.ts";
import { describeSubmission } from "../submission-text.ts";
import { shortId, styledStatus } from "../text.ts";

/** `batchyard run`: submits, follows to the end, and passes the job's exit code on. */
export async function run(
  open: () => Promise<Context>,
  options: SubmissionOptions,
  command: readonly string[],
): Promise<number> {
  return await passExitCode(async () => await runJob(await open(), options, command));
}

async function runJob(
  context: Context,
  options: SubmissionOptions,
  command: readonly string[],
): Promise<number> {
  const { surroundings, isJson } = context;
  // With --output json standard output holds the job's description, and nothing else.
  const display = new Display(surroundings, isJson ? surroundings.errors : surroundings.output);
  using interrupts = new Interrupts(context, display);
  const submitted = await submitJob(context, options, command);
  const { jobId } = submitted;
  await display.say(describeSubmission(submitted, options));
  interrupts.begin(jobId);
  const job = await followJob(context, jobId, {
    display,
    left: interrupts.left,
    from: "first",
    start: {},
    // With --output json the output is for people all the same: it goes to standard error.
    format: createLogFormat({ ...context, isJson: false }, { timestamps: false }),
  });
  await display.showStatus(undefined);
  await interrupts.settled();
  if (job === undefined) {
    await sayHowToComeBack(context, display, { jobId, isTerminating: interrupts.isTerminating });
    return interrupts.exitCode ?? EXIT.interrupted;
  }
  if (isJson) await surroundings.output.write(jsonText({ jobs: [job] }));
  await sayEnd(context, display, job);
  return interrupts.exitCode ?? exitCodeOf(job);
}

async function sayEnd({ surroundings }: Context, display: Display, job: JobDetail): Promise<void> {
  const status = styledStatus(surroundings.errors, job.status);
  await display.say(`${shortId(job.jobId)} ${describeEnd(job, status)}`);
  const advice = advise(job);
  if (advice !== undefined && job.isTerminated !== true) await display.say(advice);
}

async function sayHowToComeBack(
  context: Context,
  display: Display,
  { jobId, isTerminating }: { readonly jobId: string; readonly isTerminating: boolean },
): Promise<void> {
  const id = shortId(jobId);
  const job = await describeJob(context, jobId).catch(() => undefined);
  if (isTerminal(job?.status))
    return await display.say(`${id} has ended meanwhile: \`batchyard describe ${id}\``);
  await display.say(isTerminating ? `${id} is still being terminated` : `${id} goes on`);
  await display.say(`follow it again: batchyard logs -f ${id}`);
  if (!isTerminating) await display.say(`end it: batchyard terminate ${id}`);
}
