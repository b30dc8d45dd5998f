import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { ARRAY, FAILED_JOB, ID, MULTI_NODE, NODES } from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

const { startedAt: _startedAt, stoppedAt: _stoppedAt, attempts: _attempts, ...NEVER_STARTED } = FAILED_JOB;
const WAITING = { ...NEVER_STARTED, status: "RUNNABLE", statusReason: undefined, container: { vcpus: 1 } };

const EXPLAINED = {
  jobName: "sh",
  jobId: ID,
  status: "RUNNABLE",
  because: "behind-others",
  isImpossible: true,
  sentence:
    "12 jobs go before it in the queue q. At the head is job 4711, which waits for room on the host. It can never " +
    "start as things are. It needs 4 vCPU and 32,000 MiB. No instance type of ce-a is large enough: the nearest, " +
    "r5.xlarge, gives 31,431 MiB.",
  jobQueue: "q",
  environments: [
    {
      sentence: "No instance type of ce-a is large enough: the nearest, r5.xlarge, gives 31,431 MiB.",
    },
    { sentence: "ce-b is DISABLED." },
  ],
  remedies: [
    { sentence: "Give ce-a an instance type with 4 vCPU and 32,000 MiB for jobs." },
    { sentence: "Enable ce-b." },
  ],
};
const EXPLAIN = `/batchyard/explain?jobId=${ID}`;

describe("why", () => {
  test("tells why a job waits, and what would start it", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [WAITING] }),
      [EXPLAIN]: ok(EXPLAINED),
    });
    const { output, exitCode } = await runCli(["why", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(exitCode).toBe(0);
    expect(output).toMatchInlineSnapshot(`
      "sh  0195515c-0000-4000-8000-00000000abcd
      RUNNABLE: 12 jobs go before it in the queue q. At the head is job 4711, which
                waits for room on the host. It can never start as things are. It needs
                4 vCPU and 32,000 MiB. No instance type of ce-a is large enough: the
                nearest, r5.xlarge, gives 31,431 MiB.

      Compute environments
        ce-b is DISABLED.

      What would help
        Give ce-a an instance type with 4 vCPU and 32,000 MiB for jobs.
        Enable ce-b.
      "
    `);
  });

  test("of a job that does not wait says where more of it is told", async () => {
    const sentence = "It does not wait: it is FAILED.";
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [FAILED_JOB] }),
      [EXPLAIN]: ok({ jobName: "sh", jobId: ID, status: "FAILED", because: "not-waiting", sentence }),
    });
    const { output } = await runCli(["why", ID, "--endpoint", aws.url]);
    expect(output).toBe(`sh  ${ID}\nFAILED: ${sentence} More: batchyard describe 0000abcd\n`);
  });

  test("gives programs all of it", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [WAITING] }),
      [EXPLAIN]: ok(EXPLAINED),
    });
    const { output } = await runCli(["why", ID, "--endpoint", aws.url, "--output", "json"]);
    expect(JSON.parse(output)).toEqual(EXPLAINED);
  });

  test("tells of an instance when it came, and why it went", async () => {
    const instanceId = "i-0a1b2c3d4e5f60718";
    const told = { instanceId, sentence: "It is a c5.large that ce launched at noon. It went at one: idle." };
    await using aws = await FakeAws.start({ [`/batchyard/instance?instanceId=${instanceId}`]: ok(told) });
    const { output } = await runCli(["why", instanceId, "--endpoint", aws.url]);
    expect(output).toBe(`${instanceId}\n${told.sentence}\n`);
    const json = await runCli(["why", instanceId, "--endpoint", aws.url, "--output", "json"]);
    expect(JSON.parse(json.output)).toEqual(told);
  });

  test.each(["i-unknown", "i-0a1b2c3d"])("says of %s that no instance is called so", async (reference) => {
    await using aws = await FakeAws.start({ describejobqueues: ok({ jobQueues: [] }) });
    const { errors, exitCode } = await runCli(["why", reference, "--endpoint", aws.url]);
    expect([exitCode, errors]).toEqual([
      1,
      `batchyard: no instance and no job ${reference} was found at ${aws.url} in the region us-east-1\n` +
        "  An instance has i- and 17 hexadecimal digits: `batchyard top` shows those that are there.\n",
    ]);
  });

  test("finds a job that is called as instances are", async () => {
    const queue = { jobQueueName: "q", jobQueueArn: "arn:q" };
    await using aws = await FakeAws.start({
      describejobqueues: ok({ jobQueues: [queue] }),
      listjobs: ok({ jobSummaryList: [{ jobId: ID, jobName: "i-mage", status: "RUNNABLE" }] }),
      describejobs: ok({ jobs: [WAITING] }),
      [EXPLAIN]: ok(EXPLAINED),
    });
    const { output } = await runCli(["why", "i-mage", "--endpoint", aws.url]);
    expect(output.split("\n").at(0)).toBe(`sh  ${ID}`);
  });

  test("describe shows the sentence, too", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [WAITING] }),
      [EXPLAIN]: ok({ ...EXPLAINED, sentence: "It is next in the queue q." }),
    });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url]);
    expect(output.split("\n").at(1)).toBe(
      "RUNNABLE: It is next in the queue q. More: batchyard why 0000abcd",
    );
  });
});

