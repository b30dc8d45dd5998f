import { existsSync } from "node:fs";
import type { FilterLogEventsCommandInput, OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { JobDetail } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });
const GROUP = "/aws/batch/job";
const LOGS = "arn:aws:logs:us-east-1:000000000000:log-group";
/** The longest line that stays one event: 256 KiB less what CloudWatch Logs counts for each. */
const LINE_BYTES_MAX = 262_118;

/** The events from the stream's head on, page by page, until the token stays the same. */
async function readStream(logStreamName: string, limit?: number): Promise<OutputLogEvent[]> {
  const events: OutputLogEvent[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await used.logs.getLogEvents({
      logGroupName: GROUP,
      logStreamName,
      startFromHead: true,
      limit,
      nextToken,
    });
    events.push(...(page.events ?? []));
    if (page.nextForwardToken === nextToken) return events;
    nextToken = page.nextForwardToken;
  }
}

function streamOf({ container }: JobDetail): string {
  return container?.logStreamName ?? "";
}

async function linesOf(job: JobDetail, limit?: number): Promise<readonly (string | undefined)[]> {
  return (await readStream(streamOf(job), limit)).map(({ message }) => message);
}

/** Messages of the events that are found, sorted. */
async function find(input: Partial<FilterLogEventsCommandInput>): Promise<readonly string[]> {
  const { events = [] } = await used.logs.filterLogEvents({ logGroupName: GROUP, ...input });
  return events.map(({ message = "" }) => message).sort();
}

function refused(code: string, message: string) {
  return { code, status: 400, message };
}

