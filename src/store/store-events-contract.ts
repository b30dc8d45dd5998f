import { expect, test } from "vitest";
import type { BatchEvent } from "../batch/event.ts";
import { OTHER_SCOPES, SCOPE } from "../../test/support/store-examples.ts";
import type { Change } from "./change.ts";
import type { Store } from "./store.ts";

function event(number: number, differing: Partial<BatchEvent> = {}): BatchEvent {
  const told = { kind: "job-changed", scope: SCOPE, status: "RUNNABLE", attemptCount: 0 } as const;
  return { ...told, jobId: `job-${number}`, atMs: 1_000 * number, ...differing };
}

/** Events of these numbers, which are their sequences. */
function appended(first: number, last: number): Change {
  const events = Array.from({ length: last - first + 1 }, (_, index) => event(first + index));
  return { kind: "events-appended", firstSequence: first, events };
}

async function sequencesAfter(store: Store, after: number, limit = 10_000): Promise<number[]> {
  return (await store.readEvents(after, limit)).map(({ sequence }) => sequence);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const EVERYTHING = { beforeMs: -Infinity, bytesMax: Infinity };

export function testEvents(open: () => Store): void {
  test("has no events at first", async () => {
    await using store = open();
    expect(await store.eventLogBounds()).toBeUndefined();
    expect(await store.readEvents(0, 10)).toEqual([]);
    expect(await store.findEventsSince(0)).toBeUndefined();
    expect(await store.removeEvents({ beforeMs: Infinity, bytesMax: 0 })).toBe(false);
    expect((await store.load()).lastEventSequence).toBe(0);
  });

  test("gives events back as they were, by their sequences", async () => {
    await using store = open();
    const [otherScope = SCOPE] = OTHER_SCOPES;
    const events = [
      event(1),
      event(2, { status: "FAILED", attemptCount: 2, statusReason: "no \u2028 \u0000 “more”" }),
      event(3, { scope: otherScope, jobId: "id:3", statusReason: "" }),
      event(4, { kind: "job-queue-blocked", statusReason: "ACTION_REQUIRED - do something" }),
    ];
    await store.commit([{ kind: "events-appended", firstSequence: 1, events }]);
    await store.commit([appended(5, 6)]);
    expect(await store.readEvents(0, 10)).toEqual([
      ...events.map((one, index) => ({ sequence: index + 1, event: one })),
      { sequence: 5, event: event(5) },
      { sequence: 6, event: event(6) },
    ]);
    expect(await store.eventLogBounds()).toEqual({ firstSequence: 1, lastSequence: 6 });
    expect((await store.load()).lastEventSequence).toBe(6);
  });

  test("begins where it is asked to, also within a commit, however large that is", async () => {
    await using store = open();
    await store.commit([appended(1, 1_000)]);
    await store.commit([appended(1_001, 1_002)]);
    for (const after of [0, 1, 255, 256, 257, 999, 1_000, 1_001]) {
      expect(await sequencesAfter(store, after)).toEqual(range(after + 1, 1_002));
    }
    expect(await sequencesAfter(store, 1_002)).toEqual([]);
    expect(await sequencesAfter(store, 5_000)).toEqual([]);
    const some = await sequencesAfter(store, 300, 10);
    expect(some.slice(0, 10)).toEqual(range(301, 310));
    expect(some.length).toBeLessThan(600);
  });

  test("holds a commit that is made twice once", async () => {
    await using store = open();
    await store.commit([appended(1, 3)]);
    await store.commit([appended(1, 3)]);
    expect(await sequencesAfter(store, 0)).toEqual([1, 2, 3]);
  });

  test.each<[sinceMs: number, expected: number | undefined]>([
    [0, 0],
    [1_000, 0],
    [1_001, 1],
    [2_000, 1],
    [299_500, 299],
    [600_000, 599],
    [600_001, undefined],
  ])("finds where the events since %d begin", async (sinceMs, expected) => {
    await using store = open();
    for (let first = 1; first < 300; first += 7) await store.commit([appended(first, first + 6)]);
    await store.commit([appended(302, 600)]);
    expect(await store.findEventsSince(sinceMs)).toBe(expected);
  });

  test("removes the oldest by age and by size, but never the last, and numbers go on", async () => {
    await using store = open();
    for (let first = 1; first <= 100; first += 10) await store.commit([appended(first, first + 9)]);
    expect(await store.removeEvents(EVERYTHING)).toBe(false);
    expect(await store.eventLogBounds()).toEqual({ firstSequence: 1, lastSequence: 100 });

    await store.removeEvents({ beforeMs: 40_001, bytesMax: Infinity });
    expect(await store.eventLogBounds()).toEqual({ firstSequence: 41, lastSequence: 100 });
    expect(await sequencesAfter(store, 0)).toEqual(range(41, 100));
    expect(await store.findEventsSince(0)).toBe(40);

    await store.removeEvents({ beforeMs: -Infinity, bytesMax: 3_000 });
    const { firstSequence = 0 } = (await store.eventLogBounds()) ?? {};
    expect(firstSequence).toBeGreaterThan(41);

    await store.removeEvents({ beforeMs: Infinity, bytesMax: 0 });
    expect(await sequencesAfter(store, 0)).toContain(100);
    expect((await store.load()).lastEventSequence).toBe(100);
    await store.commit([appended(101, 101)]);
    expect((await sequencesAfter(store, 0)).at(-1)).toBe(101);
  });
}