describe("plan", () => {
  const PLAN = "/batchyard/plan";
  const PLANNED = {
    ...EXPLAINED,
    because: "placeable",
    isImpossible: false,
    sentence: "Nothing is in its way. ce-b has room for it.",
    environments: [{ sentence: "ce-b has room for it." }],
    remedies: [],
  };

  test("tells where a job like another would run, asking for as much", async () => {
    const container = { resourceRequirements: [{ type: "VCPU", value: "2" }] };
    const job = { ...ARRAY, container, shareIdentifier: "a", schedulingPriority: 3 };
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [job] }), [PLAN]: ok(PLANNED) });
    const { output } = await runCli(["plan", "--like", ID, "--endpoint", aws.url]);
    expect(output).toMatchInlineSnapshot(`
      "sh would start now in the queue q
      Nothing is in its way. ce-b has room for it.
      "
    `);
    expect(aws.inputsOf(PLAN)).toEqual([
      {
        jobName: ARRAY.jobName,
        jobQueue: ARRAY.jobQueue,
        jobDefinition: ARRAY.jobDefinition,
        shareIdentifier: "a",
        schedulingPriorityOverride: 3,
        arrayProperties: { size: 4 },
        containerOverrides: container,
      },
    ]);
  });

  test("takes the nodes of a multi-node job", async () => {
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [MULTI_NODE] }), [PLAN]: ok(PLANNED) });
    await runCli(["plan", "--like", ID, "--endpoint", aws.url]);
    expect(aws.inputsOf(PLAN)).toMatchObject([
      { nodeOverrides: { numNodes: 2, nodePropertyOverrides: [{ targetNodes: "0:" }] } },
    ]);
  });

  test("plans no node of a multi-node job by itself", async () => {
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [NODES[1]] }) });
    const { exitCode, errors } = await runCli(["plan", "--like", `${ID}#1`, "--endpoint", aws.url]);
    expect({ exitCode, errors }).toEqual({
      exitCode: 2,
      errors:
        "batchyard: a node does not run by itself\n" +
        `  Plan the job that it is a node of: \`batchyard plan --like ${ID}\`.\n`,
    });
  });

  test("reads a submission from a file and from standard input", async () => {
    const input = JSON.stringify({ jobName: "a" });
    using folder = temporaryFolder();
    const path = join(folder.path, "job.json");
    writeFileSync(path, input);
    await using aws = await FakeAws.start({ [PLAN]: ok({ ...PLANNED, because: "environments-full" }) });
    const fromFile = await runCli(["plan", path, "--endpoint", aws.url]);
    await runCli(["plan", "-", "--endpoint", aws.url], { input });
    expect(aws.inputsOf(PLAN)).toEqual([{ jobName: "a" }, { jobName: "a" }]);
    expect(fromFile.output.split("\n").at(0)).toBe("sh would wait in the queue q");
  });

  test.each([
    [[], {}, 2, "batchyard: which job to plan is not said\n  Give either a file or --like JOB.\n"],
    [
      ["-", "--like", "a"],
      {},
      2,
      "batchyard: one job is planned at a time\n  Give either a file or --like JOB.\n",
    ],
    [["-"], { input: "[" }, 1, expect.stringContaining("the job is not JSON")],
    [["-"], { input: "7" }, 1, expect.stringContaining("the job is not a JSON object")],
    [["/nowhere/job.json"], {}, 1, expect.stringContaining("/nowhere/job.json cannot be read")],
  ])("refuses %j", async (words, options, exitCode, errors) => {
    const result = await runCli(["plan", ...words, "--endpoint", "http://127.0.0.1:9"], options);
    expect(result).toEqual({ exitCode, errors, output: "" });
  });

  test("is no question to AWS", async () => {
    const result = await runCli(["top", "--endpoint", "https://batch.us-east-1.amazonaws.com"], {
      environment: { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
    });
    expect(result.errors).toContain("AWS does not say how it schedules");
  });
});

describe("reclaim", () => {
  const RECLAIM = "/batchyard/reclaim";

  test("gives an instance its notice", async () => {
    const answer = { instanceId: "i-1", atMs: NOW_MS + 120_000, attemptCount: 2 };
    await using aws = await FakeAws.start({ [RECLAIM]: ok(answer) });
    const { output } = await runCli(["reclaim", "i-1", "--notice", "2m", "--endpoint", aws.url]);
    expect(output).toBe("i-1 goes in 2m00s: 2 attempts end with it\n");
    expect(aws.inputsOf(RECLAIM)).toEqual([{ instanceId: "i-1", noticeSeconds: 120 }]);
  });

  test("says what the server refuses", async () => {
    await using aws = await FakeAws.start({ [RECLAIM]: refusal("Instance i-1 not found.", undefined, 404) });
    const { errors, exitCode } = await runCli(["reclaim", "i-1", "--endpoint", aws.url]);
    expect([exitCode, errors]).toEqual([
      1,
      "batchyard: Instance i-1 not found.\n" +
        "  `batchyard top` shows the instances that are there, and which of them are Spot capacity.\n",
    ]);
  });
});
