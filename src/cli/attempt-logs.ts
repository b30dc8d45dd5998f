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
import { mergeLogs } from "./merge-logs.ts";
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

interface FollowedStream {
  readonly name: LogStreamName;
  readonly reader: LogReader;
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
    const { container, start } = this.#options;
    const streams = logStreamsOf(job).filter(
      (name) => container === undefined || name.container === undefined || name.container.name === container,
    );
    const isLatestOnly = this.#seen.size === 0 && this.#options.from === "latest";
    const latest = streams.at(-1)?.attempt;
    const added = streams.filter(
      ({ attempt, stream }) => !this.#seen.has(stream) && (!isLatestOnly || attempt === latest),
    );
    for (const attempt of new Set(added.map((name) => name.attempt))) {
      if (attempt !== this.#attempt) await this.finish();
      if (this.#left.aborted) return;
      this.#attempt = attempt;
      this.#first ??= attempt;
      const from = attempt === this.#first ? start : {};
      this.#take(added.filter((name) => name.attempt === attempt).map((name) => this.#open(name, from)));
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

  #open(name: LogStreamName, start: LogStart): FollowedStream {
    return { name, reader: new LogReader(this.#options.context.client, name, start) };
  }

  #take(streams: readonly FollowedStream[]): void {
    const ended = new AbortController();
    const done = this.#print(streams, ended.signal);
    // Whoever finishes it hears of its failure; until then nobody listens.
    done.catch(() => undefined);
    this.#current.push({ ended, done });
  }

  async #print(streams: readonly FollowedStream[], ended: AbortSignal): Promise<void> {
    if (streams.length > 1) await this.#tellFailure(() => this.#catchUp(streams));
    await Promise.all(streams.map((stream) => this.#tellFailure(() => this.#followOne(stream, ended))));
  }

  /** What containers wrote before is shown in the order of time. */
  async #catchUp(streams: readonly FollowedStream[]): Promise<void> {
    const { display, patience, format } = this.#options;
    const sources = streams.map(({ name, reader }) => ({
      name,
      reader: { readPage: () => patience.ask(() => reader.readPage(), this.#left) },
    }));
    for await (const merged of mergeLogs(sources)) {
      if (this.#left.aborted) return;
      await display.print(merged.map(({ event, name }) => format(event, name)).join(""));
    }
  }

  async #followOne({ name, reader }: FollowedStream, ended: AbortSignal): Promise<void> {
    const { context, display, patience, format } = this.#options;
    for await (const events of followLog(reader, { context, patience, ended, left: this.#left })) {
      await display.print(events.map((event) => format(event, name)).join(""));
    }
  }

  async #tellFailure(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#left.aborted) return;
      if (!(error instanceof CliError)) throw error;
      await this.#options.display.say(`its log cannot be read: ${error.message}`);
    }
  }
}
