import { describe, expect, test } from "vitest";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { SCOPE } from "../../test/support/store-examples.ts";
import type { DeadLetter } from "./dead-letters.ts";
import type { EventPage, ShownEvent } from "./event-reader.ts";
import type { PostOutcome } from "./post-json.ts";
import { WebhookSink } from "./webhook-sink.ts";

function shown(sequence: number): ShownEvent {
  const event = {
    kind: "job-changed",
    scope: SCOPE,
    jobId: "job",
    status: "RUNNING",
    atMs: 1,
    attemptCount: 1,
  } as const;
  return { sequence, event, id: `id-${sequence}`, json: `{"n":${sequence}}` };
}

/** A log of events, and an endpoint that answers what the test says. */
class Harness {
  readonly store = new MemoryStore();
  readonly posted: string[] = [];
  readonly letters: (DeadLetter | object)[] = [];
  readonly told: string[] = [];
  readonly stopping = new AbortController();
  lastSequence = 0;
  firstSequence = 1;
  answer: (json: string) => PostOutcome = () => ({ status: 200 });
  #nowMs = 0;

  open(): Promise<WebhookSink> {
    return WebhookSink.open({
      reader: {
        lastSequence: this.lastSequence,
        read: (after, limit) => Promise.resolve(this.#read(after, limit)),
        listen: () => ({ [Symbol.dispose]: () => undefined }),
      },
      store: this.store,
      post: (json) => {
        this.posted.push(json);
        return Promise.resolve(this.answer(json));
      },
      deadLetters: {
        add: (letter) => this.letters.push(letter),
        addGap: (_atMs, gap) => this.letters.push(gap),
      },
      load: { wasBusy: () => false },
      random: () => 1,
      tell: (sentence) => this.told.push(sentence),
      stopped: this.stopping.signal,
    });
  }

  /** Calls it when it is due, so many times; says how long it wanted to wait each time. */
  async run(sink: WebhookSink, times: number): Promise<(number | undefined)[]> {
    const waits: (number | undefined)[] = [];
    for (let time = 0; time < times; time += 1) {
      const waitMs = await sink.run(7, this.#nowMs);
      waits.push(waitMs);
      this.#nowMs += (waitMs ?? 1_000) + 100;
    }
    return waits;
  }

  #read(after: number, limit: number): EventPage {
    const first = Math.max(after + 1, this.firstSequence);
    const count = Math.max(0, Math.min(limit, this.lastSequence - first + 1));
    const events = Array.from({ length: count }, (_, index) => shown(first + index));
    return { events, goneCount: count === 0 ? 0 : first - after - 1 };
  }
}

function texts(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `{"n":${first + index}}`);
}

describe("WebhookSink", () => {
  test("begins with what comes, posts in order, and goes on there after a restart", async () => {
    const harness = new Harness();
    harness.lastSequence = 5;
    const first = await harness.open();
    harness.lastSequence = 40;
    await harness.run(first, 5);
    expect(harness.posted).toEqual(texts(6, 40));
    harness.lastSequence = 42;
    await harness.run(await harness.open(), 2);
    expect(harness.posted).toEqual(texts(6, 42));
  });

  test("tries what may pass again, ever later, and then gives it up for the next", async () => {
    const harness = new Harness();
    const sink = await harness.open();
    harness.lastSequence = 2;
    harness.answer = (json) => ({ status: json === '{"n":1}' ? 500 : 200 });
    const waits = await harness.run(sink, 10);
    expect(waits.slice(0, 9)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(harness.posted).toEqual([...Array<string>(10).fill('{"n":1}'), '{"n":2}']);
    expect(harness.letters).toEqual([{ atMs: 7, problem: "HTTP 500", tryCount: 10, json: '{"n":1}' }]);
  });

  test.each([300, 400, 401, 404, 410, 413])("does not try again after %d", async (status) => {
    const harness = new Harness();
    const sink = await harness.open();
    harness.lastSequence = 1;
    harness.answer = () => ({ status });
    await harness.run(sink, 1);
    expect(harness.letters).toEqual([{ atMs: 7, problem: `HTTP ${status}`, tryCount: 1, json: '{"n":1}' }]);
  });

  test.each<[PostOutcome]>([
    [{ status: 408 }],
    [{ status: 429 }],
    [{ status: 503 }],
    [{ failure: "ETIMEDOUT" }],
  ])("tries again after %j", async (outcome) => {
    const harness = new Harness();
    const sink = await harness.open();
    harness.lastSequence = 1;
    harness.answer = () => outcome;
    await harness.run(sink, 2);
    expect(harness.posted).toHaveLength(2);
    expect(harness.letters).toEqual([]);
  });

  test("waits without end where nobody is there, and says so once", async () => {
    const harness = new Harness();
    const sink = await harness.open();
    harness.lastSequence = 1;
    harness.answer = () => ({ failure: "ECONNREFUSED" });
    const waits = await harness.run(sink, 50);
    expect(waits.at(-1)).toBe(60_000);
    expect(harness.letters).toEqual([]);
    expect(harness.told).toEqual(["nobody answers at the webhook's URL (ECONNREFUSED): events wait"]);
  });

  test("tells which events were removed before it could take them", async () => {
    const harness = new Harness();
    const sink = await harness.open();
    harness.lastSequence = 9;
    harness.firstSequence = 8;
    await harness.run(sink, 1);
    expect(harness.letters).toEqual([{ after: 0, to: 7 }]);
    expect(harness.posted).toEqual(texts(8, 9));
  });
});
