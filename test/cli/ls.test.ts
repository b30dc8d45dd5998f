import { describe, expect, test } from "vitest";
import { ARRAY, FAILED_CHILD, ID, JOB, MULTI_NODE, QUEUES } from "./examples.ts";
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
      "ID        NAME                QUEUE    STATUS    AGE  TIME   DETAIL
      0000abcd  train               default  RUNNING   1m   1m01s
      00001111  sh                  default  RUNNABLE  1m   -      3 vCPU are free, i…
      00002222  a-name-that-is-fa…  default  FAILED    1d   2h13m  exit 137, OutOfMem…
      "
    `);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const piped = await runCli(["ls", "--endpoint", aws.url, "--name", "*"]);
    expect(piped.output).toMatchInlineSnapshot(`
      "ID        NAME                                               QUEUE    STATUS    AGE  TIME   DETAIL
      0000abcd  train                                              default  RUNNING   1m   1m01s
      00001111  sh                                                 default  RUNNABLE  1m   -      3 vCPU are free, it asks for 4
      00002222  a-name-that-is-far-longer-than-a-column-should-be  default  FAILED    1d   2h13m  exit 137, OutOfMemoryError: Container killed due to memory usage
      "
    `);
  });

  test("leaves room for what tells reasons of blocked queues apart on a terminal", async () => {
    const statusReason =
      "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement is higher.";
    await using aws = await FakeAws.start({
      describejobqueues: QUEUES,
      listjobs: ok({ jobSummaryList: [{ ...summary, status: "RUNNABLE", statusReason }] }),
    });
    const words = ["ls", "--endpoint", aws.url, "--name", "*"];
    const details = [await runCli(words, { isTerminal: true }), await runCli(words)].map(
      ({ output }) => /-  +(.+)\n$/.exec(output)?.[1],
    );
    expect(details).toEqual(["JOB_RESOURCE_REQUIREMENT - The jo…", statusReason]);
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
        "output": "ID        NAME  QUEUE  STATUS  AGE  TIME  DETAIL
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

  test("says how far arrays are and how many nodes a job has, in 80 columns", async () => {
    const { arrayProperties } = ARRAY;
    const array = { ...summary, jobName: "sweep", status: "PENDING", arrayProperties };
    await using aws = await FakeAws.start({
      describejobqueues: QUEUES,
      listjobs: ok({
        jobSummaryList: [
          array,
          {
            ...array,
            jobId: `${ID.slice(0, -4)}1111`,
            status: "FAILED",
            statusReason: "Array Child Job failed",
          },
          // AWS may leave the counts out.
          { ...array, jobId: `${ID.slice(0, -4)}2222`, arrayProperties: { size: 9 } },
          {
            ...summary,
            jobId: `${ID.slice(0, -4)}3333`,
            status: "RUNNING",
            nodeProperties: { numNodes: 16 },
          },
        ],
      }),
    });
    const { output } = await runCli(["ls", "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "ID        NAME   QUEUE    STATUS   AGE  TIME  DETAIL
      0000abcd  sweep  default  PENDING  1m   -     1/4 ok, 1 failed, 1 running
      00002222  sweep  default  PENDING  1m   -     array of 9
      00003333  sh     default  RUNNING  1m   -     16 nodes
      00001111  sweep  default  FAILED   1m   -     1/4 ok, 1 failed, 1 running
      "
    `);
  });

  test("lists the children of an array by index", async () => {
    const other = { ...FAILED_CHILD, jobId: `${ID}:10`, arrayProperties: { index: 10 } };
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [ARRAY] }),
      listjobs: [ok({ jobSummaryList: [other], nextToken: "t" }), ok({ jobSummaryList: [FAILED_CHILD] })],
    });
    const result = await runCli(["ls", ID, "--status", "failed", "--endpoint", aws.url]);
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "",
        "exitCode": 0,
        "output": "ID           NAME   QUEUE    STATUS  AGE  TIME   DETAIL
      0000abcd:2   sweep  default  FAILED  10m  1m40s  exit 7
      0000abcd:10  sweep  default  FAILED  10m  1m40s  exit 7
      ",
      }
    `);
    const listing = { arrayJobId: ID, jobStatus: "FAILED", maxResults: 1000 };
    expect(aws.inputsOf("listjobs")).toEqual([listing, { ...listing, nextToken: "t" }]);
    const first = await runCli(["ls", ID, "--limit", "1", "--endpoint", aws.url, "--output", "json"]);
    expect(JSON.parse(first.output)).toEqual({
      jobSummaryList: [{ ...FAILED_CHILD, jobQueue: "default" }],
    });
  });

  test("lists the nodes of a multi-node job", async () => {
    const node = { ...summary, status: "RUNNING", startedAt: NOW_MS - 5_000 };
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [MULTI_NODE] }),
      listjobs: ok({
        jobSummaryList: [1, 0].map((nodeIndex) => ({
          ...node,
          jobId: `${ID}#${nodeIndex}`,
          nodeProperties: { nodeIndex, isMainNode: nodeIndex === 0, numNodes: 2 },
        })),
      }),
    });
    const { output } = await runCli(["ls", ID, "--status", "RUNNING", "--endpoint", aws.url]);
    expect(output).toMatchInlineSnapshot(`
      "ID          NAME  QUEUE    STATUS   AGE  TIME  DETAIL
      0000abcd#0  sh    default  RUNNING  1m   5.0s  main node
      0000abcd#1  sh    default  RUNNING  1m   5.0s
      "
    `);
    expect(aws.inputsOf("listjobs")).toEqual([
      { multiNodeJobId: ID, jobStatus: "RUNNING", maxResults: 1000 },
    ]);
  });

  test.each([
    { what: "a single job", argv: [ID], job: JOB },
    { what: "a child", argv: [`${ID}:2`], job: { ...JOB, jobId: `${ID}:2`, arrayProperties: { index: 2 } } },
    { what: "a queue", argv: [ID, "--queue", "q"], job: ARRAY },
    { what: "none of that status", argv: [ID, "--status", "ended"], job: ARRAY },
    { what: "nodes before their time", argv: [ID], job: MULTI_NODE },
  ])("says what to do where there are no children to list: $what", async ({ argv, job }) => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [job] }),
      listjobs: ok({ jobSummaryList: [] }),
    });
    const { errors, exitCode } = await runCli(["ls", ...argv, "--endpoint", aws.url]);
    expect({ errors, exitCode }).toMatchSnapshot();
  });
});
