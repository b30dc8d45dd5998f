import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogGroup, LogStream } from "../../../batch/log-stream.ts";
import { EVENT_OVERHEAD_BYTES } from "../../../logs/logs.ts";
import type { LogEvent, Logs } from "../../../logs/logs.ts";
import { WorkBudget } from "../../../logs/work-budget.ts";
import type { Store } from "../../../store/store.ts";
import type { MessageMatcher } from "./filter-pattern.ts";

/** What is looked for, and in which streams. */
export interface LogQuery {
  readonly group: LogGroup;
  /** Of the streams searched; all where it is empty. */
  readonly namePrefix: string;
  readonly matches: MessageMatcher;
  /** Inclusive. */
  readonly fromMs: number | undefined;
  /** Exclusive. */
  readonly untilMs: number | undefined;
}

/** How far a search has come. */
export interface SearchProgress {
  /** Streams that are being searched together, and where each goes on. */
  readonly streams: readonly { readonly stream: LogStream; readonly position: number | "start" }[];
  /** Where the list of further streams goes on: a page token, `LIST_BEGINNING`, or undefined behind its end. */
  readonly listAfter: string | undefined;
}

export interface FoundEvent {
  readonly stream: LogStream;
  readonly event: LogEvent;
}

export interface FoundPage {
  readonly found: readonly FoundEvent[];
  /** Where to go on; undefined when everything was searched. */
  readonly next: SearchProgress | undefined;
}

/** `listAfter` before the first page of the list: no page token is like it. */
export const LIST_BEGINNING = "";

const PAGE_BYTES_MAX = 1_048_576;
/** Streams whose events are merged by time. */
export const STREAMS_TOGETHER_MAX = 1_000;
const NAMES_PER_PAGE = 100;
/** Looked at in one call, which may leave its page short or empty. */
const NAMES_PER_CALL_MAX = 10_000;
const BYTES_PER_CALL_MAX = 16 * 1_048_576;
/** Read of one stream at once, and of all that are merged before the first event is taken. */
const READ_EVENTS = 1_000;
const READ_BYTES_MIN = 4_096;
const READ_BYTES_MAX = 65_536;
const READ_BYTES_TOGETHER = 4 * 1_048_576;

/**
 * Searches the streams of a group, a bounded piece of work at a time.
 *
 * Streams are taken in the order of their names, up to a thousand at a time, those left out that ended before the time
 * asked for; the events of each thousand come merged by time. So up to a thousand streams are in the order of time
 * throughout.
 */
export class LogSearch {
  readonly #store: Store;
  readonly #logs: Logs;
  readonly #query: LogQuery;
  readonly #page: PageOfFound;
  #listAfter: string | undefined;
  #nameCount = 0;

  constructor({ store, logs }: { store: Store; logs: Logs }, query: LogQuery, limit: number) {
    this.#store = store;
    this.#logs = logs;
    this.#query = query;
    this.#page = new PageOfFound(query.matches, limit);
  }

