import { describe, expect, test } from "vitest";
import {
  ARRAY,
  CONTAINER,
  FAILED_JOB,
  ID,
  JOB,
  logPages,
  MULTI_NODE,
  NODES,
  QUEUES,
  TWO_CONTAINERS,
} from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

function page(message: string, nextForwardToken: string) {
  return ok({ events: [{ message, timestamp: NOW_MS }], nextForwardToken });
}

/** What each stream holds, by the times of its events; there is one page of it. */
function streamsOf(times: Readonly<Record<string, readonly number[]>>) {
  return (input: unknown) => {
    const { logStreamName, nextToken } = input as { logStreamName: string; nextToken?: string };
    const messages = nextToken === undefined ? (times[logStreamName] ?? []) : [];
    const events = messages.map((ms) => ({ message: `at ${ms}`, timestamp: NOW_MS + ms }));
    return ok({ events, nextForwardToken: "end" });
  };
}

describe("logs", () => {
  test("prints the latest attempt, all pages of it", async () => {
    const pages = [
      ok({ events: [{ message: "a", timestamp: NOW_MS }], nextForwardToken: "1" }),
      ok({ events: [], nextForwardToken: "2" }),
      ok({ events: [{ message: "b", timestamp: NOW_MS + 5 }], nextForwardToken: "3" }),
      ok({ events: [], nextForwardToken: "3" }),
    ];
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [FAILED_JOB] }),
      GetLogEvents: pages,
    });
    expect(await runCli(["logs", ID, "--timestamps", "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: this is attempt 2; --attempt shows an earlier one
      ",
        "exitCode": 0,
        "output": "2026-03-01T12:00:00.000Z a
      2026-03-01T12:00:00.005Z b
      ",
      }
    `);
    const place = { logGroupName: "/aws/batch/job", logStreamName: "batchyard-sh/default/two" };
    expect(aws.inputsOf("GetLogEvents")).toEqual([
      { ...place, startFromHead: true },
      ...["1", "2", "3"].map((nextToken) => ({ ...place, nextToken, startFromHead: true })),
    ]);
  });

  test("prints the attempt, the time and the end that are asked for", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [FAILED_JOB] }),
      GetLogEvents: logPages(["x"]),
    });
    const argv = ["logs", ID, "--attempt", "1", "--since", "10m", "--tail", "5", "--output", "json"];
    const { output } = await runCli([...argv, "--endpoint", aws.url]);
    expect(output).toBe(`{"message":"x","timestamp":${NOW_MS}}\n`);
    expect(aws.inputsOf("GetLogEvents")[0]).toEqual({
      logGroupName: "/aws/batch/job",
      logStreamName: "batchyard-sh/default/one",
      startTime: NOW_MS - 600_000,
      limit: 5,
    });
  });

  test("counts attempts that never started, and says which have a log", async () => {
    const [, second] = FAILED_JOB.attempts;
    const unstarted = { stoppedAt: NOW_MS - 400_000, container: { reason: "CannotPullContainerError" } };
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [{ ...FAILED_JOB, attempts: [unstarted, second] }] }),
      GetLogEvents: logPages(["x"]),
    });
    const { output } = await runCli(["logs", ID, "--attempt", "2", "--endpoint", aws.url]);
    expect(output).toBe("x\n");
    expect(await runCli(["logs", ID, "--attempt", "1", "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd has no log of an attempt 1
        There are logs of these: 2. See also \`batchyard describe 0000abcd\`.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });

  test("says of a job that never ran why it has none", async () => {
    const container = { ...CONTAINER, reason: "CannotPullContainerError: no such image" };
    const job = { ...JOB, status: "FAILED", statusReason: "Task failed to start", container };
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [job] }) });
    expect(await runCli(["logs", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd has no log: FAILED before it ran: CannotPullContainerError: no such image
        See \`batchyard describe 0000abcd\`.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });

  test("-f waits for the job, has its requests held, and shows each line once", async () => {
    const running = { ...JOB, status: "RUNNING", startedAt: NOW_MS };
    const withLog = { ...running, container: { ...CONTAINER, logStreamName: "batchyard-sh/default/two" } };
    const ended = { ...FAILED_JOB, attempts: FAILED_JOB.attempts.slice(1) };
    await using aws = await FakeAws.start({
      describejobs: [
        ok({ jobs: [{ ...JOB, status: "RUNNABLE", statusReason: "all vCPUs are taken" }] }),
        ...Array.from({ length: 8 }, () => ok({ jobs: [{ ...JOB, status: "STARTING" }] })),
        ...Array.from({ length: 9 }, () => ok({ jobs: [withLog] })),
        ok({ jobs: [ended] }),
      ],
      GetLogEvents: [
        refusal("The specified log stream does not exist.", "ResourceNotFoundException"),
        page("one", "1"),
        { ...page("two", "2"), headers: { "x-batchyard-waited": "1" } },
        ok({ events: [], nextForwardToken: "2" }),
        page("three", "3"),
        ok({ events: [], nextForwardToken: "3" }),
      ],
    });
    expect(await runCli(["logs", "-f", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: STARTING
      batchyard: 0000abcd FAILED after 3m20s: exit 3
      ",
        "exitCode": 0,
        "output": "one
      two
      three
      ",
      }
    `);
    const asked = aws.requests.filter(({ operation }) => operation === "GetLogEvents");
    expect(asked[0]?.headers["x-batchyard-wait"]).toBe("10");
    expect(asked.at(-1)?.headers["x-batchyard-wait"]).toBeUndefined();
  });

  test("says of an array what to ask for instead", async () => {
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [ARRAY] }) });
    expect(await runCli(["logs", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd is an array: each of its 4 children has a log of its own
        Name one: \`batchyard logs 0000abcd:0\`. \`batchyard ls 0000abcd --status FAILED\` lists those that failed.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });

  test("finds a child by the array's name and its index", async () => {
    const child = { ...FAILED_JOB, jobId: `${ID}:3`, arrayProperties: { index: 3 } };
    await using aws = await FakeAws.start({
      describejobqueues: QUEUES,
      listjobs: ok({ jobSummaryList: [{ jobId: ID, jobName: "sweep", status: "FAILED" }] }),
      describejobs: ok({ jobs: [child] }),
      GetLogEvents: logPages(["x"]),
    });
    const { output } = await runCli(["logs", "sweep:3", "--endpoint", aws.url]);
    expect(output).toBe("x\n");
    expect(aws.inputsOf("describejobs")).toEqual([{ jobs: [`${ID}:3`] }]);
  });

  test("shows the main node of a multi-node job, and says how to see the others", async () => {
    await using aws = await FakeAws.start({
      describejobs: [ok({ jobs: [MULTI_NODE] }), ok({ jobs: NODES.slice(0, 1) })],
      GetLogEvents: logPages(["x"]),
    });
    expect(await runCli(["logs", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: this is the main node, 0; \`batchyard logs 0000abcd#INDEX\` shows another of the 2
      ",
        "exitCode": 0,
        "output": "x
      ",
      }
    `);
    expect(aws.inputsOf("describejobs")).toEqual([{ jobs: [ID] }, { jobs: [`${ID}#0`] }]);
    expect(aws.inputsOf("GetLogEvents")[0]).toMatchObject({ logStreamName: "train/default/node-0" });
  });

  describe("of several containers", () => {
    test("has a name before each line, in the order of time", async () => {
      await using aws = await FakeAws.start({
        describejobs: ok({ jobs: [TWO_CONTAINERS] }),
        GetLogEvents: streamsOf({ "pair/app/one": [1, 4], "pair/proxy/one": [2, 3] }),
      });
      const { output } = await runCli(["logs", ID, "--tail", "3", "--endpoint", aws.url]);
      expect(output).toMatchInlineSnapshot(`
        "app   | at 1
        proxy | at 2
        proxy | at 3
        app   | at 4
        "
      `);
    });

    test("-f shows what is there in the order of time, and goes on until the job has ended", async () => {
      const running = { ...TWO_CONTAINERS, status: "RUNNING", stoppedAt: undefined, attempts: [] };
      await using aws = await FakeAws.start({
        describejobs: [
          ...Array.from({ length: 3 }, () => ok({ jobs: [running] })),
          ok({ jobs: [TWO_CONTAINERS] }),
        ],
        GetLogEvents: streamsOf({ "pair/app/one": [1, 4], "pair/proxy/one": [2, 3] }),
      });
      expect(await runCli(["logs", "-f", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
        {
          "errors": "batchyard: 0000abcd FAILED after 3m20s: exit 137, OutOfMemoryError: too much
        ",
          "exitCode": 0,
          "output": "app   | at 1
        proxy | at 2
        proxy | at 3
        app   | at 4
        ",
        }
      `);
    });

    test("is that of one container if it is named", async () => {
      await using aws = await FakeAws.start({
        describejobs: ok({ jobs: [TWO_CONTAINERS] }),
        GetLogEvents: logPages(["x"]),
      });
      const { output } = await runCli(["logs", ID, "--container", "proxy", "--endpoint", aws.url]);
      expect(output).toBe("x\n");
      expect(aws.inputsOf("GetLogEvents")[0]).toMatchObject({ logStreamName: "pair/proxy/one" });
      expect(await runCli(["logs", ID, "--container", "db", "--endpoint", aws.url])).toMatchInlineSnapshot(`
        {
          "errors": "batchyard: 0000abcd has no container db
          It has these: app, proxy.
        ",
          "exitCode": 1,
          "output": "",
        }
      `);
    });

    test("names the container for programs", async () => {
      await using aws = await FakeAws.start({
        describejobs: ok({ jobs: [TWO_CONTAINERS] }),
        GetLogEvents: logPages(["x"]),
      });
      const argv = ["logs", ID, "--container", "app", "--output", "json", "--endpoint", aws.url];
      const { output } = await runCli(argv);
      expect(JSON.parse(output)).toEqual({ containerName: "app", message: "x", timestamp: NOW_MS });
    });
  });
});
