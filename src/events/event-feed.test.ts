import { describe, expect, test } from "vitest";
import type { BatchEvent } from "../batch/event.ts";
import type { Scope } from "../batch/scope.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { aJob, OTHER_SCOPES, SCOPE, submitted } from "../../test/support/store-examples.ts";
import { EventFeed } from "./event-feed.ts";
import { EventReader } from "./event-reader.ts";

const LOG_ID = "0f3c5e8a-1111-4222-8333-444444444444";
const JOB = aJob("0f3c5e8a-0000-4000-8000-000000000001");

/** A feed over a store, called as the server's loop would. */
class Harness {
  readonly store = new MemoryStore();
  readonly reader: EventReader;
  readonly feed: EventFeed;
  readCount = 0;
  #sequence = 0;
  #nowMs = 0;
  #isDue = false;

  constructor() {
    const { store } = this;
    this.reader = new EventReader({
      store,
      reads: {
        readEvents: (...asked) => store.readEvents(...asked),
        readJobs: (...asked) => {
          this.readCount += 1;
          return store.readJobs(...asked);
        },
      },
      logId: LOG_ID,
      lastSequence: 0,
      onAppended: () => this.feed.wake(),
    });
    this.feed = new EventFeed({
      reader: this.reader,
      onWork: () => (this.#isDue = true),
      load: { wasBusy: () => false, cpuMs: () => 0 },
    });
  }

  /** Appends events of a job, each in a commit of its own. */
  async append(count: number, scope: Scope = SCOPE): Promise<void> {
    const event: BatchEvent = {
      kind: "job-changed",
      scope,
      jobId: JOB.jobId,
      status: "RUNNABLE",
      atMs: 1_767_323_045_123,
      attemptCount: 0,
    };
    for (let appended = 0; appended < count; appended += 1) {
      this.#sequence += 1;
      await this.reader.noted.commit([
        submitted({ ...JOB, scope }),
        { kind: "events-appended", firstSequence: this.#sequence, events: [event] },
      ]);
    }
  }

  follow(after: number, isFollowing = true, scope: Scope = SCOPE) {
    const left = new AbortController();
    const pieces = this.feed.follow({ scope, after, isFollowing, left: left.signal });
    return { pieces, leave: () => left.abort() };
  }

  /** One pass of the feed. Resolves with the milliseconds until it wants another: none where nobody follows. */
  run(): Promise<number | undefined> {
    this.#nowMs += 1_000;
    return this.feed.run(this.#nowMs);
  }

  /** Lets the feed do what it wants to. */
  async work(): Promise<void> {
    for (let pass = 0; pass < 50; pass += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.#isDue && pass > 0) continue;
      this.#isDue = false;
      const waitMs = await this.run();
      this.#isDue ||= waitMs !== undefined && waitMs < 1_000;
    }
  }
}

async function textOf(harness: Harness, pieces: AsyncGenerator<Uint8Array>): Promise<string> {
  const next = pieces.next();
  await harness.work();
  const { value } = await next;
  return value === undefined ? "" : Buffer.from(value as Uint8Array).toString();
}

function idsIn(text: string): number[] {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

describe("EventFeed", () => {
  test("gives what there is behind the position, then what comes", async () => {
    const harness = new Harness();
    await harness.append(3);
    const { pieces } = harness.follow(1);
    expect(idsIn(await textOf(harness, pieces))).toEqual([2, 3]);
    const next = pieces.next();
    await harness.append(2);
    await harness.work();
    expect(idsIn(Buffer.from((await next).value as Uint8Array).toString())).toEqual([4, 5]);
  });

  test("makes a piece once for all who are at the same place", async () => {
    const harness = new Harness();
    const followers = Array.from({ length: 10 }, () => harness.follow(0));
    const nexts = followers.map(({ pieces }) => pieces.next());
    await harness.work();
    await harness.append(5);
    await harness.work();
    const pieces = await Promise.all(nexts);
    expect(new Set(pieces.map(({ value }) => value as Uint8Array)).size).toBe(1);
    // The job was taken from the commit: nobody had to read it.
    expect(harness.readCount).toBe(0);
  });

  test("waits for nobody: who takes nothing is given the rest from where it is, others go on", async () => {
    const harness = new Harness();
    const slow = harness.follow(0);
    const quick = harness.follow(0);
    await harness.append(1);
    expect(idsIn(await textOf(harness, slow.pieces))).toEqual([1]);
    const got: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      await harness.append(1);
      got.push(...idsIn(await textOf(harness, quick.pieces)));
    }
    expect(got.at(-1)).toBe(201);
    const rest: number[] = [];
    while (rest.at(-1) !== 201) rest.push(...idsIn(await textOf(harness, slow.pieces)));
    expect(rest).toEqual(Array.from({ length: 200 }, (_, index) => index + 2));
  }, 20_000);

  test("says how many are gone where the position is older than the log", async () => {
    const harness = new Harness();
    await harness.append(5_000);
    await harness.append(5_000);
    await harness.store.removeEvents({ beforeMs: -Infinity, bytesMax: 200 * 9_000 });
    const { pieces } = harness.follow(10);
    const text = await textOf(harness, pieces);
    expect(text.startsWith('id: 1000\nevent: gap\ndata: {"reason":"removed","after":10,"to":1000}\n\n')).toBe(
      true,
    );
    expect(idsIn(text).slice(0, 3)).toEqual([1000, 1001, 1002]);
  });

  test("passes by what is not of the follower's scope, and tells the position", async () => {
    const harness = new Harness();
    await harness.append(2, OTHER_SCOPES[0]);
    const { pieces } = harness.follow(0);
    expect(await textOf(harness, pieces)).toBe("id: 2\n\n");
  });

  test("ends with the last event for who does not follow, and when the follower has left", async () => {
    const harness = new Harness();
    await harness.append(2);
    const whole = harness.follow(0, false);
    expect(idsIn(await textOf(harness, whole.pieces))).toEqual([1, 2]);
    expect(await whole.pieces.next()).toEqual({ done: true, value: undefined });

    const following = harness.follow(2);
    const next = following.pieces.next();
    await harness.work();
    expect(await harness.run()).toBeGreaterThan(0);
    following.leave();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await harness.run()).toBeUndefined();
  });

  test("gives each event an id of its own, the same each time", async () => {
    const harness = new Harness();
    await harness.append(2);
    const texts = [
      await textOf(harness, harness.follow(0).pieces),
      await textOf(harness, harness.follow(0).pieces),
    ];
    expect(texts[0]).toBe(texts[1]);
    expect([...(texts[0] ?? "").matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id)).toEqual([
      "0f3c5e8a-1111-4222-8333-000000000001",
      "0f3c5e8a-1111-4222-8333-000000000002",
    ]);
  });
});
