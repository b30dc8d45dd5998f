import { describe, expect, test } from "vitest";
import { ARRAY, FAILED_JOB, ID, JOB, QUEUES } from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

const SUBMISSION = {
  describejobqueues: QUEUES,
  describejobdefinitions: ok({ jobDefinitions: [] }),
  registerjobdefinition: ok({ revision: 1 }),
  submitjob: ok({ jobId: ID, jobName: "sh", jobArn: "arn" }),
};

describe("submit", () => {
  test("makes arrays and dependencies, of jobs that are named as everywhere", async () => {
    const other = `${ID.slice(0, -4)}1111`;
    await using aws = await FakeAws.start({
      ...SUBMISSION,
      listjobs: ok({ jobSummaryList: [{ jobId: other, jobName: "first", status: "RUNNING" }] }),
      describejobs: [ok({ jobs: [{ ...JOB, jobId: other }] }), ok({ jobs: [{ ...JOB, jobId: `${ID}:7` }] })],
    });
    const depends = ["first,type=n_to_n", "type=SEQUENTIAL"].flatMap((text) => ["--depends-on", text]);
    const argv = ["submit", "--array", "10", ...depends, "--endpoint", aws.url, "sh"];
    expect(await runCli(argv)).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd sh (10 times busybox, 1 vCPU, 256 MiB) submitted to default, after first
      batchyard: see how far it is: batchyard ls 0000abcd
      ",
        "exitCode": 0,
        "output": "0195515c-0000-4000-8000-00000000abcd
      ",
      }
    `);
    expect(aws.inputsOf("submitjob")).toMatchObject([
      {
        arrayProperties: { size: 10 },
        dependsOn: [{ jobId: other, type: "N_TO_N" }, { type: "SEQUENTIAL" }],
      },
    ]);
    await runCli(["submit", "--depends-on", `${ID}:7`, "--endpoint", aws.url, "sh"]);
    expect(aws.inputsOf("submitjob").at(-1)).toMatchObject({ dependsOn: [{ jobId: `${ID}:7` }] });
  });

  test("--wait tells how far an array is, and ends with 1 where a child failed", async () => {
    const ended = {
      ...ARRAY,
      status: "FAILED",
      statusReason: "Array Child Job failed",
      stoppedAt: NOW_MS,
      arrayProperties: { size: 4, statusSummary: { SUCCEEDED: 3, FAILED: 1 } },
    };
    await using aws = await FakeAws.start({
      ...SUBMISSION,
      describejobs: [...Array.from({ length: 9 }, () => ok({ jobs: [ARRAY] })), ok({ jobs: [ended] })],
    });
    const argv = ["submit", "--wait", "--array", "4", "--endpoint", aws.url, "sh"];
    expect(await runCli(argv)).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd sh (4 times busybox, 1 vCPU, 256 MiB) submitted to default
      batchyard: PENDING: 1/4 ok, 1 failed, 1 running
      batchyard: 0000abcd FAILED after 10m00s: 3/4 ok, 1 failed
      batchyard: see why: batchyard describe 0000abcd
      ",
        "exitCode": 1,
        "output": "0195515c-0000-4000-8000-00000000abcd
      ",
      }
    `);
  });

  test("--wait ends with the job's exit code, and describes it for programs", async () => {
    await using aws = await FakeAws.start({ ...SUBMISSION, describejobs: ok({ jobs: [FAILED_JOB] }) });
    const argv = ["submit", "--wait", "--output", "json", "--endpoint", aws.url, "sh"];
    const { exitCode, output } = await runCli(argv);
    expect([exitCode, JSON.parse(output)]).toEqual([3, { jobs: [FAILED_JOB] }]);
  });

  test("--wait tells its own failures from the job's", async () => {
    const waiting = await runCli(["submit", "--wait", "--endpoint", "http://127.0.0.1:1", "sh"]);
    const wrong = await runCli(["submit", "--wait", "--memory", "lots", "sh"]);
    const ofCommand = await runCli(["submit", "--memory", "lots", "--", "sh", "--wait"]);
    expect([waiting.exitCode, wrong.exitCode, ofCommand.exitCode]).toEqual([125, 125, 2]);
  });

  test.each([
    { said: "No parameter found for reference who", options: ["--definition", "d"] },
    {
      said: "containerOverrides.resourceRequirements VCPU must be a whole number",
      options: ["--definition", "d", "--vcpus", "0.5"],
    },
    { said: "resourceRequirements MEMORY is too much", options: ["--memory", "900g"] },
    { said: "Container overrides should not be set for multinode jobs.", options: ["--definition", "d"] },
    { said: "arrayProperties must be absent for multi-node parallel jobs", options: ["--array", "3"] },
    { said: "dependsOn must have at most 20 entries, got 21", options: [] },
  ])("says which option is to be changed: $said", async ({ said, options }) => {
    await using aws = await FakeAws.start({ ...SUBMISSION, submitjob: refusal(said) });
    const { errors } = await runCli(["submit", ...options, "--endpoint", aws.url, "sh"]);
    expect(errors).toMatchSnapshot();
  });

  test.each([
    { argv: ["--vcpus", "0.5"] },
    { argv: ["--depends-on", "abcd,type=N_TO_N"] },
    { argv: ["--depends-on", "type=SEQUENTIAL"] },
    { argv: ["--depends-on", "type=N_TO_N"] },
    { argv: ["--depends-on", "abcd,type=OTHER"] },
    { argv: ["--array", "1"] },
  ])("refuses what no service would take: $argv", async ({ argv }) => {
    expect(await runCli(["submit", ...argv, "sh"])).toMatchSnapshot();
  });
});
