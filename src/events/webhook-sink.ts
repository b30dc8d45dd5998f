import type { Store } from "../store/store.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { EventReader, ShownEvent } from "./event-reader.ts";
import type { LoadWatch } from "./load-watch.ts";
import type { PostJson, PostOutcome } from "./post-json.ts";

interface WebhookSinkOptions {
  readonly reader: Pick<EventReader, "read" | "lastSequence" | "listen">;
  readonly store: Pick<Store, "commit" | "readSetting">;
  readonly post: PostJson;
  readonly deadLetters: Pick<DeadLetters, "add" | "addGap">;
  readonly load: Pick<LoadWatch, "wasBusy">;
  /** From 0 to 1: spreads the tries. */
  readonly random: () => number;
  /** Told of what the operator should know. */
  readonly tell: (sentence: string) => void;
  readonly stopped: AbortSignal;
}

/** The last event that was delivered, or given up. */
const SETTING = "event-webhook-position";

/** An answer that may pass is waited for so often; that nobody answers at all is borne without end. */
const TRIES_MAX = 10;
const PAUSE_MS_FIRST = 500;
const PAUSE_MS_MAX = 60_000;

/** What a connection fails with before anything was sent. */
const NOBODY_THERE = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"]);

/** Answers that may be others the next time: too early, too many, in time; and the server's own failures. */
const PASSING = new Set([408, 425, 429]);

/** Events in one pass; while the server is busy, passes are this far apart. */
const EVENTS_PER_PASS = 16;
const BUSY_PAUSE_MS = 80;

/** The position is written once in so many milliseconds: what was delivered since is delivered again after a crash. */
const SAVE_EVERY_MS = 1_000;

/**
 * Posts each event to a URL, in order, one at a time: the next is sent when the one before was taken or given up. Each is
 * sent at least once; its `id` tells one that comes again.
 */
export class WebhookSink {
  readonly #options: WebhookSinkOptions;
  #position: number;
  #savedPosition: number;
  #savedAtMs = 0;
  #tryCount = 0;
  #notBeforeMs = 0;
  #isEndpointAway = false;

  /** A new sink begins with the events to come. */
  static async open(options: WebhookSinkOptions): Promise<WebhookSink> {
    const { store, reader, tell } = options;
    const saved = await store.readSetting(SETTING);
    const position = Number(saved ?? reader.lastSequence);
    if (position > reader.lastSequence) {
      tell("the webhook has had events that this log of events does not have: it goes on with the next");
    }
    options.reader.listen();
    return new WebhookSink(options, Math.min(position, reader.lastSequence), saved === undefined);
  }

  private constructor(options: WebhookSinkOptions, position: number, isNew: boolean) {
    this.#options = options;
    this.#position = position;
    this.#savedPosition = isNew ? -1 : position;
  }

  /** Delivers some. Resolves with the milliseconds until it is to be called again; undefined: when there are new events. */
  async run(nowMs: number, monotonicMs: number): Promise<number | undefined> {
    const waitMs = this.#notBeforeMs - monotonicMs;
    if (waitMs > 0) return waitMs;
    const { reader, load, stopped, deadLetters } = this.#options;
    const { events, goneCount } = await reader.read(this.#position, EVENTS_PER_PASS);
    if (goneCount > 0) {
      const gap = { after: this.#position, to: this.#position + goneCount };
      this.#options.tell(`${goneCount} events were removed before the webhook took them`);
      deadLetters.addGap(nowMs, gap);
      this.#position = gap.to;
    }
    const startedAtMs = performance.now();
    for (const event of events) {
      const outcome = await this.#options.post(event.json);
      if (stopped.aborted) break;
      const pauseMs = this.#take(event, outcome, nowMs);
      if (pauseMs === undefined) continue;
      this.#notBeforeMs = monotonicMs + performance.now() - startedAtMs + pauseMs;
      await this.#save(monotonicMs);
      return pauseMs;
    }
    const isMore = !stopped.aborted && this.#position < reader.lastSequence;
    const dueMs = await this.#saveInTime(monotonicMs, isMore);
    if (!isMore) return dueMs;
    const pauseMs = load.wasBusy() ? BUSY_PAUSE_MS : 0;
    this.#notBeforeMs = monotonicMs + performance.now() - startedAtMs + pauseMs;
    return pauseMs;
  }

  /** What follows from a try: undefined if the event is done with, else the milliseconds until the next. */
  #take(event: ShownEvent, outcome: PostOutcome, nowMs: number): number | undefined {
    const problem = problemOf(outcome);
    if (problem === undefined) return this.#done(event);
    const isAway = "failure" in outcome && NOBODY_THERE.has(outcome.failure);
    this.#tryCount += 1;
    if (isAway) this.#tellAway(problem);
    if (isAway || (mayPass(outcome) && this.#tryCount < TRIES_MAX)) return this.#pauseMs();
    const { deadLetters, tell } = this.#options;
    tell(`the webhook did not take event ${event.sequence} (${problem}): it is among the dead letters`);
    deadLetters.add({ atMs: nowMs, problem, tryCount: this.#tryCount, json: event.json });
    return this.#done(event);
  }

  #done({ sequence }: ShownEvent): undefined {
    this.#position = sequence;
    this.#tryCount = 0;
    this.#isEndpointAway = false;
  }

  #tellAway(problem: string): void {
    if (!this.#isEndpointAway)
      this.#options.tell(`nobody answers at the webhook's URL (${problem}): events wait`);
    this.#isEndpointAway = true;
  }

  /** Twice as long each time, and between half of that and all of it. */
  #pauseMs(): number {
    const longest = Math.min(PAUSE_MS_MAX, PAUSE_MS_FIRST * 2 ** Math.min(20, this.#tryCount - 1));
    return longest * (0.5 + this.#options.random() / 2);
  }

  /** Milliseconds until the position is to be written; undefined: it is written. */
  async #saveInTime(monotonicMs: number, isMore: boolean): Promise<number | undefined> {
    if (this.#position === this.#savedPosition) return undefined;
    const leftMs = this.#savedAtMs + SAVE_EVERY_MS - monotonicMs;
    if (leftMs > 0 && !this.#options.stopped.aborted) return isMore ? undefined : leftMs;
    await this.#save(monotonicMs);
    return undefined;
  }

  async #save(monotonicMs: number): Promise<void> {
    if (this.#position === this.#savedPosition) return;
    const position = this.#position;
    await this.#options.store.commit([{ kind: "setting-put", name: SETTING, value: String(position) }]);
    this.#savedPosition = position;
    this.#savedAtMs = monotonicMs;
  }
}

/** Undefined: it was taken. */
function problemOf(outcome: PostOutcome): string | undefined {
  if ("failure" in outcome) return outcome.failure;
  return outcome.status >= 200 && outcome.status < 300 ? undefined : `HTTP ${outcome.status}`;
}

function mayPass(outcome: PostOutcome): boolean {
  return "failure" in outcome || outcome.status >= 500 || PASSING.has(outcome.status);
}
