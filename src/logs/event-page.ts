import { EVENT_OVERHEAD_BYTES } from "./logs.ts";
import type { EventPage, LogEvent, ReadRequest } from "./logs.ts";
import type { Piece } from "./pieces.ts";
import type { PieceReader, Text } from "./text.ts";

/** A text whose pieces are events. */
export interface EventText {
  readonly text: Text;
  readonly pieces: PieceReader;
  /** Stands for what was removed before the text begins; its position is 0. */
  readonly notice: LogEvent | undefined;
  /** Undefined where the piece is none. */
  parse(piece: Piece): Promise<LogEvent | undefined>;
  /** Present where events stand in the order of their timestamps: the first byte that can be so late. */
  offsetAt?(atMs: number): Promise<number>;
}

/** Read for one page at most: a page may end early, so that a call stays short whatever the file holds. */
const SCAN_BYTES_MAX = 16 * 1_048_576;

/** The page that is asked for. Half lines never are events: pages begin and end between them. */
export async function readPage(source: EventText, request: ReadRequest): Promise<EventPage> {
  const page = new PageBuilder(request, source.offsetAt !== undefined);
  const start = await startOf(source, request);
  return request.direction === "forward"
    ? readForward(source, page, start)
    : readBackward(source, page, start);
}

async function readForward(source: EventText, page: PageBuilder, start: number): Promise<EventPage> {
  const { text, notice } = source;
  let previous = start;
  let next = start;
  if (start < text.begin) {
    if (notice !== undefined) page.take(notice);
    previous = 0;
    next = text.begin;
  }

  const first = await skipEarlier(source, page.fromMs, next);
  for await (const run of source.pieces.forward(first)) {
    for (const piece of run.pieces) {
      const event = await source.parse(piece);
      const taken = event === undefined ? "passed" : page.take(event);
      if (taken === "full" || taken === "too late") return page.close(previous, next);
      next = piece.end;
    }
    next = run.end;
    if (run.end - first >= SCAN_BYTES_MAX || page.isBudgetSpent) break;
  }
  return page.close(previous, next);
}

async function readBackward(source: EventText, page: PageBuilder, start: number): Promise<EventPage> {
  const { notice } = source;
  let previous = start;
  let next: number | undefined;
  const last = await skipLater(source, page.untilMs, start);
  for await (const run of source.pieces.backward(last)) {
    next ??= Math.min(run.end, start);
    for (const piece of run.pieces.toReversed()) {
      const event = await source.parse(piece);
      const taken = event === undefined ? "passed" : page.take(event);
      if (taken === "full" || taken === "too early") return page.close(previous, next);
      previous = piece.begin;
    }
    previous = Math.min(previous, run.begin);
    if (last - run.begin >= SCAN_BYTES_MAX || page.isBudgetSpent) return page.close(previous, next);
  }
  if (notice !== undefined && previous > 0 && page.take(notice) !== "full") previous = 0;
  return page.close(previous, next ?? start);
}

/** The position that the request begins at, as a number. */
async function startOf({ text, pieces }: EventText, { position, direction }: ReadRequest): Promise<number> {
  if (position === "start") return 0;
  if (position !== "end" && position <= text.end) return position;
  return direction === "backward" ? text.end : pieces.wholeEnd();
}

/** Where reading forward may begin, nothing before it being late enough. */
async function skipEarlier(source: EventText, fromMs: number | undefined, start: number): Promise<number> {
  if (fromMs === undefined || source.offsetAt === undefined) return start;
  const offset = await source.offsetAt(fromMs);
  return offset <= start ? start : source.pieces.startBefore(offset);
}

/** Where reading backward may begin, nothing behind it being early enough. */
async function skipLater(source: EventText, untilMs: number | undefined, start: number): Promise<number> {
  if (untilMs === undefined || source.offsetAt === undefined) return start;
  const offset = await source.offsetAt(untilMs);
  return offset >= start ? start : Math.min(start, await source.pieces.startAfter(offset));
}

/** Collects events within the limits of a request, in the order in which they are read. */
class PageBuilder {
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly #request: ReadRequest;
  readonly #isTimeOrdered: boolean;
  readonly #events: LogEvent[] = [];
  #bytes = 0;

  constructor(request: ReadRequest, isTimeOrdered: boolean) {
    this.fromMs = request.fromMs;
    this.untilMs = request.untilMs;
    this.#request = request;
    this.#isTimeOrdered = isTimeOrdered;
  }

  get isBudgetSpent(): boolean {
    return this.#request.budget?.isSpent === true;
  }

  /** What became of the event. With one that is too early or too late no further one in its direction can fit. */
  take(event: LogEvent): "taken" | "passed" | "too early" | "too late" | "full" {
    const { direction, limit, bytesMax } = this.#request;
    if (this.fromMs !== undefined && event.timestampMs < this.fromMs) {
      return this.#isTimeOrdered && direction === "backward" ? "too early" : "passed";
    }
    if (this.untilMs !== undefined && event.timestampMs >= this.untilMs) {
      return this.#isTimeOrdered && direction === "forward" ? "too late" : "passed";
    }

    const bytes = this.#bytes + Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    if (this.#events.length >= limit || (this.#events.length > 0 && bytes > bytesMax)) return "full";
    this.#bytes = bytes;
    this.#events.push(event);
    return "taken";
  }

  close(previousPosition: number, nextPosition: number): EventPage {
    const { direction } = this.#request;
    const events = direction === "forward" ? this.#events : this.#events.toReversed();
    if (!this.#isTimeOrdered) events.sort((a, b) => a.timestampMs - b.timestampMs);
    return { events, nextPosition, previousPosition };
  }
}
