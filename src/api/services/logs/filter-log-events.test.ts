import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TEST_START_MS } from "../../../../test/support/temporary-logs.ts";
import type { FilteredLogEvent, FilterLogEventsRequest } from "../../../model/logs.ts";
import { turnsDuring } from "../../../../test/support/loop-turns.ts";
import { TestLogsService } from "../../../../test/support/logs-service.ts";

const GROUP = "/aws/batch/job";

interface Walk {
  readonly events: readonly FilteredLogEvent[];
  readonly pageSizes: readonly number[];
}

async function walk(service: TestLogsService, input: Partial<FilterLogEventsRequest> = {}): Promise<Walk> {
  const events: FilteredLogEvent[] = [];
  const pageSizes: number[] = [];
  let nextToken: string | undefined;
  do {
    const page = await service.call("FilterLogEvents", { logGroupName: GROUP, ...input, nextToken });
    events.push(...(page.events ?? []));
    pageSizes.push(page.events?.length ?? 0);
    expect(page.searchedLogStreams).toEqual([]);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { events, pageSizes };
}

function textsOf({ events }: Walk): readonly string[] {
  return events.map(({ logStreamName, message }) => `${logStreamName} ${message}`);
}

/** Writes lines of jobs, a second apart: stream and text of each. */
async function withLines(
  ...lines: readonly (readonly [stream: string, text: string])[]
): Promise<TestLogsService> {
  const service = await TestLogsService.open();
  await service.group(GROUP);
  const ids = new Map<string, string>();
  for (const [name] of lines) {
    if (!ids.has(name)) ids.set(name, (await service.jobStream(GROUP, name)).streamId);
  }
  for (const id of ids.values()) service.at.logs.openFile(id);
  for (const [name, text] of lines) {
    service.at.write(ids.get(name) ?? "", `${text}\n`);
    service.at.logs.observeGrowth(service.at.clock.ms);
    service.at.clock.ms += 1_000;
  }
  return service;
}

/** Letters without order, so that nearly each makes a new state of a search. */
function hostileText(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % 2 === 0 ? "a" : "x";
  }).join("");
}

