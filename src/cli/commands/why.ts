import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { explainInstance, explainJob, explanationLines } from "../explained.ts";
import { findJob, findJobIfAny } from "../find-job.ts";
import { jsonText } from "../json-text.ts";
import { shortId, styled, styledStatus } from "../text.ts";
import type { JobDetail } from "../../model/batch.ts";
import { wrap } from "../wrap.ts";

/** What an instance is called; jobs may be called so, too, and are found by their ids then. */
const INSTANCE_ID = /^i-[0-9a-f]{17}$/;

/** `batchyard why`: why a job waits, and what would start it; of an instance why it went. */
export async function why(context: Context, reference: string): Promise<number> {
  if (INSTANCE_ID.test(reference)) return await whyInstance(context, reference);
  const { output } = context.surroundings;
  const { jobId } = await findWaiting(context, reference);
  const explained = await explainJob(context, jobId);
  if (context.isJson) {
    await output.write(jsonText(explained));
    return EXIT.done;
  }
  const { jobName, status, because, sentence } = explained;
  const lines = [
    `${styled(output, "bold", jobName)}  ${jobId}`,
    `${styledStatus(output, status)}: ${sentence}${because === "not-waiting" ? ` More: batchyard describe ${shortId(jobId)}` : ""}`,
    ...explanationLines(explained),
  ];
  await output.write(`${lines.flatMap((line) => wrap(line, output.columns)).join("\n")}\n`);
  return EXIT.done;
}

async function findWaiting(context: Context, reference: string): Promise<JobDetail> {
  if (!reference.startsWith("i-")) return await findJob(context, reference);
  const job = await findJobIfAny(context, reference);
  if (job !== undefined) return job;
  const { endpoint, region } = context.client.connection;
  throw new CliError(
    `no instance and no job ${reference} was found at ${endpoint.batchUrl} in the region ${region}`,
    "An instance has i- and 17 hexadecimal digits: `batchyard top` shows those that are there.",
  );
}

async function whyInstance(context: Context, instanceId: string): Promise<number> {
  const { output } = context.surroundings;
  const told = await explainInstance(context, instanceId);
  const lines = [styled(output, "bold", instanceId), ...wrap(told.sentence, output.columns)];
  await output.write(context.isJson ? jsonText(told) : `${lines.join("\n")}\n`);
  return EXIT.done;
}
