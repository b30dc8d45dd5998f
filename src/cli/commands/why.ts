import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { explainJob, explanationLines } from "../explained.ts";
import { findJob } from "../find-job.ts";
import { styled, styledStatus } from "../text.ts";
import { wrap } from "../wrap.ts";

/** `batchyard why`: why a job waits, and what would start it. */
export async function why(context: Context, reference: string): Promise<number> {
  const { output } = context.surroundings;
  const { jobId } = await findJob(context, reference);
  const explained = await explainJob(context, jobId);
  if (context.isJson) {
    await output.write(`${JSON.stringify(explained, undefined, 2)}\n`);
    return EXIT.done;
  }
  const { jobName, status, sentence } = explained;
  const lines = [
    `${styled(output, "bold", jobName)}  ${jobId}`,
    `${styledStatus(output, status)}: ${sentence}`,
    ...explanationLines(explained),
  ];
  await output.write(`${lines.flatMap((line) => wrap(line, output.columns)).join("\n")}\n`);
  return EXIT.done;
}
