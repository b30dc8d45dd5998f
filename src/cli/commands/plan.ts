import { readFileSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { askOwn, explanationLines } from "../explained.ts";
import type { Explained } from "../explained.ts";
import { findJob } from "../find-job.ts";
import { jsonText } from "../json-text.ts";
import { submissionLike } from "../submission-like.ts";
import { styled } from "../text.ts";
import { wrap } from "../wrap.ts";

export interface PlanOptions {
  readonly like?: string;
}

/** `batchyard plan`: where a job would run, without submitting it. */
export async function plan(
  context: Context,
  file: string | undefined,
  { like }: PlanOptions,
): Promise<number> {
  const { output } = context.surroundings;
  const planned = await askOwn<Explained>(context, "POST", "plan", await readSubmission(context, file, like));
  if (context.isJson) {
    await output.write(jsonText(planned));
    return EXIT.done;
  }
  const { jobName, jobQueue = "", sentence } = planned;
  const lines = [
    `${styled(output, "bold", jobName)} ${verdictOf(planned)} in the queue ${jobQueue}`,
    sentence,
    ...explanationLines(planned),
  ];
  await output.write(`${lines.flatMap((line) => wrap(line, output.columns)).join("\n")}\n`);
  return EXIT.done;
}

function verdictOf({ because, isImpossible }: Explained): string {
  if (isImpossible) return "would never start";
  return because === "placeable" ? "would start now" : "would wait";
}

async function readSubmission(
  context: Context,
  file: string | undefined,
  like: string | undefined,
): Promise<object> {
  if ((file === undefined) === (like === undefined)) {
    const message = file === undefined ? "which job to plan is not said" : "one job is planned at a time";
    throw new CliError(message, "Give either a file or --like JOB.", { exitCode: EXIT.usage });
  }
  if (like !== undefined) return submissionLike(await findJob(context, like));
  return parseSubmission(file === "-" ? await context.surroundings.readAll() : readText(file ?? ""));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`, "Check its name.", {
      cause: error,
    });
  }
}

function parseSubmission(text: string): object {
  const remedy = "It is what AWS's SubmitJob takes: `aws batch submit-job --generate-cli-skeleton` shows it.";
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    throw new CliError(`the job is not JSON: ${(error as Error).message}`, remedy, { cause: error });
  }
  throw new CliError("the job is not a JSON object", remedy);
}
