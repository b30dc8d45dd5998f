import { describe, expect, test } from "vitest";
import { TEST_START_MS } from "../../../../test/support/temporary-logs.ts";
import type { DescribeLogStreamsRequest } from "../../../model/logs.ts";
import { ApiError } from "../../errors.ts";
import { TestLogsService, TEST_SCOPE } from "../../../../test/support/logs-service.ts";

const GROUP = "/aws/batch/job";
const DAY_MS = 86_400_000;

async function refusal(answer: Promise<unknown>): Promise<string> {
  const error: unknown = await answer.then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  return error instanceof ApiError ? `${error.status} ${error.code}: ${error.message}` : String(error);
}

function describedStream(name: string): object {
  return {
    logStreamName: name,
    creationTime: TEST_START_MS,
    uploadSequenceToken: expect.stringMatching(/^\d{56}$/),
    arn: `arn:aws:logs:us-east-1:123456789012:log-group:/aws/batch/job:log-stream:${name}`,
    storedBytes: 0,
  };
}

async function pages(service: TestLogsService, input: DescribeLogStreamsRequest): Promise<string[][]> {
  const result: string[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await service.call("DescribeLogStreams", { ...input, nextToken });
    result.push((page.logStreams ?? []).map(({ logStreamName = "" }) => logStreamName));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return result;
}

async function fiveStreams(): Promise<TestLogsService> {
  const service = await TestLogsService.open();
  await service.group(GROUP, "a", "b", "c", "d", "e");
  for (const name of ["d", "b", "c", "a"]) {
    service.at.clock.ms += 1_000;
    await service.put(GROUP, name, "x");
  }
  return service;
}

describe("log groups", () => {
  test("are made once, described and deleted", async () => {
    await using service = await TestLogsService.open();
    expect(await service.call("CreateLogGroup", { logGroupName: GROUP, tags: { a: "b" } })).toEqual({});
    expect(await refusal(service.call("CreateLogGroup", { logGroupName: GROUP }))).toBe(
      "400 ResourceAlreadyExistsException: The specified log group already exists",
    );
    expect(await service.call("DescribeLogGroups", {})).toEqual({
      logGroups: [
        {
          logGroupName: GROUP,
          creationTime: TEST_START_MS,
          metricFilterCount: 0,
          arn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/batch/job:*",
          storedBytes: 0,
          logGroupClass: "STANDARD",
          logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/batch/job",
          deletionProtectionEnabled: false,
        },
      ],
    });
    expect((await service.store.readLogGroup(TEST_SCOPE, GROUP))?.tags).toEqual({ a: "b" });
    expect(await service.call("DeleteLogGroup", { logGroupName: GROUP })).toEqual({});
    expect(await refusal(service.call("DeleteLogGroup", { logGroupName: GROUP }))).toBe(
      "400 ResourceNotFoundException: The specified log group does not exist.",
    );
  });

  test.each([
    [{ kmsKeyId: "key" }, "kmsKeyId is not supported"],
    [{ logGroupClass: "INFREQUENT_ACCESS" as const }, "logGroupClass must be STANDARD"],
    [{ deletionProtectionEnabled: true }, "deletionProtectionEnabled is not supported"],
    [{ logGroupName: "aws/x" }, "Log groups starting with AWS/ are reserved for AWS."],
  ])("are not made where %j would be promised in vain", async (input, message) => {
    await using service = await TestLogsService.open();
    const answer = service.call("CreateLogGroup", { logGroupName: GROUP, ...input });
    expect(await refusal(answer)).toContain(`400 InvalidParameterException: ${message}`);
  });

  test("are found by prefix, by any part of their name, by identifier, in pages", async () => {
    await using service = await TestLogsService.open();
    for (const name of ["b/x", "a/x", "a/y", "c"]) await service.group(name);
    const names = async (input: object): Promise<unknown> => {
      const { logGroups, nextToken } = await service.call("DescribeLogGroups", input);
      return [logGroups?.map(({ logGroupName }) => logGroupName), nextToken === undefined ? "end" : "more"];
    };
    expect(await names({})).toEqual([["a/x", "a/y", "b/x", "c"], "end"]);
    expect(await names({ logGroupNamePrefix: "a/" })).toEqual([["a/x", "a/y"], "end"]);
    expect(await names({ logGroupNamePattern: "/x" })).toEqual([["a/x", "b/x"], "end"]);
    expect(await names({ logGroupNamePattern: "/X" })).toEqual([[], "end"]);
    expect(await names({ logGroupNamePattern: "/x", limit: 1 })).toEqual([["a/x"], "more"]);
    expect(await names({ logGroupClass: "DELIVERY" })).toEqual([[], "end"]);
    expect(await names({ logGroupIdentifiers: [service.groupArn("c"), "b/x", "none"] })).toEqual([
      ["b/x", "c"],
      "end",
    ]);

    const first = await service.call("DescribeLogGroups", { limit: 3 });
    const second = await service.call("DescribeLogGroups", { limit: 3, nextToken: first.nextToken });
    expect(second.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(["c"]);
    expect(await refusal(service.call("DescribeLogGroups", { nextToken: "x" }))).toBe(
      "400 InvalidParameterException: The specified nextToken is invalid.",
    );
    const both = { logGroupNamePrefix: "a", logGroupNamePattern: "a" };
    expect(await refusal(service.call("DescribeLogGroups", both))).toContain("mutually exclusive");
    const withPrefix = { logGroupIdentifiers: ["c"], logGroupNamePrefix: "a" };
    expect(await refusal(service.call("DescribeLogGroups", withPrefix))).toContain("logGroupIdentifiers");
  });

  test("take all that their streams hold with them", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "one");
    await service.put(GROUP, "one", "old");
    const job = await service.jobStream(GROUP, "def/default/1");
    service.at.job(job.streamId, "old\n");
    await service.call("DeleteLogGroup", { logGroupName: GROUP });
    expect(await service.at.messages(job.streamId)).toEqual([]);

    await service.group(GROUP, "one");
    const { logStreams } = await service.call("DescribeLogStreams", { logGroupName: GROUP });
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["one"]);
    const { events } = await service.call("GetLogEvents", { logGroupName: GROUP, logStreamName: "one" });
    expect(events).toEqual([]);
  });
});

