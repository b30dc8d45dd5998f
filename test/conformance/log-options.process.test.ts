import type { JobDetail, LogConfiguration } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });
let definitionCount = 0;

/** Registers a definition that logs so, and says its name. */
async function register(logConfiguration: LogConfiguration): Promise<string> {
  definitionCount += 1;
  const jobDefinitionName = `logs-${definitionCount}`;
  await used.batch.registerJobDefinition({
    jobDefinitionName,
    type: "container",
    containerProperties: {
      image: "busybox",
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "64" },
      ],
      logConfiguration,
    },
  });
  return jobDefinitionName;
}

async function run(script: string, logConfiguration: LogConfiguration, attempts = 1): Promise<JobDetail> {
  const jobDefinition = await register(logConfiguration);
  return used.jobs.run(script, { jobDefinition, retryStrategy: { attempts } });
}

async function messagesOf(
  { container }: JobDetail,
  logGroupName = "/aws/batch/job",
): Promise<readonly (string | undefined)[]> {
  const logStreamName = container?.logStreamName ?? "";
  const { events = [] } = await used.logs.getLogEvents({ logGroupName, logStreamName, startFromHead: true });
  return events.map(({ message }) => message);
}

describe("awslogs-group", () => {
  const MISSING =
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create " +
    "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. " +
    'Create it, or set awslogs-create-group to "true".';

  test("that is missing fails each attempt, and leaves nothing behind", async () => {
    const job = await run("echo x", { logDriver: "awslogs", options: { "awslogs-group": "/missing" } }, 2);
    expect(job).toMatchObject({ status: "FAILED", statusReason: "Task failed to start" });
    expect(job.attempts?.map(({ container, statusReason }) => [container?.reason, statusReason])).toEqual([
      [MISSING, "Task failed to start"],
      [MISSING, "Task failed to start"],
    ]);
    expect(job.container?.logStreamName).toBeUndefined();
    const { logGroups } = await used.logs.describeLogGroups({ logGroupNamePrefix: "/missing" });
    expect(logGroups).toEqual([]);
  });

  test("is made where awslogs-create-group is true", async () => {
    const options = {
      "awslogs-group": "/made",
      "awslogs-create-group": "true",
      "awslogs-stream-prefix": "p",
    };
    const job = await run("echo x", { logDriver: "awslogs", options });
    expect(job.container?.logStreamName).toMatch(/^p\/default\/[0-9a-f]{32}$/);
    expect(await messagesOf(job, "/made")).toEqual(["x"]);
  });

  test("that is there is written to", async () => {
    await used.logs.createLogGroup({ logGroupName: "/there" });
    const job = await run("echo x", { logDriver: "awslogs", options: { "awslogs-group": "/there" } });
    expect(await messagesOf(job, "/there")).toEqual(["x"]);
  });
});

describe("log options", () => {
  test("that the driver does not know fail the attempt", async () => {
    const job = await run("echo x", { logDriver: "awslogs", options: { "awslogs-gruop": "/typo" } });
    expect(job).toMatchObject({
      status: "FAILED",
      statusReason: "Task failed to start",
      container: {
        reason:
          "CannotCreateContainerError: Error response from daemon: unknown log opt 'awslogs-gruop' for awslogs log driver",
      },
    });
  });

  test("that are not ours to follow are taken", async () => {
    const options = {
      "awslogs-region": "eu-west-1",
      "awslogs-endpoint": "http://x",
      "awslogs-stream": "ignored",
      mode: "non-blocking",
      "max-buffer-size": "4m",
    };
    const job = await run("echo x", { logDriver: "awslogs", options });
    expect(await messagesOf(job)).toEqual(["x"]);
  });

  test("of a pattern that is none are refused at the registration", async () => {
    const options = { "awslogs-multiline-pattern": "^(INFO" };
    expect(await refusalOf(register({ logDriver: "awslogs", options }))).toEqual({
      code: "ClientException",
      status: 400,
      message:
        "containerProperties.logConfiguration.options.awslogs-multiline-pattern must be a regular expression as Go has " +
        "them, got ^(INFO: error parsing regexp: missing closing ): `^(INFO`",
    });
  });

  test("of a driver that needs Docker fail the attempt", async () => {
    const job = await run("echo x", {
      logDriver: "syslog",
      options: { "syslog-address": "udp://127.0.0.1:9" },
    });
    expect(job).toMatchObject({
      status: "FAILED",
      statusReason: "Task failed to start",
      container: {
        reason:
          "CannotStartContainerError: the log driver syslog needs the Docker provider: the process provider writes to awslogs only",
      },
    });
  });
});

