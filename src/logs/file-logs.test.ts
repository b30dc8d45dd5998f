import { existsSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventPage, LogEvent, ReadRequest } from "./logs.ts";
import { TemporaryLogs, TEST_START_MS } from "../../test/support/temporary-logs.ts";
import { WorkBudget } from "./work-budget.ts";

describe("a job's log", () => {
  test("has a line for an event, stamped when it was seen", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\ntwo\n");
    at.clock.ms += 100;
    expect(at.logs.observeGrowth(at.clock.ms)).toEqual({ isAnyOpen: true, isOverLimit: false });
    at.clock.ms += 100;
    at.write("a1", "three\n");
    at.logs.observeGrowth(at.clock.ms);

    const [first, second] = [TEST_START_MS + 100, TEST_START_MS + 200];
    expect(await at.read("a1")).toEqual({
      events: [
        { timestampMs: first, ingestedAtMs: first, message: "one", position: 0 },
        { timestampMs: first, ingestedAtMs: first, message: "two", position: 4 },
        { timestampMs: second, ingestedAtMs: second, message: "three", position: 8 },
      ],
      previousPosition: 0,
      nextPosition: 14,
    });
  });

  test("is read while the job writes it, each line once it is whole", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\ntw");
    expect(await at.messages("a1")).toEqual(["one"]);
    at.write("a1", "o");
    expect(await at.messages("a1")).toEqual(["one"]);
    at.write("a1", "\n");
    expect(await at.messages("a1")).toEqual(["one", "two"]);
  });

  test("ends with what no newline ended", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\ntwo");
    at.logs.closeFile("a1");
    expect(await at.messages("a1")).toEqual(["one", "two"]);
  });

  test("leaves empty lines out and takes the return from a line's end", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "\n\none\r\n\r\n\ntwo\n\n");
    expect(await at.messages("a1")).toEqual(["one", "two"]);
  });

  test("shows bytes that are no text as such", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", Buffer.concat([Buffer.from("a"), Buffer.from([0xff, 0x00, 0xc3]), Buffer.from("b\n")]));
    expect(await at.messages("a1")).toEqual(["a\uFFFD\u0000\uFFFDb"]);
  });

  test("has a line whole wherever its writing is interrupted by a reader", async () => {
    await using at = await TemporaryLogs.open();
    let jobCount = 0;
    const pieces = fc.array(fc.constantFrom("a", "é", "😀", "\n", "\r\n", "longer words"), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.nat(40), { maxLength: 6 }), async (parts, cuts) => {
        const output = Buffer.from(parts.join(""));
        const stream = `s${(jobCount += 1)}`.padStart(4, "0");
        at.logs.openFile(stream);

        const seen: LogEvent[] = [];
        let position = 0;
        let written = 0;
        for (const until of [...cuts.toSorted((a, b) => a - b), output.length, undefined]) {
          if (until === undefined) at.logs.closeFile(stream);
          else at.write(stream, output.subarray(written, until));
          written = Math.max(written, Math.min(until ?? 0, output.length));
          at.clock.ms += 1;
          const page = await at.read(stream, { position });
          seen.push(...page.events);
          position = page.nextPosition;
        }
        const lines = output.toString().split(/\r?\n/);
        expect(seen.map(({ message }) => message)).toEqual(lines.filter((line) => line !== ""));
        expect(await at.readAll(stream)).toEqual(seen);
      }),
      { numRuns: 150 },
    );
  });

  test("cuts a line without end, while it grows and after", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", Buffer.alloc(700_000, "x"));
    const lengths = async (): Promise<readonly number[]> =>
      (await at.messages("a1")).map((message) => message.length);
    expect(await lengths()).toEqual([262_115, 262_115]);
    at.write("a1", Buffer.alloc(10, "y"));
    at.logs.closeFile("a1");
    expect(await lengths()).toEqual([262_115, 262_115, 175_780]);
  });

  test("passes over any number of empty lines in short calls", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", Buffer.concat([Buffer.alloc(20_000_000, "\n"), Buffer.from("end\n")]));
    const page = await at.read("a1");
    expect(page.events).toEqual([]);
    expect(page.nextPosition).toBeLessThan(20_000_000);
    expect(await at.messages("a1")).toEqual(["end"]);
  });

  test("of a stream that nobody wrote is empty", async () => {
    await using at = await TemporaryLogs.open();
    const empty = { events: [], nextPosition: 0, previousPosition: 0 };
    expect(await at.read("a1")).toEqual(empty);
    expect(await at.read("a1", { position: "end", direction: "backward" })).toEqual(empty);
    expect(await at.logs.describe("a1")).toBeUndefined();
    expect(at.logs.lastEventAt("a1")).toBeUndefined();
  });

  test("of a job that wrote nothing leaves no file", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "");
    expect(existsSync(at.path("a1"))).toBe(false);
    expect(await at.messages("a1")).toEqual([]);
  });

  test("is nobody's business once all are closed", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.closeFile("a1");
    at.job("a1", "one\n");
    expect(at.logs.observeGrowth(at.clock.ms)).toEqual({ isAnyOpen: false, isOverLimit: false });
  });
});

