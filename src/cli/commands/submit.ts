import type { Context } from "../context.ts";
import { Display } from "../display.ts";
import { EXIT } from "../exit-codes.ts";
import { waitForJob } from "../follow-job.ts";
import { exitCodeOf, passExitCode } from "../job-exit-code.ts";
import { jsonText } from "../json-text.ts";
import { describeEnd } from "../outcome-text.ts";
import { submitJob } from "../submission.ts";
import type { SubmissionOptions, Submitted } from "../submission.ts";
import { describeSubmission } from "../submission-text.ts";
import { shortId, styledStatus } from "../text.ts";

export interface SubmitOptions extends SubmissionOptions {
  /** Until the job has ended, whose exit code is passed on. */
  readonly wait?: boolean;
}

/** `batchyard submit`: the id alone on standard output. */
export async function submit(
  open: () => Promise<Context>,
  options: SubmitOptions,
  command: readonly string[],
): Promise<number> {
  if (options.wait === true)
    return await passExitCode(async () => await submitAndWait(await open(), options, command));
  const context = await open();
  const { output, errors } = context.surroundings;
  const submitted = await submitJob(context, options, command);
  const { jobArn, jobName, jobId } = submitted;
  await errors.write(`batchyard: ${describeSubmission(submitted, options)}\n`);
  await errors.write(`batchyard: ${howToFollow(submitted, options)}\n`);
  const answer = { jobArn, jobName, jobId };
  await output.write(context.isJson ? jsonText(answer) : `${jobId}\n`);
  return EXIT.done;
}

async function submitAndWait(
  context: Context,
  options: SubmitOptions,
  command: readonly string[],
): Promise<number> {
  const { surroundings, isJson } = context;
  const { output, errors } = surroundings;
  const display = new Display(surroundings, output);
  const submitted = await submitJob(context, options, command);
  const { jobId } = submitted;
  await display.say(describeSubmission(submitted, options));
  if (!isJson) await output.write(`${jobId}\n`);
  const job = await waitForJob(context, jobId, display);
  await display.showStatus(undefined);
  if (isJson) await output.write(jsonText({ jobs: [job] }));
  await display.say(`${shortId(jobId)} ${describeEnd(job, styledStatus(errors, job.status))}`);
  if (job.status === "FAILED") await display.say(`see why: batchyard describe ${shortId(jobId)}`);
  return exitCodeOf(job);
}

function howToFollow({ jobId }: Submitted, { array }: SubmitOptions): string {
  const id = shortId(jobId);
  return array === undefined ? `follow it: batchyard logs -f ${id}` : `see how far it is: batchyard ls ${id}`;
}
