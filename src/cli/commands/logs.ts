import type { JobDetail } from "../../model/batch.ts";
import { isArray } from "../child-lists.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { Display } from "../display.ts";
import { EXIT } from "../exit-codes.ts";
import { findJob, findOutput } from "../find-job.ts";
import { followJob } from "../follow-job.ts";
import { isTerminal } from "../job-statuses.ts";
import { createLogFormat } from "../log-format.ts";
import type { LogFormatOptions } from "../log-format.ts";
import { LogReader } from "../log-reader.ts";
import { logStreamsOf, otherLogDriver } from "../log-stream.ts";
import type { LogStreamName } from "../log-stream.ts";
import { mergeLogs } from "../merge-logs.ts";
import { describeEnd } from "../outcome-text.ts";
import { containersOf } from "../task-containers.ts";
import { shortId } from "../text.ts";

export interface LogsOptions extends LogFormatOptions {
  readonly follow: boolean;
  /** How long ago the first line was written at most. */
  readonly since?: number;
  readonly tail?: number;
  /** From 1. */
  readonly attempt?: number;
}

/** `batchyard logs`: the output of a job's latest attempt, or of the one that is named; with -f until the job has ended. */
export async function logs(context: Context, reference: string, options: LogsOptions): Promise<number> {
  const { surroundings } = context;
  const job = await findJob(context, reference);
  checkHasLog(job, options);
  const start = {
    fromMs: options.since === undefined ? undefined : surroundings.nowMs() - options.since,
    tailCount: options.tail,
  };
  const format = createLogFormat(context, options);
  if (options.follow && !isTerminal(job.status)) {
    const display = new Display(surroundings, surroundings.output);
    const left = new AbortController().signal;
    const { container } = options;
    const following = { display, left, from: "latest", start, format, container } as const;
    const ended = await followJob(context, job.jobId, following);
    await display.showStatus(undefined);
    if (ended !== undefined) await display.say(`${shortId(job.jobId)} ${describeEnd(ended, ended.status)}`);
    return EXIT.done;
  }
  const names = chooseStreams(await findOutput(context, job), options);
  const sources = names.map((name) => ({ name, reader: new LogReader(context.client, name, start) }));
  for await (const merged of mergeLogs(sources)) {
    await surroundings.output.write(merged.map(({ event, name }) => format(event, name)).join(""));
  }
  await sayWhatElse(context, job, { shown: names, isChosen: options.attempt !== undefined });
  return EXIT.done;
}

/** Refuses what has no log of its own. */
function checkHasLog(job: JobDetail, { container }: LogsOptions): void {
  const id = shortId(job.jobId);
  if (isArray(job)) {
    throw new CliError(
      `${id} is an array: each of its ${job.arrayProperties?.size ?? 0} children has a log of its own`,
      `Name one: \`batchyard logs ${id}:0\`. \`batchyard ls ${id} --status FAILED\` lists those that failed.`,
    );
  }
  const driver = otherLogDriver(job);
  if (driver !== undefined) {
    throw new CliError(
      `the output of ${id} went to the log driver ${driver}, not to CloudWatch Logs`,
      "Look there.",
    );
  }
  const names = containersOf(job).flatMap(({ name }) => name ?? []);
  if (container === undefined || names.includes(container)) return;
  throw new CliError(
    `${id} has no container ${container}`,
    names.length === 0 ? "It has only one: leave --container out." : `It has these: ${names.join(", ")}.`,
  );
}

/** Of the attempt that is asked for, else of the latest, the streams of all containers or of the one that is asked for. */
function chooseStreams(job: JobDetail, { attempt, container }: LogsOptions): readonly LogStreamName[] {
  const streams = logStreamsOf(job);
  const number = attempt ?? streams.at(-1)?.attempt;
  const ofAttempt = streams.filter((name) => name.attempt === number);
  if (ofAttempt.length === 0) throw noLog(job, attempt, streams);
  const chosen = ofAttempt.filter(
    (name) => container === undefined || name.container === undefined || name.container.name === container,
  );
  if (chosen.length > 0) return chosen;
  throw new CliError(
    `the container ${container} of ${shortId(job.jobId)} has no log of attempt ${number}: it did not run`,
    `See \`batchyard describe ${shortId(job.jobId)}\`.`,
  );
}

async function sayWhatElse(
  { surroundings }: Context,
  job: JobDetail,
  { shown, isChosen }: { readonly shown: readonly LogStreamName[]; readonly isChosen: boolean },
): Promise<void> {
  const attempt = shown[0]?.attempt;
  const { nodeProperties } = job;
  if (nodeProperties !== undefined) {
    const id = shortId(job.jobId);
    await surroundings.errors.write(
      `batchyard: this is the main node, ${nodeProperties.mainNode}; ` +
        `\`batchyard logs ${id}#INDEX\` shows another of the ${nodeProperties.numNodes}\n`,
    );
  }
  if (isChosen || attempt === undefined || attempt < 2) return;
  await surroundings.errors.write(`batchyard: this is attempt ${attempt}; --attempt shows an earlier one\n`);
}

function noLog(job: JobDetail, attempt: number | undefined, streams: readonly LogStreamName[]): CliError {
  const id = shortId(job.jobId);
  if (attempt !== undefined && streams.length > 0) {
    const others = [...new Set(streams.map((stream) => stream.attempt))].join(", ");
    return new CliError(
      `${id} has no log of an attempt ${attempt}`,
      `There are logs of these: ${others}. See also \`batchyard describe ${id}\`.`,
    );
  }
  if (isTerminal(job.status)) {
    return new CliError(
      `${id} has no log: ${describeEnd(job, job.status)}`,
      `See \`batchyard describe ${id}\`.`,
    );
  }
  return new CliError(
    `${id} has no log yet, as it is ${job.status}`,
    `Wait for it with \`batchyard logs -f ${id}\`.`,
  );
}
