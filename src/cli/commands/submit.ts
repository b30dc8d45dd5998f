import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { submitJob } from "../submission.ts";
import type { SubmissionOptions } from "../submission.ts";
import { describeSubmission } from "../submission-text.ts";
import { shortId } from "../text.ts";

/** `batchyard submit`: the id alone on standard output. */
export async function submit(
  context: Context,
  options: SubmissionOptions,
  command: readonly string[],
): Promise<number> {
  const { output, errors } = context.surroundings;
  const submitted = await submitJob(context, options, command);
  const { jobArn, jobName, jobId } = submitted;
  await errors.write(`batchyard: ${describeSubmission(submitted, options)}\n`);
  await errors.write(`batchyard: follow it: batchyard logs -f ${shortId(jobId)}\n`);
  const answer = { jobArn, jobName, jobId };
  await output.write(context.isJson ? `${JSON.stringify(answer, undefined, 2)}\n` : `${jobId}\n`);
  return EXIT.done;
}
