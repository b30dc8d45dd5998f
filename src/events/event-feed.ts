import { DETAIL_TYPES } from "../api/services/batch/wire/event-document.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import type { EventPage, EventReader } from "./event-reader.ts";
import type { LoadWatch } from "./load-watch.ts";

/** At most so many follow at one time: each holds a connection. */
const FOLLOWERS_MAX = 100;

/** Events in one piece for a follower. */
const EVENTS_PER_CHUNK = 64;

/** When a pass has taken so long no further piece is made; who was left out is first in the next. */
const PASS_MS_MAX = 3;

/** Between two passes: what comes meanwhile goes out together. */
const PAUSE_MS_MIN = 4;

/** While the server is busy, telling events takes about a sixtieth of its time, and followers wait longer. */
const PAUSE_FACTOR_IDLE = 1;
const PAUSE_FACTOR_BUSY = 59;

/** Where nothing happens, followers hear so often that the server is there, and proxies that the connection is used. */
const HEARTBEAT_MS = 15_000;

export interface FollowOptions {
  /** Only events of this account and region are told. */
  readonly scope: Scope;
  /** The sequence of the last event that the follower has. */
  readonly after: number;
  /** Whether it stays for what is to come. */
  readonly isFollowing: boolean;
  /** Aborted when it is gone. */
  readonly left: AbortSignal;
}

interface EventFeedOptions {
  readonly reader: EventReader;
  /** Called when there is something to do: `run` is to be called soon. */
  readonly onWork: () => void;
  readonly load: Pick<LoadWatch, "wasBusy" | "cpuMs">;
}

/**
 * Feeds followers with events as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * Nobody is waited for: a follower gets its next piece once it has taken the one before, from wherever it is by then.
 * Followers at the same place share the piece.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  /** In the order in which it is their turn. */
  readonly #followers = new Set<Follower>();
  #isWoken = false;
  #notBeforeMs = 0;
  #lastHeartbeatMs = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#followers.size >= FOLLOWERS_MAX;
  }

  /** To be called when there are new events. */
  wake(): void {
    if (this.#isWoken || this.#followers.size === 0) return;
    this.#isWoken = true;
    this.#options.onWork();
  }

  /** The pieces for one follower, until it is gone or has all that it wants. */
  async *follow({ scope, after, isFollowing, left }: FollowOptions): AsyncGenerator<Uint8Array> {
    const { reader } = this.#options;
    const end = isFollowing ? Infinity : reader.lastSequence;
    const follower: Follower = { scope, position: Math.min(after, reader.lastSequence), waiting: undefined };
    if (after > reader.lastSequence) yield encode(unknownPosition(after, reader.lastSequence));
    using _listening = reader.listen();
    this.#followers.add(follower);
    this.wake();
    const leave = (): void => follower.waiting?.resolve(undefined);
    left.addEventListener("abort", leave);
    try {
      while (!left.aborted && follower.position < end) {
        follower.waiting = Promise.withResolvers();
        if (follower.position < reader.lastSequence) this.wake();
        const piece = await follower.waiting.promise;
        follower.waiting = undefined;
        if (piece === undefined) return;
        if (piece.byteLength > 0) yield piece;
      }
    } finally {
      left.removeEventListener("abort", leave);
      this.#followers.delete(follower);
    }
  }

  /** One pass over all who wait. Resolves with the milliseconds until it is to be called again. */
  async run(monotonicMs: number): Promise<number | undefined> {
    if (monotonicMs < this.#notBeforeMs) return this.#notBeforeMs - monotonicMs;
    this.#isWoken = false;
    const { load } = this.#options;
    const factor = load.wasBusy() ? PAUSE_FACTOR_BUSY : PAUSE_FACTOR_IDLE;
    const startedAtMs = performance.now();
    const cpuMsBefore = load.cpuMs();
    const isMore = await this.#feed(startedAtMs + PASS_MS_MAX);
    const tookMs = performance.now() - startedAtMs;
    const pauseMs = Math.max(PAUSE_MS_MIN, (load.cpuMs() - cpuMsBefore) * factor);
    this.#notBeforeMs = monotonicMs + tookMs + pauseMs;
    if (isMore) {
      this.#isWoken = true;
      return pauseMs;
    }
    return this.#heartbeat(monotonicMs);
  }

  /** True if somebody waits for what there is. */
  async #feed(untilMs: number): Promise<boolean> {
    const { reader } = this.#options;
    const pieces = new Map<string, Promise<Piece>>();
    const isDue = ({ waiting, position }: Follower): boolean =>
      waiting !== undefined && position < reader.lastSequence;
    for (const follower of [...this.#followers].filter(isDue)) {
      const { scope, position } = follower;
      const key = `${scope.accountId} ${scope.region} ${position}`;
      const known = pieces.get(key);
      if (known === undefined && performance.now() > untilMs) continue;
      const read = known ?? this.#readPiece(scope, position);
      pieces.set(key, read);
      const piece = await read;
      if (!this.#followers.delete(follower)) continue; // it left meanwhile
      this.#followers.add(follower);
      follower.position = piece.lastSequence;
      follower.waiting?.resolve(piece.bytes);
    }
    return [...this.#followers].some(isDue);
  }

  async #readPiece(scope: Scope, after: number): Promise<Piece> {
    const page = await this.#options.reader.read(after, EVENTS_PER_CHUNK);
    const lastSequence = page.events.at(-1)?.sequence ?? after;
    return { bytes: encode(pieceText(page, scope, after)), lastSequence };
  }

  #heartbeat(monotonicMs: number): number | undefined {
    if (this.#followers.size === 0) return undefined;
    const dueMs = this.#lastHeartbeatMs + HEARTBEAT_MS - monotonicMs;
    if (dueMs > 0) return dueMs;
    this.#lastHeartbeatMs = monotonicMs;
    for (const { waiting, position } of this.#followers) waiting?.resolve(encode(idLine(position)));
    return HEARTBEAT_MS;
  }
}

interface Follower {
  readonly scope: Scope;
  /** The sequence of the last event that it was given, or that is none of its own. */
  position: number;
  /** Set while it has taken all that it was given. */
  waiting: PromiseWithResolvers<Uint8Array | undefined> | undefined;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly lastSequence: number;
}

function pieceText({ events, goneCount }: EventPage, scope: Scope, after: number): string {
  const told = events
    .filter(({ event }) => isSameScope(event.scope, scope))
    .map(({ sequence, event, json }) => {
      return `id: ${sequence}\nevent: ${DETAIL_TYPES[event.kind]}\ndata: ${json}\n\n`;
    });
  if (goneCount > 0) told.unshift(gap("removed", after, after + goneCount));
  const last = events.at(-1);
  // Who resumes asks for what follows the last id: the events of others are passed by, too.
  const isOwn = last === undefined || isSameScope(last.event.scope, scope);
  return isOwn ? told.join("") : `${told.join("")}${idLine(last.sequence)}`;
}

/** Takes no notice of any event, but is remembered. */
function idLine(sequence: number): string {
  return `id: ${sequence}\n\n`;
}

/** Events were removed before they could be told. */
function gap(reason: "removed" | "unknown", after: number, to: number): string {
  return `id: ${to}\nevent: gap\ndata: ${JSON.stringify({ reason, after, to })}\n\n`;
}

/** The follower has an id that this log has not given yet: it is another log, or older than it was. */
function unknownPosition(after: number, lastSequence: number): string {
  return gap("unknown", after, lastSequence);
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}