describe("the log of a job", () => {
  test("has what it wrote to both outputs, a line an event, stamped while it ran", async () => {
    const job = await used.jobs.run("echo one; echo two >&2; echo; echo '  three '");
    const events = await readStream(streamOf(job));
    expect(events.map(({ message }) => message)).toEqual(["one", "two", "  three "]);
    const { startedAt = 0, stoppedAt = 0 } = job;
    for (const { timestamp = 0, ingestionTime = 0 } of events) {
      expect(timestamp).toBeGreaterThanOrEqual(startedAt - 1_000);
      expect(timestamp).toBeLessThanOrEqual(stoppedAt + 1_000);
      expect(ingestionTime).toBeGreaterThanOrEqual(timestamp);
    }
  });

  test("is in a stream named after the definition and the task, in the group /aws/batch/job", async () => {
    const job = await used.jobs.run("echo x");
    const logStreamName = `shell/default/${job.container?.taskArn?.split("/").at(-1)}`;
    const { logGroups } = await used.logs.describeLogGroups({ logGroupNamePrefix: GROUP });
    expect(logGroups).toMatchObject([{ logGroupName: GROUP, arn: `${LOGS}:${GROUP}:*` }]);
    const { logStreams } = await used.logs.describeLogStreams({
      logGroupName: GROUP,
      logStreamNamePrefix: logStreamName,
    });
    expect(logStreams).toMatchObject([
      {
        logStreamName,
        arn: `${LOGS}:${GROUP}:log-stream:${logStreamName}`,
        storedBytes: 0,
        creationTime: job.startedAt,
      },
    ]);
  });

  test("can be followed while the job runs, from where the last page ended", async () => {
    const written = used.path("half-written");
    const script =
      `echo first; ${used.waitAt("half")}; printf sec; echo >'${written}'; ` +
      `${used.waitAt("rest")}; echo ond; echo third`;
    const jobId = await used.jobs.submit(script);
    const job = await used.jobs.reached(jobId, "RUNNING");
    const place = { logGroupName: GROUP, logStreamName: streamOf(job), startFromHead: true };
    let nextToken: string | undefined;
    const nextLines = async () => {
      const page = await used.logs.getLogEvents({ ...place, nextToken });
      nextToken = page.nextForwardToken;
      const lines = (page.events ?? []).map(({ message }) => message);
      return lines.length > 0 ? lines : undefined;
    };
    expect(await waitFor("the first line", nextLines)).toEqual(["first"]);
    const token = nextToken;
    used.open("half");
    await waitFor("half a line", async () => (existsSync(written) ? true : undefined));
    expect(await nextLines()).toBeUndefined();
    expect(nextToken).toBe(token);
    used.open("rest");
    const followed: (string | undefined)[] = [];
    await waitFor("the other lines", async () => {
      followed.push(...((await nextLines()) ?? []));
      return followed.length >= 2 ? true : undefined;
    });
    expect(followed).toEqual(["second", "third"]);
    await used.jobs.ended(jobId);
    expect(await linesOf(job)).toEqual(["first", "second", "third"]);
  });

  test("gives lines whole wherever their bytes were split, the last one without a newline", async () => {
    const script = `for part in 'Gr\\303' '\\274' 'n' 'e W\\303\\244lder\\n' 'no newline'; do printf "$part"; sleep 0.01; done`;
    expect(await linesOf(await used.jobs.run(script))).toEqual(["Grüne Wälder", "no newline"]);
  });

  test("takes any bytes", async () => {
    const script = `printf 'a\\000b\\377\\376c\\033[1m\\n'; head -c 5000 /dev/urandom; printf '\\nafter\\n'`;
    const lines = await linesOf(await used.jobs.run(script));
    expect(lines[0]).toBe("a\0b\uFFFD\uFFFDc\u001B[1m");
    expect(lines.at(-1)).toBe("after");
  });

  test("cuts an endless line into events of at most 256 KiB, and loses nothing of it", async () => {
    const script = "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after";
    const lines = await linesOf(await used.jobs.run(script));
    expect(lines.at(-1)).toBe("after");
    const pieces = lines.slice(0, -1);
    expect(pieces.join("")).toBe("x".repeat(1_000_000));
    expect(pieces.every((piece = "") => piece.length <= LINE_BYTES_MAX)).toBe(true);
    expect(pieces.length).toBeLessThanOrEqual(6);
  });

  test("is read page by page in both directions, each event once", async () => {
    const job = await used.jobs.run("for i in 1 2 3 4 5 6 7; do echo line $i; done");
    const wanted = ["1", "2", "3", "4", "5", "6", "7"].map((number) => `line ${number}`);
    expect(await linesOf(job, 3)).toEqual(wanted);

    const place = { logGroupName: GROUP, logStreamName: streamOf(job), limit: 3 };
    const pages: (string | undefined)[][] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await used.logs.getLogEvents({ ...place, nextToken });
      if (page.nextBackwardToken === nextToken) break;
      pages.push((page.events ?? []).map(({ message }) => message));
      nextToken = page.nextBackwardToken;
    }
    expect(pages.filter((page) => page.length > 0)).toEqual([
      wanted.slice(4),
      wanted.slice(1, 4),
      wanted.slice(0, 1),
    ]);
  });

  test("is one for each attempt", async () => {
    const job = await used.jobs.run(
      'echo "attempt $AWS_BATCH_JOB_ATTEMPT"; test "$AWS_BATCH_JOB_ATTEMPT" = 2',
      {
        retryStrategy: { attempts: 2 },
      },
    );
    const streams = (job.attempts ?? []).map(({ container }) => container?.logStreamName ?? "");
    const lines = [];
    for (const stream of streams) lines.push((await readStream(stream)).map(({ message }) => message));
    expect(lines).toEqual([["attempt 1"], ["attempt 2"]]);
  });

  test("goes to the group and the prefix that awslogs names", async () => {
    await used.batch.registerJobDefinition({
      jobDefinitionName: "elsewhere",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: ["echo", "elsewhere"],
        vcpus: 1,
        memory: 64,
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "/my/group",
            "awslogs-create-group": "true",
            "awslogs-stream-prefix": "mine",
          },
        },
      },
    });
    const { jobId = "" } = await used.batch.submitJob({
      jobName: "job",
      jobQueue: "default",
      jobDefinition: "elsewhere",
    });
    const logStreamName = streamOf(await used.jobs.ended(jobId));
    expect(logStreamName).toMatch(/^mine\/default\/[0-9a-f]{32}$/);
    const { events } = await used.logs.getLogEvents({ logGroupName: "/my/group", logStreamName });
    expect(events?.map(({ message }) => message)).toEqual(["elsewhere"]);
  });

  test("takes no events of clients", async () => {
    const logStreamName = streamOf(await used.jobs.run("echo x"));
    const logEvents = [{ timestamp: Date.now(), message: "y" }];
    const put = used.logs.putLogEvents({ logGroupName: GROUP, logStreamName, logEvents });
    expect((await refusalOf(put)).code).toBe("InvalidParameterException");
  });
});

