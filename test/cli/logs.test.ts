import { describe, expect, test } from "vitest";
import { CONTAINER, FAILED_JOB, ID, JOB, logPages } from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

function page(message: string, nextForwardToken: string) {
  return ok({ events: [{ message, timestamp: NOW_MS }], nextForwardToken });
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
});