describe("FilterLogEvents", () => {
  test("merges the streams of a group by time", async () => {
    await using service = await withLines(["b", "1"], ["a", "2"], ["b", "3"], ["c", "4"], ["a", "5"]);
    const { events } = await walk(service);
    expect(textsOf({ events, pageSizes: [] })).toEqual(["b 1", "a 2", "b 3", "c 4", "a 5"]);
    expect(events[0]).toEqual({
      logStreamName: "b",
      timestamp: TEST_START_MS,
      message: "1",
      ingestionTime: TEST_START_MS,
      eventId: expect.stringMatching(/^\d{56}$/),
    });
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(5);
  });

  test.each<[input: Partial<FilterLogEventsRequest>, lines: string[]]>([
    [{ filterPattern: "ERROR" }, ["b ERROR disk", "c ERROR net"]],
    [{ filterPattern: "ERROR -disk" }, ["c ERROR net"]],
    [{ logStreamNames: ["c", "a", "c"] }, ["a ok", "c ERROR net"]],
    [{ logStreamNamePrefix: "b" }, ["b ERROR disk"]],
    [{ startTime: TEST_START_MS + 1_000 }, ["b ERROR disk", "c ERROR net"]],
    [{ endTime: TEST_START_MS + 1_000 }, ["a ok"]],
    [{ startTime: TEST_START_MS + 1, endTime: TEST_START_MS + 2_000 }, ["b ERROR disk"]],
    [{ filterPattern: "nothing" }, []],
  ])("with %j finds what it says", async (input, lines) => {
    await using service = await withLines(["a", "ok"], ["b", "ERROR disk"], ["c", "ERROR net"]);
    expect(textsOf(await walk(service, input))).toEqual(lines);
    expect(textsOf(await walk(service, { ...input, limit: 1 }))).toEqual(lines);
  });

  test("gives each event once, in the order of time, whatever the limit", async () => {
    const streams = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 1, max: 7 }), async (names, limit) => {
        await using service = await withLines(
          ...names.map((name, index): [string, string] => [name, String(index)]),
        );
        const found = await walk(service, { limit });
        expect(found.events.map(({ message }) => message)).toEqual(names.map((_, index) => String(index)));
        expect(Math.max(0, ...found.pageSizes)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 25 },
    );
  });

  test("gives each event once although clients put them out of order", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "a", "b");
    for (const [stream, afterMs] of [
      ["a", 50],
      ["a", 10],
      ["b", 30],
      ["a", 40],
      ["b", 20],
    ] as const) {
      const logEvents = [{ timestamp: TEST_START_MS + afterMs, message: String(afterMs) }];
      await service.call("PutLogEvents", { logGroupName: GROUP, logStreamName: stream, logEvents });
    }
    expect((await walk(service)).events.map(({ message }) => message)).toEqual([
      "10",
      "20",
      "30",
      "40",
      "50",
    ]);
    for (const limit of [1, 2, 3]) {
      const { events } = await walk(service, { limit });
      expect(new Set(events.map(({ message }) => message))).toEqual(new Set(["10", "20", "30", "40", "50"]));
      expect(events).toHaveLength(5);
    }
  });

  test("goes on where it was, past what was written meanwhile and streams that are gone", async () => {
    await using service = await withLines(["a", "1"], ["b", "2"], ["a", "3"], ["b", "4"]);
    const input = { logGroupName: GROUP, limit: 2 };
    const first = await service.call("FilterLogEvents", input);
    await service.call("DeleteLogStream", { logGroupName: GROUP, logStreamName: "b" });
    service.at.write("id-1", "5\n");
    const second = await service.call("FilterLogEvents", { ...input, nextToken: first.nextToken });
    expect(second.events?.map(({ message }) => message)).toEqual(["3", "5"]);
  });

  test("searches a large group in bounded calls", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP);
    const names = Array.from({ length: 450 }, (_, index) => `s${String(index).padStart(3, "0")}`);
    for (const name of names) service.at.job((await service.jobStream(GROUP, name)).streamId, "x\ny\n");
    const { events, pageSizes } = await walk(service, { limit: 150, filterPattern: "y" });
    expect(events.map(({ logStreamName }) => logStreamName)).toEqual(names);
    expect(pageSizes).toEqual([150, 150, 150]);
  });

  test("gives the events of many streams in the order of time", async () => {
    const names = Array.from({ length: 450 }, (_, index) => `s${(index * 7) % 450}`);
    await using service = await withLines(...names.map((name, index) => [name, String(index)] as const));
    const { events } = await walk(service, { limit: 100 });
    expect(events.map(({ message }) => message)).toEqual(names.map((_, index) => String(index)));
  });

  test("passes over large logs page by page, each call bounded", async () => {
    await using service = await withLines(["a", "1"]);
    const { streamId } = await service.jobStream(GROUP, "large");
    service.at.job(streamId, `${"x".repeat(99)}\n`.repeat(400_000).concat("needle\n"));
    const { events, pageSizes } = await walk(service, { filterPattern: "needle" });
    expect(events.map(({ message }) => message)).toEqual(["needle"]);
    expect(pageSizes.length).toBeGreaterThan(2);
  });

  test.each([
    ["a costly expression", "%a.{120}b%"],
    ["a costly term", `${"a".repeat(500)}b${"a".repeat(500)}`],
  ])(
    "looks for %s in 1 MB in pieces, others having their turn meanwhile",
    async (_name, filterPattern) => {
      await using service = await TestLogsService.open();
      await service.group(GROUP, "a");
      for (let count = 0; count < 5; count += 1) await service.put(GROUP, "a", hostileText(200_000));
      await service.put(GROUP, "a", `a${"x".repeat(120)}b ${filterPattern}`);
      const { turnCount, result } = await turnsDuring(() => walk(service, { filterPattern }));
      expect(result.events.map(({ message }) => message?.slice(0, 3))).toEqual(["axx"]);
      expect(result.pageSizes.length).toBeGreaterThanOrEqual(3);
      expect(turnCount).toBeGreaterThan(200);
    },
    60_000,
  );

  test("reads lines of many jobs with a costly multi-line pattern in pieces", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP);
    const line = `${hostileText(20_000)}\n`;
    for (const name of ["a", "b", "c", "d"]) {
      const stream = await service.jobStream(GROUP, name, undefined, "a.{120}b");
      service.at.job(stream.streamId, line.repeat(5));
    }
    const { turnCount, result } = await turnsDuring(() => walk(service));
    expect(result.events.map(({ logStreamName, message }) => [logStreamName, message?.length])).toEqual(
      ["a", "b", "c", "d"].map((name) => [name, 5 * line.length]),
    );
    expect(result.pageSizes.length).toBeGreaterThan(1);
    expect(turnCount).toBeGreaterThan(100);
  }, 60_000);

  test("leaves streams unopened that ended before the time asked for", async () => {
    await using service = await withLines(["a", "1"], ["b", "2"]);
    service.at.logs.closeFile("id-1");
    service.at.logs.closeFile("id-2");
    const { events } = await walk(service, { startTime: TEST_START_MS + 1_000 });
    expect(events.map(({ message }) => message)).toEqual(["2"]);
  });

  test.each<[input: Partial<FilterLogEventsRequest>, code: string, message: string]>([
    [{ logStreamNames: ["none"] }, "ResourceNotFoundException", "The specified log stream does not exist."],
    [{ logStreamNames: ["a"], logStreamNamePrefix: "a" }, "InvalidParameterException", "mutually exclusive"],
    [{ filterPattern: "{ $.a = 1 }" }, "InvalidParameterException", "not supported yet"],
    [{ nextToken: "x" }, "InvalidParameterException", "The specified nextToken is invalid."],
  ])("refuses %j", async (input, code, message) => {
    await using service = await withLines(["a", "1"]);
    await expect(service.call("FilterLogEvents", { logGroupName: GROUP, ...input })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("refuses a token of another search", async () => {
    await using service = await withLines(["a", "1"], ["a", "2"]);
    const { nextToken } = await service.call("FilterLogEvents", { logGroupName: GROUP, limit: 1 });
    const other = { logGroupName: GROUP, limit: 1, filterPattern: "x", nextToken };
    await expect(service.call("FilterLogEvents", other)).rejects.toThrow(
      "The specified nextToken is invalid.",
    );
  });
});