  async run(progress: SearchProgress): Promise<FoundPage> {
    this.#listAfter = progress.listAfter;
    let cursors = progress.streams.map(({ stream, position }) => this.#cursor(stream, position));
    for (;;) {
      if (cursors.length === 0) cursors = await this.#nextCursors();
      const left = await this.#merge(cursors);
      const isDone = left.length === 0 && this.#listAfter === undefined;
      if (isDone) return { found: this.#page.close(), next: undefined };
      if (this.#page.isClosed || this.#nameCount >= NAMES_PER_CALL_MAX) {
        const streams = left.map(({ stream, position }) => ({ stream, position }));
        return { found: this.#page.close(), next: { streams, listAfter: this.#listAfter } };
      }
      cursors = left;
    }
  }

  #cursor(stream: LogStream, position: number | "start"): Cursor {
    return new Cursor(this.#logs, this.#query, stream, position);
  }

  /** The next streams of the list that may hold what is looked for. */
  async #nextCursors(): Promise<Cursor[]> {
    const { group, namePrefix, fromMs } = this.#query;
    const cursors: Cursor[] = [];
    const mayGoOn = (): boolean =>
      cursors.length <= STREAMS_TOGETHER_MAX - NAMES_PER_PAGE && this.#nameCount < NAMES_PER_CALL_MAX;
    while (this.#listAfter !== undefined && mayGoOn()) {
      const after = this.#listAfter === LIST_BEGINNING ? {} : { after: this.#listAfter };
      const filter = { groupName: group.name, namePrefix, descending: false };
      const request = { limit: NAMES_PER_PAGE, ...after };
      const { items, next } = await this.#store.listLogStreams(group.scope, filter, request);
      for (const stream of items) {
        const lastEventMs = this.#logs.lastEventAt(stream.streamId);
        const mayMatch = lastEventMs !== undefined && lastEventMs >= (fromMs ?? lastEventMs);
        if (mayMatch) cursors.push(this.#cursor(stream, "start"));
      }
      this.#nameCount += NAMES_PER_PAGE;
      this.#listAfter = next;
      await nextTurn();
    }
    return cursors;
  }

  /** Takes events in the order of time until the page is full or the streams are at their end; returns what is left. */
  async #merge(cursors: readonly Cursor[]): Promise<Cursor[]> {
    const share = Math.floor(READ_BYTES_TOGETHER / cursors.length);
    const readBytes = Math.max(READ_BYTES_MIN, Math.min(READ_BYTES_MAX, share));
    await Promise.all(cursors.map((cursor) => cursor.fill(this.#page, readBytes)));
    let left = cursors.filter((cursor) => !cursor.isAtEnd);
    while (left.length > 0) {
      // One without a head may have anything to come: it is as early as can be.
      const earliest = left.reduce((best, cursor) => (cursor.timeMs < best.timeMs ? cursor : best));
      if (earliest.head === undefined || !(await this.#page.take(earliest.stream, earliest.head))) break;
      earliest.pass();
      if (earliest.head === undefined && !this.#page.isClosed) await earliest.fill(this.#page, readBytes);
      if (earliest.isAtEnd) left = left.filter((cursor) => cursor !== earliest);
      // Not sooner: each call comes further by one event at least.
      if (this.#page.budget.isSpent) break;
    }
    return left;
  }
}

/** Goes through the events of one stream in the order in which they were written. */
class Cursor {
  readonly stream: LogStream;
  isAtEnd = false;
  readonly #logs: Logs;
  readonly #query: LogQuery;
  #events: readonly LogEvent[] = [];
  #index = 0;
  #next: number | "start";

  constructor(logs: Logs, query: LogQuery, stream: LogStream, position: number | "start") {
    this.#logs = logs;
    this.#query = query;
    this.stream = stream;
    this.#next = position;
  }

  get head(): LogEvent | undefined {
    return this.#events[this.#index];
  }

  /** The time at which the head has its turn. */
  get timeMs(): number {
    return this.head?.timestampMs ?? 0;
  }

  /** Where a later search goes on. */
  get position(): number | "start" {
    return this.head?.position ?? this.#next;
  }

  pass(): void {
    this.#index += 1;
  }

  /** Reads until there is a head or the stream is at its end, or at least once if enough was read for the page. */
  async fill(page: PageOfFound, readBytes: number): Promise<void> {
    do {
      const { fromMs, untilMs } = this.#query;
      const { events, nextPosition } = await this.#logs.readEvents(this.stream.streamId, {
        position: this.#next,
        direction: "forward",
        limit: READ_EVENTS,
        bytesMax: readBytes,
        fromMs,
        untilMs,
        multilinePattern: this.stream.multilinePattern,
        budget: page.budget,
      });
      const before = this.#next === "start" ? 0 : this.#next;
      this.isAtEnd = events.length === 0 && nextPosition === before;
      this.#events = events.toSorted((a, b) => a.position - b.position);
      this.#index = 0;
      this.#next = nextPosition;
      page.countRead(nextPosition - before);
    } while (this.head === undefined && !this.isAtEnd && !page.isClosed);
  }
}

/** What was found, within the limits of a page and of a call. */
class PageOfFound {
  /** What the whole call may take to look at lines and messages. */
  readonly budget = new WorkBudget();
  readonly #matches: MessageMatcher;
  readonly #limit: number;
  readonly #found: FoundEvent[] = [];
  #bytes = 0;
  #readBytes = 0;
  #isFull = false;

  constructor(matches: MessageMatcher, limit: number) {
    this.#matches = matches;
    this.#limit = limit;
  }

  /** Nothing more is to be read or taken in this call. */
  get isClosed(): boolean {
    return this.#isFull || this.#readBytes >= BYTES_PER_CALL_MAX || this.budget.isSpent;
  }

  countRead(bytes: number): void {
    this.#readBytes += bytes;
  }

  /** Takes the event if it matches; false where it matches and has no room any more. */
  async take(stream: LogStream, event: LogEvent): Promise<boolean> {
    if (!(await this.budget.find(this.#matches(event.message)))) return true;
    const bytes = this.#bytes + Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    const hasRoom = this.#found.length === 0 || bytes <= PAGE_BYTES_MAX;
    this.#isFull = !hasRoom || this.#found.length >= this.#limit;
    if (this.#isFull) return false;
    this.#bytes = bytes;
    this.#found.push({ stream, event });
    return true;
  }

  close(): readonly FoundEvent[] {
    return this.#found.toSorted((a, b) => a.event.timestampMs - b.event.timestampMs);
  }
}