describe("FilterLogEvents", () => {
  test("finds over all streams, by term, by stream and by time", async () => {
    const scripts = ["echo needle a; echo hay", "echo hay; echo needle b", "echo hay"];
    const jobs = await Promise.all(scripts.map((script) => used.jobs.run(script)));
    const streams = jobs.map(streamOf);
    expect(await find({ filterPattern: "needle" })).toEqual(["needle a", "needle b"]);
    expect(await find({ filterPattern: "needle -b" })).toEqual(["needle a"]);
    expect(await find({ logStreamNames: [streams[1] ?? ""] })).toEqual(["hay", "needle b"]);
    expect(await find({ logStreamNamePrefix: streams[0], filterPattern: "hay" })).toEqual(["hay"]);
    expect(await find({ filterPattern: "needle", endTime: 1 })).toEqual([]);
    expect(await find({ filterPattern: "needle", startTime: Date.now() + 1_000 })).toEqual([]);
  });
});

describe("log groups and streams of clients", () => {
  test("are made, written, read and deleted", async () => {
    const { logs } = used;
    const logGroupName = "client-group";
    const place = { logGroupName, logStreamName: "stream" };
    await logs.createLogGroup({ logGroupName });
    await logs.createLogStream(place);
    const nowMs = Date.now();
    const logEvents = [
      { timestamp: nowMs - 2, message: "one\ntwo" },
      { timestamp: nowMs - 1, message: "Grüße 🚀" },
    ];
    await logs.putLogEvents({ ...place, logEvents });
    const { events } = await logs.getLogEvents({ ...place, startFromHead: true });
    expect(events?.map(({ timestamp, message }) => ({ timestamp, message }))).toEqual(logEvents);

    await logs.putRetentionPolicy({ logGroupName, retentionInDays: 7 });
    const retentionOf = async () => {
      const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
      return logGroups.map(({ retentionInDays }) => retentionInDays);
    };
    expect(await retentionOf()).toEqual([7]);
    await logs.deleteRetentionPolicy({ logGroupName });
    expect(await retentionOf()).toEqual([undefined]);

    await logs.deleteLogGroup({ logGroupName });
    expect(await refusalOf(logs.getLogEvents(place))).toEqual(
      refused("ResourceNotFoundException", "The specified log group does not exist."),
    );
  });

  test("are refused in AWS's words", async () => {
    const { logs } = used;
    const logGroupName = "words";
    const place = { logGroupName, logStreamName: "there" };
    await logs.createLogGroup({ logGroupName });
    await logs.createLogStream(place);
    const exists = "ResourceAlreadyExistsException";
    expect(await refusalOf(logs.createLogGroup({ logGroupName }))).toEqual(
      refused(exists, "The specified log group already exists"),
    );
    expect(await refusalOf(logs.createLogStream(place))).toEqual(
      refused(exists, "The specified log stream already exists"),
    );
    const missing = { logGroupName, logStreamName: "missing" };
    expect(await refusalOf(logs.getLogEvents(missing))).toEqual(
      refused("ResourceNotFoundException", "The specified log stream does not exist."),
    );
    const nowMs = Date.now();
    const logEvents = [
      { timestamp: nowMs, message: "late" },
      { timestamp: nowMs - 1, message: "early" },
    ];
    expect(await refusalOf(logs.putLogEvents({ ...place, logEvents }))).toEqual(
      refused(
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
      ),
    );
    expect(await refusalOf(logs.putRetentionPolicy({ logGroupName, retentionInDays: 2 }))).toMatchObject({
      code: "InvalidParameterException",
      status: 400,
    });
  });

  test("are listed in pages", async () => {
    const names = ["paged-1", "paged-2", "paged-3"];
    for (const logGroupName of names) await used.logs.createLogGroup({ logGroupName });
    const listed: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await used.logs.describeLogGroups({ logGroupNamePrefix: "paged", limit: 2, nextToken });
      listed.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(listed).toEqual(names);
  });
});