describe("log streams", () => {
  test("are made once, also when two ask at the same time", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP);
    const create = (): Promise<string> =>
      refusal(service.call("CreateLogStream", { logGroupName: GROUP, logStreamName: "one" }));
    const exists = "400 ResourceAlreadyExistsException: The specified log stream already exists";
    expect((await Promise.all([create(), create(), create()])).toSorted()).toEqual([
      exists,
      exists,
      "no error",
    ]);
    expect(await create()).toBe(exists);
  });

  test("need their group", async () => {
    await using service = await TestLogsService.open();
    const missing = "400 ResourceNotFoundException: The specified log group does not exist.";
    const stream = { logGroupName: GROUP, logStreamName: "one" };
    expect(await refusal(service.call("CreateLogStream", stream))).toBe(missing);
    expect(await refusal(service.call("DeleteLogStream", stream))).toBe(missing);
    expect(await refusal(service.call("GetLogEvents", stream))).toBe(missing);
    expect(await refusal(service.call("DescribeLogStreams", { logGroupName: GROUP }))).toBe(missing);
    expect(await refusal(service.call("FilterLogEvents", { logGroupName: GROUP }))).toBe(missing);
  });

  test("are found by the name or the ARN of their group, not by both, not by another account's", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "one");
    const describeBy = (input: DescribeLogStreamsRequest): Promise<string> =>
      refusal(service.call("DescribeLogStreams", input));
    const arn = service.groupArn(GROUP);
    expect(await describeBy({ logGroupIdentifier: GROUP })).toBe("no error");
    expect(await describeBy({ logGroupIdentifier: arn })).toBe("no error");
    expect(await describeBy({ logGroupIdentifier: `${arn}:*` })).toBe("no error");
    expect(await describeBy({ logGroupIdentifier: arn.replace("123456789012", "999999999999") })).toBe(
      "400 ResourceNotFoundException: The specified log group does not exist.",
    );
    expect(await describeBy({ logGroupIdentifier: arn, logGroupName: GROUP })).toBe(
      "400 ValidationException: LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    );
    expect(await describeBy({})).toContain("400 InvalidParameterException");
  });

  test("are described with the times of their events", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "a");
    const job = await service.jobStream(GROUP, "b");
    service.at.clock.ms += 10;
    service.at.job(job.streamId, "one\ntwo\n");
    const { logStreams } = await service.call("DescribeLogStreams", { logGroupName: GROUP });
    expect(logStreams).toEqual([
      describedStream("a"),
      {
        ...describedStream("b"),
        firstEventTimestamp: TEST_START_MS + 10,
        lastEventTimestamp: TEST_START_MS + 10,
        lastIngestionTime: TEST_START_MS + 10,
      },
    ]);
  });

  test("are deleted with what they hold", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "one");
    await service.put(GROUP, "one", "old");
    const stream = { logGroupName: GROUP, logStreamName: "one" };
    await service.call("DeleteLogStream", stream);
    expect(await refusal(service.call("GetLogEvents", stream))).toBe(
      "400 ResourceNotFoundException: The specified log stream does not exist.",
    );
    expect(await refusal(service.call("DeleteLogStream", stream))).toContain("does not exist.");
    await service.call("CreateLogStream", stream);
    expect((await service.call("GetLogEvents", stream)).events).toEqual([]);
  });
});

