import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import type { LogsServices } from "./logs-services.ts";
import type { DatedStream as RecentlyDatedStream } from "./recent-streams.ts";
import { streamsOf } from "./streams-of.ts";

/** Where a page ends: behind the stream of this name, whose last event came then. */
export interface LastEventPosition {
  readonly lastEventMs: number;
  readonly name: string;
}

export interface LastEventPage {
  readonly streams: readonly LogStream[];
  readonly next: LastEventPosition | undefined;
}

interface DatedStream {
  readonly stream: LogStream;
  /** 0 for one without events, which stands with the oldest. */
  readonly lastEventMs: number;
}

interface Kept {
  readonly group: LogGroup;
  readonly descending: boolean;
  readonly streams: readonly DatedStream[];
  /** There are more behind the last of them. */
  readonly hasMore: boolean;
  readonly takenAtMs: number;
}

/** The first so many of an order are kept while somebody turns its pages: a hundred pages. */
const KEPT_STREAMS = 5_000;
/** After this the order is made anew, in milliseconds. */
const KEPT_FOR_MS = 60_000;

/**
 * Orders the streams of a group by their last event.
 *
 * No index of that is kept, since it would change with every line that a job prints. Which streams were written last is
 * known once somebody has asked; else the first page looks at the date of every stream of the group, about a second for
 * 100,000 of them. It remembers the order of the next 5,000, so that the pages that follow cost next to nothing. Memory
 * does not grow with the group. Pages that are asked for within a minute are those of one moment.
 */
export class LastEventOrder {
  readonly #services: LogsServices;
  #kept: Kept | undefined;

  constructor(services: LogsServices) {
    this.#services = services;
  }

  /** The page behind `after`, or the first one, which is never an old one. */
  async page(
    group: LogGroup,
    descending: boolean,
    limit: number,
    after: LastEventPosition | undefined,
  ): Promise<LastEventPage> {
    const kept = after === undefined ? undefined : this.#pageOfKept(group, descending, limit, after);
    if (kept !== undefined) return kept;

    const latest = descending && after === undefined ? await this.#takeLatest(group) : undefined;
    const isEnough = latest !== undefined && (latest.streams.length > limit || !latest.hasMore);
    this.#kept = isEnough ? latest : await this.#take(group, descending, after);
    return pageOf(this.#kept.streams, limit, this.#kept.hasMore);
  }

  /** Undefined where what is kept is another order, is too old, or does not go so far. */
  #pageOfKept(
    group: LogGroup,
    descending: boolean,
    limit: number,
    after: LastEventPosition,
  ): LastEventPage | undefined {
    const kept = this.#kept;
    if (kept === undefined || kept.group.arn !== group.arn || kept.descending !== descending)
      return undefined;
    if (this.#services.clock.monotonicMs() - kept.takenAtMs > KEPT_FOR_MS) return undefined;

    const index = kept.streams.findIndex(
      ({ stream, lastEventMs }) => stream.name === after.name && lastEventMs === after.lastEventMs,
    );
    const behind = kept.streams.slice(index + 1);
    const isEnough = index !== -1 && (behind.length >= limit || !kept.hasMore);
    return isEnough ? pageOf(behind, limit, kept.hasMore) : undefined;
  }

  /** What is known without looking at every stream. */
  async #takeLatest(group: LogGroup): Promise<Kept> {
    const { recentStreams, clock } = this.#services;
    const { streams, areAll } = await recentStreams.latest(group);
    const dated = streams.map(datedStream).sort(compareDescending);
    return { group, descending: true, streams: dated, hasMore: !areAll, takenAtMs: clock.monotonicMs() };
  }

  async #take(group: LogGroup, descending: boolean, after: LastEventPosition | undefined): Promise<Kept> {
    const { store, logs, clock } = this.#services;
    const takenAtMs = clock.monotonicMs();
    const compare = descending ? compareDescending : compareAscending;
    const start = after === undefined ? undefined : positionAsStream(after);
    let streams: DatedStream[] = [];
    let hasMore = false;
    for await (const page of streamsOf(store, group)) {
      for (const stream of page) {
        const dated = datedStream({ stream, lastEventMs: logs.lastEventAt(stream.streamId) });
        if (start === undefined || compare(dated, start) > 0) streams.push(dated);
      }
      if (streams.length <= KEPT_STREAMS) continue;
      streams = streams.toSorted(compare).slice(0, KEPT_STREAMS);
      hasMore = true;
    }
    return { group, descending, streams: streams.toSorted(compare), hasMore, takenAtMs };
  }
}

/** What the order is made by. */
interface Ordered {
  readonly stream: Pick<LogStream, "name">;
  readonly lastEventMs: number;
}

function datedStream({ stream, lastEventMs = 0 }: RecentlyDatedStream): DatedStream {
  return { stream, lastEventMs };
}

function positionAsStream({ name, lastEventMs }: LastEventPosition): Ordered {
  return { stream: { name }, lastEventMs };
}

/** Streams of one time by name. */
function compareAscending(a: Ordered, b: Ordered): number {
  if (a.lastEventMs !== b.lastEventMs) return a.lastEventMs - b.lastEventMs;
  if (a.stream.name === b.stream.name) return 0;
  return a.stream.name < b.stream.name ? -1 : 1;
}

function compareDescending(a: Ordered, b: Ordered): number {
  return compareAscending(b, a);
}

function pageOf(streams: readonly DatedStream[], limit: number, hasMore: boolean): LastEventPage {
  const page = streams.slice(0, limit);
  const last = page.at(-1);
  const isLast = last === undefined || (streams.length <= limit && !hasMore);
  return {
    streams: page.map(({ stream }) => stream),
    next: isLast ? undefined : { lastEventMs: last.lastEventMs, name: last.stream.name },
  };
}
