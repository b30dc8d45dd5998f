import { appendFileSync, mkdirSync, readFileSync, rmdirSync, statSync, truncateSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogWriteError } from "./logs.ts";
import type { EventPage, InputLogEvent } from "./logs.ts";
import { TemporaryLogs, TEST_START_MS } from "../../test/support/temporary-logs.ts";

const INGESTED_MS = TEST_START_MS + 5_000;

function event(message: string, afterMs = 0): InputLogEvent {
  return { timestampMs: TEST_START_MS + afterMs, message };
}

describe("events that clients put", () => {
  test("come back as they were, with their own times", async () => {
    await using at = await TemporaryLogs.open();
    const messages = ["one", "two\nlines", '\u0000\uD800\u2028 "quoted"', "x".repeat(1_048_550)];
    await at.logs.putEvents(
      "c1",
      messages.map((message, index) => event(message, index)),
      INGESTED_MS,
    );
    const events = await at.readAll("c1");
    expect(events.map(({ message }) => message)).toEqual(messages);
    expect(events.slice(0, 2)).toEqual([
      { timestampMs: TEST_START_MS, ingestedAtMs: INGESTED_MS, message: "one", position: 0 },
      {
        timestampMs: TEST_START_MS + 1,
        ingestedAtMs: INGESTED_MS,
        message: "two\nlines",
        position: expect.any(Number),
      },
    ]);
  });

  test("stay in the order in which they were put, and in the order of time within a page", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("b", 10), event("d", 30)], INGESTED_MS);
    await at.logs.putEvents("c1", [event("a", 0), event("c", 10)], INGESTED_MS);
    expect(await at.messages("c1")).toEqual(["a", "b", "c", "d"]);
    const pageByPage = await at.readAll("c1", { limit: 2 });
    expect(pageByPage.map(({ message }) => message)).toEqual(["b", "d", "a", "c"]);
  });

  test("are each on one page, walked in both directions", async () => {
    await using at = await TemporaryLogs.open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        walk,
      ),
      { numRuns: 30 },
    );

    async function walk(times: readonly number[], limit: number): Promise<void> {
      at.logs.remove("c1");
      for (const [index, time] of times.entries()) {
        await at.logs.putEvents("c1", [event(String(index), time)], INGESTED_MS);
      }
      const forward = await at.readAll("c1", { limit });
      const backward: string[] = [];
      let position: number | "end" = "end";
      for (;;) {
        const page: EventPage = await at.read("c1", { position, direction: "backward", limit });
        if (page.events.length === 0) break;
        backward.push(...page.events.map(({ message }) => message));
        position = page.previousPosition;
      }
      const all = times.map((_, index) => String(index));
      expect(forward.map(({ message }) => message).toSorted()).toEqual(all.toSorted());
      expect(backward.toSorted()).toEqual(all.toSorted());
    }
  });

  test("are found by their time wherever they stand", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("late", 100)], INGESTED_MS);
    await at.logs.putEvents("c1", [event("early", 50)], INGESTED_MS);
    const until = await at.readAll("c1", { untilMs: TEST_START_MS + 100 });
    const from = await at.readAll("c1", { fromMs: TEST_START_MS + 100 });
    expect([until, from].map((events) => events.map(({ message }) => message))).toEqual([
      ["early"],
      ["late"],
    ]);
  });

  test("put at the same time all stay, each put in one piece", async () => {
    await using at = await TemporaryLogs.open();
    const puts = Array.from({ length: 50 }, (_, index) => index);
    await Promise.all(
      puts.map((index) => at.logs.putEvents("c1", [event(`${index} a`), event(`${index} b`)], INGESTED_MS)),
    );
    expect(await at.messages("c1")).toEqual(puts.flatMap((index) => [`${index} a`, `${index} b`]));
  });

  test("are there after a crash; what it left half written is not", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("whole")], INGESTED_MS);
    const size = statSync(at.path("c1", "events")).size;
    appendFileSync(at.path("c1", "events"), '[1795291200000,1795291200000,"ha');
    await at.crash();
    expect(await at.messages("c1")).toEqual(["whole"]);

    await at.logs.putEvents("c1", [event("next")], INGESTED_MS);
    expect(await at.messages("c1")).toEqual(["whole", "next"]);
    expect((await at.readAll("c1")).map(({ position }) => position)).toEqual([0, size]);
  });

  test("are cut back to nothing where not even the first was whole", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("whole")], INGESTED_MS);
    truncateSync(at.path("c1", "events"), 7);
    await at.logs.putEvents("c1", [event("next")], INGESTED_MS);
    expect(await at.messages("c1")).toEqual(["next"]);
  });

  test("leave out a line that is no record", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("one")], INGESTED_MS);
    appendFileSync(at.path("c1", "events"), 'null\n[1,2]\n{"a":\n');
    await at.logs.putEvents("c1", [event("two")], INGESTED_MS);
    expect(await at.messages("c1")).toEqual(["one", "two"]);
  });

  test("are refused where the disk does not take them, and taken when it does again", async () => {
    await using at = await TemporaryLogs.open();
    mkdirSync(at.path("c1", "events"), { recursive: true });
    const puts = [0, 1].map(() => at.logs.putEvents("c1", [event("one")], INGESTED_MS));
    for (const put of puts) await expect(put).rejects.toThrow(LogWriteError);

    rmdirSync(at.path("c1", "events"));
    await at.logs.putEvents("c1", [event("two")], INGESTED_MS);
    expect(await at.messages("c1")).toEqual(["two"]);
  });

  test("are refused while more is waiting than memory should hold", async () => {
    await using at = await TemporaryLogs.open();
    const message = "x".repeat(1_000_000);
    const puts = Array.from({ length: 80 }, () => at.logs.putEvents("c1", [event(message)], INGESTED_MS));
    const results = await Promise.allSettled(puts);
    const kept = results.filter(({ status }) => status === "fulfilled").length;
    expect(kept).toBe(67);
    const sizes = readFileSync(at.path("c1", "events"), "utf8").split("\n").length - 1;
    expect(sizes).toBe(kept);
  });

  test("describe their stream", async () => {
    await using at = await TemporaryLogs.open();
    await at.logs.putEvents("c1", [event("a", 10), event("b", 90)], INGESTED_MS);
    await at.logs.putEvents("c1", [event("c", 20)], INGESTED_MS + 1);
    expect(await at.logs.describe("c1")).toEqual({
      firstEventMs: TEST_START_MS + 10,
      lastEventMs: TEST_START_MS + 90,
      lastIngestionMs: INGESTED_MS + 1,
      storedBytes: statSync(at.path("c1", "events")).size,
    });
    await at.restart();
    expect(at.logs.lastEventAt("c1")).toBe(TEST_START_MS + 90);
  });
});