describe("the order of log streams", () => {
  test.each<[input: object, pages: string[][]]>([
    [{}, [["a", "b"], ["c", "d"], ["e"]]],
    [{ descending: true }, [["e", "d"], ["c", "b"], ["a"]]],
    [{ logStreamNamePrefix: "c" }, [["c"]]],
    [{ orderBy: "LastEventTime" }, [["e", "d"], ["b", "c"], ["a"]]],
    [{ orderBy: "LastEventTime", descending: true }, [["a", "c"], ["b", "d"], ["e"]]],
  ])("with %j is held page by page", async (input, expected) => {
    await using service = await fiveStreams();
    expect(await pages(service, { logGroupName: GROUP, limit: 2, ...input })).toEqual(expected);
  });

  test("by last event is that of one moment for a minute, then of a new one", async () => {
    await using service = await fiveStreams();
    const input = { logGroupName: GROUP, orderBy: "LastEventTime", descending: true, limit: 2 } as const;
    const { nextToken } = await service.call("DescribeLogStreams", input);
    service.at.clock.ms += 1_000;
    await service.put(GROUP, "d", "x");
    const second = await service.call("DescribeLogStreams", { ...input, nextToken });
    expect(second.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["b", "d"]);

    service.at.clock.ms += 61_000;
    const later = await service.call("DescribeLogStreams", { ...input, nextToken });
    expect(later.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["b", "e"]);
  });

  test("by last event holds for more streams than are kept in memory", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP);
    const names = Array.from({ length: 5_003 }, (_, index) => `s${String(index).padStart(4, "0")}`);
    for (const name of names) await service.jobStream(GROUP, name);
    service.at.job(`id-5003`, "the last is the first\n");
    const input = { logGroupName: GROUP, orderBy: "LastEventTime", limit: 50 } as const;
    expect((await pages(service, input)).flat()).toEqual(names);
    const newest = await service.call("DescribeLogStreams", { ...input, limit: 1, descending: true });
    expect(newest.logStreams?.[0]?.logStreamName).toBe("s5002");
  });

  test("by last event goes with no prefix", async () => {
    await using service = await fiveStreams();
    const input = { logGroupName: GROUP, orderBy: "LastEventTime", logStreamNamePrefix: "a" } as const;
    expect(await refusal(service.call("DescribeLogStreams", input))).toBe(
      "400 InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.",
    );
  });
});

describe("retention", () => {
  test("is put, shown and taken away", async () => {
    await using service = await TestLogsService.open();
    const policy = { logGroupName: GROUP, retentionInDays: 30 };
    expect(await refusal(service.call("PutRetentionPolicy", policy))).toContain("group does not exist.");
    expect(await refusal(service.call("DeleteRetentionPolicy", policy))).toContain("group does not exist.");
    await service.group(GROUP);
    const shown = async (): Promise<unknown> =>
      (await service.call("DescribeLogGroups", {})).logGroups?.[0]?.retentionInDays;
    expect(await service.call("PutRetentionPolicy", policy)).toEqual({});
    expect(await shown()).toBe(30);
    expect(await service.call("DeleteRetentionPolicy", { logGroupName: GROUP })).toEqual({});
    expect(await shown()).toBeUndefined();
    expect(await refusal(service.call("PutRetentionPolicy", { ...policy, retentionInDays: 2 }))).toBe(
      "400 InvalidParameterException: 1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy " +
        "constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, " +
        "731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]",
    );
  });

  test("hides what is older at once", async () => {
    await using service = await TestLogsService.open();
    await service.group(GROUP, "one");
    await service.put(GROUP, "one", "old");
    service.at.clock.ms += 2 * DAY_MS;
    await service.put(GROUP, "one", "new");
    await service.call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays: 1 });
    const stream = { logGroupName: GROUP, logStreamName: "one" };
    const { events } = await service.call("GetLogEvents", stream);
    const filtered = await service.call("FilterLogEvents", { logGroupName: GROUP, startTime: 1 });
    expect([events, filtered.events].map((all) => all?.map(({ message }) => message))).toEqual([
      ["new"],
      ["new"],
    ]);
  });
});
