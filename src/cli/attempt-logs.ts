import type { JobDetail } from "../model/batch.ts";
import { CliError } from "./cli-error.ts";
import type { Context } from "./context.ts";
import type { Display } from "./display.ts";
import { followLog } from "./follow-log.ts";
import type { LogFormat } from "./log-format.ts";
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
  readonly format: LogFormat;
  readonly from: "first" | "latest";
  /** Only the output of this container; absent: of all. */
  readonly container?: string | undefined;
  /** Of the attempt that is under way at first; those that follow are shown from their beginning. */
  readonly start: LogStart;
}

/**
 * The output of a job's attempts, one after the other, while it runs and is tried again; that of the containers of one
 * attempt at the same time.
 */
export class AttemptLogs implements AsyncDisposable {
  readonly #options: AttemptLogsOptions;
  readonly #disposed = new AbortController();
  /** Nobody wants to see more. */
  readonly #left: AbortSignal;
  readonly #seen = new Set<string>();
  /** Numbers of the attempt that was shown first, and of the one that is being shown. */
  #first: number | undefined;
  #attempt: number | undefined;
  #current: { readonly ended: AbortController; readonly done: Promise<void> }[] = [];

  constructor(options: AttemptLogsOptions) {
    this.#options = options;
    this.#left = AbortSignal.any([options.left, this.#disposed.signal]);
  }

  /** Takes up the logs of attempts that are new; an attempt that another follows is shown to its end first. */
  async follow(job: JobDetail): Promise<void> {
    const { container, from, start } = this.#options;
    const streams = logStreamsOf(job).filter(
      (name) => container === undefined || name.container === undefined || name.container.name === container,
    );
    const isLatestOnly = this.#seen.size === 0 && from === "latest";
    const latest = streams.at(-1)?.attempt;
    for (const name of streams.filter(({ attempt }) => !isLatestOnly || attempt === latest)) {
      if (this.#seen.has(name.stream)) continue;
      if (name.attempt !== this.#attempt) await this.finish();
      if (this.#left.aborted) return;
      this.#attempt = name.attempt;
      this.#first ??= name.attempt;
      const ended = new AbortController();
      const done = this.#print(name, name.attempt === this.#first ? start : {}, ended.signal);
      // Whoever finishes it hears of its failure; until then nobody listens.
      done.catch(() => undefined);
      this.#current.push({ ended, done });
      this.#seen.add(name.stream);
    }
    for (const { stream } of streams) this.#seen.add(stream);
  }

  /** Resolves when all that the attempts wrote is shown. */
  async finish(): Promise<void> {
    const current = this.#current;
    this.#current = [];
    for (const { ended } of current) ended.abort();
    await Promise.all(current.map(({ done }) => done));
  }

  /** What is not shown yet stays so. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await Promise.allSettled(this.#current.map(({ done }) => done));
  }

  async #print(name: LogStreamName, start: LogStart, ended: AbortSignal): Promise<void> {
    const { context, display, patience, format } = this.#options;
    const left = this.#left;
    const reader = new LogReader(context.client, name, start);
    try {
      for await (const events of followLog(reader, { context, patience, ended, left })) {
        await display.print(events.map((event) => format(event, name)).join(""));
      }
    } catch (error) {
      if (left.aborted) return;
      if (!(error instanceof CliError)) throw error;
      await display.say(`its log cannot be read: ${error.message}`);
    }
  }
}
