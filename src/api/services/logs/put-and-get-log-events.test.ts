import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TEST_START_MS } from "../../../../test/support/temporary-logs.ts";
import type { GetLogEventsRequest, GetLogEventsResponse, InputLogEvent } from "../../../model/logs.ts";
import { TestLogsService } from "../../../../test/support/logs-service.ts";

const GROUP = "/custom";
const STREAM = { logGroupName: GROUP, logStreamName: "one" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function withStream(): Promise<TestLogsService> {
  const service = await TestLogsService.open();
  await service.group(GROUP, "one");
  return service;
}

function at(hours: number, message = "x"): InputLogEvent {
  return { timestamp: TEST_START_MS + hours * HOUR_MS, message };
}

function messagesOf({ events }: GetLogEventsResponse): readonly (string | undefined)[] | undefined {
  return events?.map(({ message }) => message);
}

describe("PutLogEvents", () => {
  test("keeps events and answers with a token that nobody needs", async () => {
    await using service = await withStream();
    const answer = await service.call("PutLogEvents", {
      ...STREAM,
      sequenceToken: "any",
      logEvents: [at(-1, "one"), at(-1, "two"), at(0, "three")],
    });
    expect(answer).toEqual({ nextSequenceToken: expect.stringMatching(/^49\d{54}$/) });
    expect(await service.call("GetLogEvents", { ...STREAM, limit: 1 })).toEqual({
      events: [{ timestamp: TEST_START_MS, message: "three", ingestionTime: TEST_START_MS }],
      nextForwardToken: expect.stringMatching(/^f\/\d{56}$/),
      nextBackwardToken: expect.stringMatching(/^b\/\d{56}$/),
    });
  });

  test.each<[name: string, events: InputLogEvent[], rejected: object, kept: string[]]>([
    [
      "older than 14 days",
      [at(-14 * 24 - 1, "a"), at(-14 * 24, "b"), at(-14 * 24 + 1, "c")],
      { tooOldLogEventEndIndex: 1 },
      ["b", "c"],
    ],
    [
      "more than 2 hours ahead",
      [at(0, "a"), at(2, "b"), at(2.1, "c"), at(3, "d")],
      { tooNewLogEventStartIndex: 2 },
      ["a", "b"],
    ],
    ["of both kinds", [at(-1_000), at(3)], { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 1 }, []],
  ])("leaves out events %s", async (_name, logEvents, rejectedLogEventsInfo, kept) => {
    await using service = await withStream();
    const answer = await service.call("PutLogEvents", { ...STREAM, logEvents });
    expect(answer.rejectedLogEventsInfo).toEqual(rejectedLogEventsInfo);
    expect(messagesOf(await service.call("GetLogEvents", STREAM))).toEqual(kept);
  });

  test("leaves out events that have expired in their group", async () => {
    await using service = await withStream();
    await service.call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays: 3 });
    const logEvents = [at(-73), at(-72, "a"), at(-60, "b")];
    const answer = await service.call("PutLogEvents", { ...STREAM, logEvents });
    expect(answer.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(messagesOf(await service.call("GetLogEvents", STREAM))).toEqual(["a", "b"]);
  });

  test.each<[name: string, events: InputLogEvent[], message: string]>([
    [
      "out of order",
      [at(0), at(-1)],
      "Log events in a single PutLogEvents request must be in chronological order.",
    ],
    [
      "more than 24 hours apart",
      [at(-24.1), at(0)],
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    ],
    [
      "that are too large",
      [at(0, "é".repeat(524_276))],
      "Log event too large: 1048578 bytes exceeds limit of 1048576",
    ],
    [
      "that are too large together",
      [at(0, "x".repeat(524_262)), at(0, "x".repeat(524_263))],
      "Upload too large: 1048577 bytes exceeds limit of 1048576",
    ],
  ])("refuses events %s", async (_name, logEvents, message) => {
    await using service = await withStream();
    await expect(service.call("PutLogEvents", { ...STREAM, logEvents })).rejects.toMatchObject({
      code: "InvalidParameterException",
      message,
    });
    expect(messagesOf(await service.call("GetLogEvents", STREAM))).toEqual([]);
  });

  test("takes as much as may be put at once", async () => {
    await using service = await withStream();
    await service.call("PutLogEvents", { ...STREAM, logEvents: [at(0, "x".repeat(1_048_550))] });
    expect((await service.call("GetLogEvents", STREAM)).events?.[0]?.message?.length).toBe(1_048_550);
  });

  test("refuses to write into a job's log", async () => {
    await using service = await withStream();
    await service.jobStream(GROUP, "def/default/1");
    const input = { logGroupName: GROUP, logStreamName: "def/default/1", logEvents: [at(0)] };
    await expect(service.call("PutLogEvents", input)).rejects.toMatchObject({
      code: "InvalidParameterException",
      message: expect.stringContaining("The log stream def/default/1 is written by a job"),
    });
  });

  test("says when the disk does not take them", async () => {
    await using service = await withStream();
    const { streamId = "" } =
      (await service.store.readLogStream({ accountId: "123456789012", region: "us-east-1" }, GROUP, "one")) ??
      {};
    mkdirSync(service.at.path(streamId, "events"), { recursive: true });
    await expect(service.call("PutLogEvents", { ...STREAM, logEvents: [at(0)] })).rejects.toMatchObject({
      code: "ServiceUnavailableException",
      status: 500,
    });
  });
});

