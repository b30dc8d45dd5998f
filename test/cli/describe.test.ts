import { describe, expect, test } from "vitest";
import { FAILED_JOB, ID, JOB, QUEUES } from "./examples.ts";
import { FakeAws, ok } from "./fake-aws.ts";
import { runCli } from "./run-cli.ts";

describe("describe", () => {
  test("tells the story of a job that failed", async () => {
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [FAILED_JOB] }) });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "sh  0195515c-0000-4000-8000-00000000abcd
      FAILED after 3m20s: exit 3

      Queue:       default
      Definition:  batchyard-sh:1
      Image:       busybox
      Command:     sh -c 'echo '\\''hi'\\''; exit 3'
      Environment: MODE
      Asks for:    1 vCPU, 256 MiB
      Limits:      at most 3 attempts
      Log:         batchyard logs 0000abcd  (/aws/batch/job: batchyard-sh/default/two)

      2026-03-01 (UTC)
        11:50:00  submitted
        11:50:10  attempt 1 started, having waited 10s
        11:53:20  attempt 1 ended after 3m10s: exit 137, OutOfMemoryError: Container
                  killed due to memory usage; it is tried again
        11:55:00  attempt 2 started, having waited 1m40s
        11:58:20  attempt 2 ended after 3m20s: exit 3
        11:58:20  FAILED

      What to do next
        The command ended itself with 3; its log says why: \`batchyard logs 0000abcd\`.
      "
    `);
  });

  test("tells of one that waits why, and what would help", async () => {
    const statusReason =
      "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.";
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [{ ...JOB, status: "RUNNABLE", statusReason }] }),
    });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "sh  0195515c-0000-4000-8000-00000000abcd
      RUNNABLE: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource
                requirement (vCPU/memory/GPU) is higher than that can be met by the
                CE(s) attached to the job queue.

      Queue:       default
      Definition:  batchyard-sh:1
      Image:       busybox
      Command:     sh -c 'echo '\\''hi'\\''; exit 3'
      Environment: MODE
      Asks for:    1 vCPU, 256 MiB
      Limits:      at most 3 attempts

      2026-03-01 (UTC)
        11:50:00  submitted

      What to do next
        It will not start like this: ask for less, or change the queue's compute
                                     environments.
      "
    `);
  });

  test("finds jobs by the beginning and the end of their ids, and by name", async () => {
    await using aws = await FakeAws.start({
      describejobqueues: QUEUES,
      listjobs: ok({ jobSummaryList: [{ jobId: ID, jobName: "cafe", status: "RUNNING" }] }),
      describejobs: ok({ jobs: [FAILED_JOB] }),
    });
    for (const reference of ["0195515c", "abcd", "cafe"]) {
      await runCli(["describe", reference, "--endpoint", aws.url]);
    }
    expect(aws.inputsOf("describejobs")).toEqual([{ jobs: [ID] }, { jobs: [ID] }, { jobs: [ID] }]);
  });

  test("lists the jobs that a name stands for", async () => {
    const other = `${ID.slice(0, -4)}ffff`;
    const jobSummaryList = [
      { jobId: ID, jobName: "sh", status: "RUNNING", createdAt: 2 },
      { jobId: other, jobName: "sh", status: "FAILED", createdAt: 1 },
    ];
    await using aws = await FakeAws.start({ describejobqueues: QUEUES, listjobs: ok({ jobSummaryList }) });
    expect(await runCli(["describe", "sh", "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: sh stands for 2 jobs, the newest first:
        0195515c-0000-4000-8000-00000000abcd  sh  RUNNING
        0195515c-0000-4000-8000-00000000ffff  sh  FAILED
        Give the id of one of them.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });
});