describe("pages of a job's log", () => {
  test("hold each event once, walked in both directions while it grows", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    const lines: string[] = [];
    const append = (): void => {
      lines.push(`line ${lines.length}`);
      at.write("a1", `${lines.at(-1)}\n`);
      at.clock.ms += 1;
    };
    for (let count = 0; count < 20; count += 1) append();

    const newest = await at.read("a1", { position: "end", direction: "backward", limit: 7 });
    const seen: LogEvent[] = [...newest.events];
    let back = newest.previousPosition;
    let forth = newest.nextPosition;
    for (let step = 0; step < 6; step += 1) {
      append();
      append();
      const older = await at.read("a1", { position: back, direction: "backward", limit: 3 });
      const newer = await at.read("a1", { position: forth, limit: 3 });
      seen.unshift(...older.events);
      seen.push(...newer.events);
      back = older.previousPosition;
      forth = newer.nextPosition;
    }
    expect(seen.map(({ message }) => message)).toEqual(lines);
    expect(seen).toEqual(await at.readAll("a1"));
  });

  test("lead back to where they came from", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "one\ntwo\nthree\nfour\n");
    const first = await at.read("a1", { limit: 2 });
    const second = await at.read("a1", { limit: 2, position: first.nextPosition });
    const again = await at.read("a1", {
      limit: 2,
      position: second.previousPosition,
      direction: "backward",
    });
    expect(again.events).toEqual(first.events);
  });

  test("stay where they are at both ends", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "one\ntwo\n");
    const end: EventPage = { events: [], nextPosition: 8, previousPosition: 8 };
    expect(await at.read("a1", { position: 8 })).toEqual(end);
    const begin: EventPage = { events: [], nextPosition: 0, previousPosition: 0 };
    expect(await at.read("a1", { position: 0, direction: "backward" })).toEqual(begin);
  });

  test("take at most the bytes that are asked for, and one event at least", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "12345\n12345\n12345\n");
    const lengthOf = async (bytesMax: number): Promise<number> =>
      (await at.read("a1", { bytesMax })).events.length;
    expect([await lengthOf(1), await lengthOf(61), await lengthOf(62), await lengthOf(93)]).toEqual([
      1, 1, 2, 3,
    ]);
  });

  test.each<[name: string, fromMs: number | undefined, untilMs: number | undefined, lines: string[]]>([
    ["all", undefined, undefined, ["0", "1", "2", "3", "4"]],
    ["from a time on, it included", 200, undefined, ["2", "3", "4"]],
    ["from between two times on", 150, undefined, ["2", "3", "4"]],
    ["until a time, it left out", undefined, 200, ["0", "1"]],
    ["between two times", 100, 300, ["1", "2"]],
    ["of no time", 300, 300, []],
    ["before anything", undefined, 0, []],
    ["after everything", 401, undefined, []],
  ])("show %s", async (_name, fromMs, untilMs, lines) => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    for (let index = 0; index < 5; index += 1) {
      at.write("a1", `${index}\n`);
      at.logs.observeGrowth(TEST_START_MS + index * 100);
    }
    const range = {
      fromMs: fromMs === undefined ? undefined : TEST_START_MS + fromMs,
      untilMs: untilMs === undefined ? undefined : TEST_START_MS + untilMs,
    };
    const forward = await at.readAll("a1", { ...range, limit: 2 });
    expect(forward.map(({ message }) => message)).toEqual(lines);

    const backward: string[] = [];
    let position: number | "end" = "end";
    for (;;) {
      const page: EventPage = await at.read("a1", { ...range, position, direction: "backward", limit: 2 });
      if (page.events.length === 0) break;
      backward.unshift(...page.events.map(({ message }) => message));
      position = page.previousPosition;
    }
    expect(backward).toEqual(lines);
  });

  test("begin a line's time where its first byte came", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "half");
    at.logs.observeGrowth(TEST_START_MS + 100);
    at.write("a1", " and half\nnext\n");
    at.logs.observeGrowth(TEST_START_MS + 200);
    const late = await at.readAll("a1", { fromMs: TEST_START_MS + 200 });
    expect(late.map(({ message }) => message)).toEqual(["next"]);
    const early = await at.readAll("a1", { untilMs: TEST_START_MS + 200 });
    expect(early.map(({ message }) => message)).toEqual(["half and half"]);
  });
});

