import { describe, expect, test } from "vitest";
import { ID, QUEUES } from "./examples.ts";
import { FakeAws, ok } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

describe("ls", () => {
  const summary = { jobId: ID, jobName: "sh", createdAt: NOW_MS - 65_000 };

  test("reads well at 80 columns", async () => {
    const answers: Record<string, unknown[]> = {
      RUNNING: [{ ...summary, jobName: "train", startedAt: NOW_MS - 61_000 }],
      RUNNABLE: [
        { ...summary, jobId: `${ID.slice(0, -4)}1111`, statusReason: "3 vCPU are free, it asks for 4" },
      ],
      FAILED: [
        {
          ...summary,
          jobId: `${ID.slice(0, -4)}2222`,
          jobName: "a-name-that-is-far-longer-than-a-column-should-be",
          createdAt: NOW_MS - 90_000_000,
          startedAt: NOW_MS - 80_000_000,
          stoppedAt: NOW_MS - 72_000_000,
          container: { exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
        },
      ],
    };
    const inOrder = ["RUNNING", "STARTING", "RUNNABLE", "PENDING", "SUBMITTED", "SUCCEEDED", "FAILED"];
    await using aws = await FakeAws.start({
      describejobqueues: QUEUES,
      listjobs: ok({
        jobSummaryList: inOrder.flatMap((status) =>
          (answers[status] ?? []).map((job) => ({ ...(job as object), status })),
        ),
      }),
    });
    const { output } = await runCli(["ls", "--endpoint", aws.url, "--name", "*"], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "ID        NAME                QUEUE    STATUS    AGE  TIME   REASON
      0000abcd  train               default  RUNNING   1m   1m01s
      00001111  sh                  default  RUNNABLE  1m   -      3 vCPU are free, i…
      00002222  a-name-that-is-fa…  default  FAILED    1d   2h13m  exit 137, OutOfMem…
      "
    `);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const piped = await runCli(["ls", "--endpoint", aws.url, "--name", "*"]);
    expect(piped.output).toMatchInlineSnapshot(`
      "ID        NAME                                               QUEUE    STATUS    AGE  TIME   REASON
      0000abcd  train                                              default  RUNNING   1m   1m01s
      00001111  sh                                                 default  RUNNABLE  1m   -      3 vCPU are free, it asks for 4
      00002222  a-name-that-is-far-longer-than-a-column-should-be  default  FAILED    1d   2h13m  exit 137, OutOfMemoryError: Container killed due to memory usage
      "
    `);
  });

  test("asks for each queue and status, and tells that there is more", async () => {
    await using aws = await FakeAws.start({
      describejobqueues: [
        ok({ jobQueues: [{ jobQueueName: "a" }], nextToken: "t" }),
        ok({ jobQueues: [{ jobQueueName: "b" }] }),
      ],
      listjobs: ok({ jobSummaryList: [{ ...summary, status: "FAILED" }], nextToken: "more" }),
    });
    const result = await runCli(["ls", "--endpoint", aws.url, "--status", "ended", "--limit", "1"]);
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 1 shown, there are more: --limit, --status, --queue, --name
      ",
        "exitCode": 0,
        "output": "ID        NAME  QUEUE  STATUS  AGE  TIME  REASON
      0000abcd  sh    b      FAILED  1m   -
      ",
      }
    `);
    expect(aws.inputsOf("listjobs")).toEqual(
      ["a", "b"].flatMap((jobQueue) =>
        ["SUCCEEDED", "FAILED"].map((jobStatus) => ({ jobQueue, jobStatus, maxResults: 1 })),
      ),
    );
  });

  test("gives programs AWS's own shape", async () => {
    await using aws = await FakeAws.start({
      listjobs: ok({ jobSummaryList: [{ ...summary, status: "RUNNING" }] }),
    });
    const argv = ["ls", "--endpoint", aws.url, "--queue", "q", "--status", "running", "--output", "json"];
    const { output } = await runCli(argv);
    expect(JSON.parse(output)).toEqual({
      jobSummaryList: [{ ...summary, status: "RUNNING", jobQueue: "q" }],
    });
  });

  test.each([
    [["active"], "no job is active"],
    [["ended"], "no job has ended"],
    [["failed", "--status", "starting"], "no job is FAILED or is STARTING"],
    [["active", "--name", "x"], "no job is like that"],
  ])("says of --status %j that there is none", async (words, text) => {
    await using aws = await FakeAws.start({ describejobqueues: ok({ jobQueues: [] }) });
    const { errors } = await runCli(["ls", "--endpoint", aws.url, "--status", ...words]);
    expect(errors).toBe(`batchyard: ${text}\n`);
  });

  test("says what to do where there is nothing", async () => {
    await using aws = await FakeAws.start({ describejobqueues: ok({ jobQueues: [] }) });
    const { errors } = await runCli(["ls", "--endpoint", aws.url]);
    expect(errors.replace(aws.url, "URL")).toMatchInlineSnapshot(`
      "batchyard: there are no jobs at URL in us-east-1 yet. Run one: batchyard run -- echo hello
      "
    `);
  });
});