describe("GetLogEvents", () => {
  test("begins at the end, or at the head if asked to", async () => {
    await using service = await withStream();
    await service.put(GROUP, "one", "1", "2", "3", "4", "5");
    const get = async (input: Partial<GetLogEventsRequest>): Promise<unknown> =>
      messagesOf(await service.call("GetLogEvents", { ...STREAM, ...input }));
    expect(await get({ limit: 2 })).toEqual(["4", "5"]);
    expect(await get({ limit: 2, startFromHead: true })).toEqual(["1", "2"]);
    expect(await get({})).toEqual(["1", "2", "3", "4", "5"]);
    expect(await get({ endTime: TEST_START_MS })).toEqual([]);
    expect(await get({ startTime: TEST_START_MS, endTime: TEST_START_MS + 1 })).toHaveLength(5);
  });

  test("goes forward by its tokens and gives the same one at the end, until more is there", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP);
    const { streamId } = await service.jobStream(GROUP, "one");
    service.at.logs.openFile(streamId);
    service.at.write(streamId, "1\n2\n3\n");

    const get = (nextToken?: string): Promise<GetLogEventsResponse> =>
      service.call("GetLogEvents", { ...STREAM, startFromHead: true, limit: 2, nextToken });
    const first = await get();
    const second = await get(first.nextForwardToken);
    const third = await get(second.nextForwardToken);
    expect([first, second, third].map(messagesOf)).toEqual([["1", "2"], ["3"], []]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);

    service.at.write(streamId, "4\n");
    expect(messagesOf(await get(third.nextForwardToken))).toEqual(["4"]);
  });

  test("goes backward by its tokens and gives the same one at the head", async () => {
    await using service = await withStream();
    await service.put(GROUP, "one", "1", "2", "3");
    const get = (nextToken?: string): Promise<GetLogEventsResponse> =>
      service.call("GetLogEvents", { ...STREAM, limit: 2, nextToken });
    const first = await get();
    const second = await get(first.nextBackwardToken);
    const third = await get(second.nextBackwardToken);
    expect([first, second, third].map(messagesOf)).toEqual([["2", "3"], ["1"], []]);
    expect(third.nextBackwardToken).toBe(second.nextBackwardToken);
    expect(messagesOf(await get(second.nextForwardToken))).toEqual(["2", "3"]);
  });

  test.each(["", "f/1", `x/${"0".repeat(56)}`, `f/${"9".repeat(56)}`, `f/${"0".repeat(55)}x`])(
    "refuses the token %j",
    async (nextToken) => {
      await using service = await withStream();
      await expect(service.call("GetLogEvents", { ...STREAM, nextToken })).rejects.toMatchObject({
        code: "InvalidParameterException",
        message: "The specified nextToken is invalid.",
      });
    },
  );

  test("gives at most 1 MiB, as AWS counts it", async () => {
    await using service = await withStream();
    for (let count = 0; count < 3; count += 1) await service.put(GROUP, "one", "x".repeat(524_262));
    const { events } = await service.call("GetLogEvents", STREAM);
    expect(events).toHaveLength(2);
  });

  test("shows events of two weeks ago and of today alike", async () => {
    await using service = await withStream();
    await service.put(GROUP, "one", "old");
    service.at.clock.ms += 100 * DAY_MS;
    await service.put(GROUP, "one", "new");
    expect(messagesOf(await service.call("GetLogEvents", STREAM))).toEqual(["old", "new"]);
  });
});