describe("a stream", () => {
  test("is described by what a job wrote", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    expect(await at.logs.describe("a1")).toBeUndefined();
    at.write("a1", "one\n");
    at.logs.observeGrowth(TEST_START_MS + 1);
    at.write("a1", "two\n");
    at.clock.ms += 9;
    const extent = {
      firstEventMs: TEST_START_MS + 1,
      lastEventMs: TEST_START_MS + 9,
      lastIngestionMs: TEST_START_MS + 9,
      storedBytes: 8,
    };
    expect(await at.logs.describe("a1")).toEqual(extent);
    at.clock.ms += 1_000;
    at.logs.closeFile("a1");
    expect(await at.logs.describe("a1")).toEqual(extent);
    expect(at.logs.lastEventAt("a1")).toBe(TEST_START_MS + 9);
  });

  test("that is removed holds nothing, though its job goes on writing", async () => {
    await using at = await TemporaryLogs.open();
    at.logs.openFile("a1");
    at.write("a1", "one\n");
    at.logs.observeGrowth(at.clock.ms);
    at.logs.remove("a1");
    expect(await at.messages("a1")).toEqual([]);
    at.logs.closeFile("a1");
    expect(at.logs.observeGrowth(at.clock.ms)).toEqual({ isAnyOpen: false, isOverLimit: false });
  });

  test("that is older than wanted is removed, unless somebody writes it", async () => {
    await using at = await TemporaryLogs.open();
    at.job("a1", "old\n");
    at.clock.ms += 1_000;
    at.job("a2", "new\n");
    at.logs.openFile("a3");
    at.write("a3", "running\n");
    at.logs.observeGrowth(at.clock.ms - 1_000);
    const before = TEST_START_MS + 1_000;
    const removed = ["a1", "a2", "a3", "a4"].map((stream) => at.logs.removeOlderThan(stream, before));
    expect(removed).toEqual([true, false, false, false]);
    expect(await at.messages("a1")).toEqual([]);
    expect(await at.messages("a3")).toEqual(["running"]);
  });

  test.each(["forward", "backward"] as const)(
    "is read %s in short pages where its budget is small, to the same events",
    async (direction) => {
      await using at = await TemporaryLogs.open();
      at.job("a1", "#one\nmore\n".repeat(20_000));
      const seen: number[] = [];
      let position: ReadRequest["position"] = direction === "forward" ? "start" : "end";
      let pageCount = 0;
      for (;;) {
        const budget = new WorkBudget(1_000);
        const page = await at.read("a1", { position, direction, multilinePattern: "^#", budget });
        if (page.events.length === 0) break;
        seen.push(...page.events.map(({ position: begin }) => begin));
        position = direction === "forward" ? page.nextPosition : page.previousPosition;
        pageCount += 1;
      }
      const expected = Array.from({ length: 20_000 }, (_, index) => index * 10);
      expect(seen.toSorted((a, b) => a - b)).toEqual(expected);
      // Of 10,000 events each, were it not for the budget.
      expect(pageCount).toBeGreaterThan(2);
    },
  );

  test("keeps its bytes as the job wrote them", async () => {
    await using at = await TemporaryLogs.open();
    const path = at.logs.openFile("a1");
    at.write("a1", "one\r\n\nt\u0000wo");
    at.logs.closeFile("a1");
    expect(readFileSync(path, "utf8")).toBe("one\r\n\nt\u0000wo");
  });

  test("whose id could lead out of the folder is refused", async () => {
    await using at = await TemporaryLogs.open();
    expect(() => at.logs.openFile("../x")).toThrow("letters, digits and hyphens");
  });
});