describe("events of many lines", () => {
  const PATTERN: LogConfiguration = {
    logDriver: "awslogs",
    options: { "awslogs-multiline-pattern": "^(INFO|ERROR)" },
  };

  test("begin where the pattern matches", async () => {
    const text = "before\nINFO one\nERROR two\n  at a\n\n  at b\nINFO three\nlast";
    const job = await run(`printf '${text.replaceAll("\n", String.raw`\n`)}'`, PATTERN);
    const expected = ["before\n", "INFO one\n", "ERROR two\n  at a\n\n  at b\n", "INFO three\nlast\n"];
    expect(await messagesOf(job)).toEqual(expected);

    const logStreamName = job.container?.logStreamName ?? "";
    const place = { logGroupName: "/aws/batch/job", logStreamName };
    const paged: (string | undefined)[] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await used.logs.getLogEvents({ ...place, limit: 1, nextToken });
      if (page.nextBackwardToken === nextToken) break;
      nextToken = page.nextBackwardToken;
      paged.unshift(...(page.events ?? []).map(({ message }) => message));
    }
    expect(paged).toEqual(expected);

    const { events = [] } = await used.logs.filterLogEvents({
      logGroupName: "/aws/batch/job",
      logStreamNames: [logStreamName],
      filterPattern: '"at b"',
    });
    expect(events.map(({ message }) => message)).toEqual([expected[2]]);
  });

  test("begin with a time where awslogs-datetime-format says how it is written", async () => {
    const options = {
      "awslogs-datetime-format": String.raw`^\[%b %d, %Y %H:%M:%S\]`,
      "awslogs-multiline-pattern": "^not this",
    };
    const script = "echo '[Nov 21, 2026 20:00:01] a'; echo not this; echo '[Nov 21, 2026 20:00:02] b'";
    const job = await run(script, { logDriver: "awslogs", options });
    expect(await messagesOf(job)).toEqual([
      "[Nov 21, 2026 20:00:01] a\nnot this\n",
      "[Nov 21, 2026 20:00:02] b\n",
    ]);
  });

  test("are shown whole while the job runs, the last one after a quiet moment, and stay so", async () => {
    const jobDefinition = await register(PATTERN);
    const script =
      `echo INFO one; echo more; ${used.waitAt("second")}; echo late; echo INFO two; ` +
      `${used.waitAt("third")}; echo end`;
    const jobId = await used.jobs.submit(script, { jobDefinition });
    const { container } = await used.jobs.reached(jobId, "RUNNING");
    const place = {
      logGroupName: "/aws/batch/job",
      logStreamName: container?.logStreamName,
      startFromHead: true,
    };
    let nextToken: string | undefined;
    const next = async () => {
      const page = await used.logs.getLogEvents({ ...place, nextToken });
      nextToken = page.nextForwardToken;
      const messages = (page.events ?? []).map(({ message }) => message);
      return messages.length === 0 ? undefined : messages;
    };
    expect(await waitFor("the first event", next)).toEqual(["INFO one\nmore\n"]);
    used.open("second");
    expect(await waitFor("the line behind the pause", next)).toEqual(["late\n"]);
    expect(await waitFor("the second event", next)).toEqual(["INFO two\n"]);
    used.open("third");
    const job = await used.jobs.ended(jobId);
    expect(await waitFor("the last event", next)).toEqual(["end\n"]);
    expect(await messagesOf(job)).toEqual(["INFO one\nmore\n", "late\n", "INFO two\n", "end\n"]);
  });
});

test("StartLiveTail is refused as not there", async () => {
  const place = { logGroupIdentifiers: ["arn:aws:logs:us-east-1:000000000000:log-group:/aws/batch/job"] };
  const answer = await fetch(used.server.url, {
    method: "POST",
    headers: { "x-amz-target": "Logs_20140328.StartLiveTail" },
    body: JSON.stringify(place),
  });
  expect([answer.status, await answer.json()]).toEqual([
    404,
    {
      __type: "UnknownOperationException",
      message: "There is no operation at / with X-Amz-Target Logs_20140328.StartLiveTail",
    },
  ]);
});
