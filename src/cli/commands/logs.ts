import type { JobDetail } from "../../model/batch.ts";
import type { OutputLogEvent } from "../../model/logs.ts";
import { CliError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { Display } from "../display.ts";
import { EXIT } from "../exit-codes.ts";
import { findJob } from "../find-job.ts";
import { followJob } from "../follow-job.ts";
import { isTerminal } from "../job-statuses.ts";
import { LogReader } from "../log-reader.ts";
import { logStreamsOf, otherLogDriver } from "../log-stream.ts";
import type { LogStreamName } from "../log-stream.ts";
import { describeEnd } from "../outcome-text.ts";
import { shortId, styled } from "../text.ts";
import type { Sink } from "../surroundings.ts";

export interface LogsOptions {
  readonly follow: boolean;
  /** How long ago the first line was written at most. */
  readonly since?: number;
  readonly tail?: number;
  readonly timestamps: boolean;
  /** From 1. */
  readonly attempt?: number;
}

/** `batchyard logs`: the output of a job's latest attempt, or of the one that is named; with -f until the job has ended. */
export async function logs(context: Context, reference: string, options: LogsOptions): Promise<number> {
  const { surroundings } = context;
  const job = await findJob(context, reference);
  const driver = otherLogDriver(job);
  if (driver !== undefined) {
    throw new CliError(
      `the output of ${shortId(job.jobId)} went to the log driver ${driver}, not to CloudWatch Logs`,
      "Look there.",
    );
  }
  const start = {
    fromMs: options.since === undefined ? undefined : surroundings.nowMs() - options.since,
    tailCount: options.tail,
  };
  const format = formatter(context, options);
  if (options.follow && !isTerminal(job.status)) {
    const display = new Display(surroundings, surroundings.output);
    const left = new AbortController().signal;
    const ended = await followJob(context, job.jobId, { display, left, from: "latest", start, format });
    await display.showStatus(undefined);
    if (ended !== undefined) await display.say(`${shortId(job.jobId)} ${describeEnd(ended, ended.status)}`);
    return EXIT.done;
  }
  const streams = logStreamsOf(job);
  const name =
    options.attempt === undefined
      ? streams.at(-1)
      : streams.find(({ attempt }) => attempt === options.attempt);
  if (name === undefined) throw noLog(job, options.attempt, streams);
  const reader = new LogReader(context.client, name, start);
  for (let page = await reader.readPage(); !page.isAtEnd; page = await reader.readPage()) {
    if (page.events.length > 0) await surroundings.output.write(page.events.map(format).join(""));
  }
  if (options.attempt === undefined && streams.length > 1) {
    await surroundings.errors.write(
      `batchyard: this is attempt ${name.attempt}; --attempt shows an earlier one\n`,
    );
  }
  return EXIT.done;
}

function formatter(
  { isJson, surroundings }: Context,
  { timestamps }: LogsOptions,
): (event: OutputLogEvent) => string {
  if (isJson) return (event) => `${JSON.stringify(event)}\n`;
  if (!timestamps) return ({ message = "" }) => `${message}\n`;
  return ({ message = "", timestamp = 0 }) => `${stamp(surroundings.output, timestamp)} ${message}\n`;
}

function stamp(sink: Sink, timestampMs: number): string {
  return styled(sink, "dim", new Date(timestampMs).toISOString());
}

function noLog(job: JobDetail, attempt: number | undefined, streams: readonly LogStreamName[]): CliError {
  const id = shortId(job.jobId);
  if (attempt !== undefined && streams.length > 0) {
    const others = streams.map((stream) => stream.attempt).join(", ");
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
