import type { JobDetail } from "../model/batch.ts";
import type { OutputLogEvent } from "../model/logs.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { followLog } from "./follow-log.ts";
import { LogReader } from "./log-reader.ts";
import type { LogStart } from "./log-reader.ts";
import { logStreamsOf } from "./log-stream.ts";
import type { LogStreamName } from "./log-stream.ts";
import type { Patience } from "./patience.ts";

interface AttemptLogsOptions {
  readonly context: Context;
  readonly display: Display;
  readonly patience: Patience;
  readonly left: AbortSignal;
  readonly format: (event: OutputLogEvent) => string;
  readonly from: "first" | "latest";
  /** Of the attempt that is under way at first; those that follow are shown from their beginning. */
  readonly start: LogStart;
}

/** The output of a job's attempts, one after the other, while it runs and is tried again. */
export class AttemptLogs implements AsyncDisposable {
  readonly #options: AttemptLogsOptions;
  readonly #disposed = new AbortController();
  /** Nobody wants to see more. */
  readonly #left: AbortSignal;
  readonly #seen = new Set<string>();
  #current: { readonly ended: AbortController; readonly done: Promise<void> } | undefined;

  constructor(options: AttemptLogsOptions) {
    this.#options = options;
    this.#left = AbortSignal.any([options.left, this.#disposed.signal]);
  }

  /** Takes up the logs of attempts that are new; an attempt that another follows is shown to its end first. */
  async follow(job: JobDetail): Promise<void> {
    const streams = logStreamsOf(job);
    const isLatestOnly = this.#seen.size === 0 && this.#options.from === "latest";
    for (const name of isLatestOnly ? streams.slice(-1) : streams) {
      if (this.#seen.has(name.stream)) continue;
      await this.finish();
      if (this.#left.aborted) return;
      const ended = new AbortController();
      const done = this.#print(name, this.#seen.size === 0 ? this.#options.start : {}, ended.signal);
      // Whoever finishes it hears of its failure; until then nobody listens.
      done.catch(() => undefined);
      this.#current = { ended, done };
      this.#seen.add(name.stream);
    }
    for (const { stream } of streams) this.#seen.add(stream);
  }

  /** Resolves when all that the attempts wrote is shown. */
  async finish(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    current?.ended.abort();
    await current?.done;
  }

  /** What is not shown yet stays so. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await this.#current?.done.catch(() => undefined);
  }

  async #print(name: LogStreamName, start: LogStart, ended: AbortSignal): Promise<void> {
    const { context, display, patience, format } = this.#options;
    const left = this.#left;
    const reader = new LogReader(context.client, name, start);
    try {
      for await (const events of followLog(reader, { context, patience, ended, left })) {
        await display.print(events.map(format).join(""));
      }
    } catch (error) {
      if (left.aborted) return;
      if (!(error instanceof CliError)) throw error;
      await display.say(`its log cannot be read: ${error.message}`);
    }
  }
}
