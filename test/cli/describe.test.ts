import { describe, expect, test } from "vitest";
import {
  ARRAY,
  FAILED_CHILD,
  FAILED_JOB,
  ID,
  JOB,
  MULTI_NODE,
  NODES,
  QUEUES,
  TWO_CONTAINERS,
} from "./examples.ts";
import { FakeAws, ok } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

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

  test("counts the children of an array, and names those that failed", async () => {
    const arrayProperties = { size: 40, statusSummary: { SUCCEEDED: 28, FAILED: 12 } };
    const ended = { ...ARRAY, status: "FAILED", statusReason: "Array Child Job failed", stoppedAt: NOW_MS };
    const children = Array.from({ length: 12 }, (_, index) => ({
      ...FAILED_CHILD,
      jobId: `${ID}:${11 - index}`,
      arrayProperties: { index: 11 - index },
    }));
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [{ ...ended, arrayProperties }] }),
      listjobs: ok({ jobSummaryList: children }),
    });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "sweep  0195515c-0000-4000-8000-00000000abcd
      FAILED after 10m00s: 28/40 ok, 12 failed

      Queue:       default
      Definition:  batchyard-sh:1
      Array:       40 children: 28 SUCCEEDED, 12 FAILED
      Image:       busybox
      Command:     sh -c 'echo '\\''hi'\\''; exit 3'
      Environment: MODE
      Asks for:    1 vCPU, 256 MiB
      Limits:      at most 3 attempts, for each child
      Log:         batchyard logs 0000abcd:INDEX

      Children that failed
        0000abcd:0  exit 7
        0000abcd:1  exit 7
        0000abcd:2  exit 7
        0000abcd:3  exit 7
        0000abcd:4  exit 7
        0000abcd:5  exit 7
        0000abcd:6  exit 7
        0000abcd:7  exit 7
        0000abcd:8  exit 7
        0000abcd:9  exit 7
        and 2 more: batchyard ls 0000abcd --status FAILED

      2026-03-01 (UTC)
        11:50:00  submitted
        12:00:00  FAILED

      What to do next
        Look at a child that failed: \`batchyard ls 0000abcd --status FAILED\` lists
        them.
      "
    `);
    expect(aws.inputsOf("listjobs")).toEqual([{ arrayJobId: ID, jobStatus: "FAILED" }]);
  });

  test("tells of a child whose it is", async () => {
    const child = { ...FAILED_JOB, jobId: `${ID}:2`, arrayProperties: { index: 2 } };
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [child] }) });
    const { output } = await runCli(["describe", `${ID}:2`, "--endpoint", aws.url]);
    expect(output.split("\n").slice(0, 6)).toMatchInlineSnapshot(`
      [
        "sh  0195515c-0000-4000-8000-00000000abcd:2",
        "FAILED after 3m20s: exit 3",
        "",
        "Queue:       default",
        "Definition:  batchyard-sh:1",
        "Belongs to:  the array 0000abcd, as its child 2",
      ]
    `);
  });

  test("tells of each node of a multi-node job", async () => {
    await using aws = await FakeAws.start({
      describejobs: [ok({ jobs: [MULTI_NODE] }), ok({ jobs: NODES.slice(0, 1) })],
    });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "train  0195515c-0000-4000-8000-00000000abcd
      RUNNING for 1m00s

      Queue:       default
      Definition:  batchyard-sh:1
      Nodes:       2, the main one is 0
      Nodes 0-1:   busybox, sh -c 'echo '\\''hi'\\''; exit 3', 1 vCPU, 256 MiB
      Limits:      at most 3 attempts
      Log:         batchyard logs -f 0000abcd  (the main node's; 0000abcd#INDEX for
                   another)

      Nodes
        0000abcd#0  main  RUNNING     10.0.0.4
        0000abcd#1        not placed

      2026-03-01 (UTC)
        11:50:00  submitted
        11:59:00  attempt 1 started, having waited 9m00s
      "
    `);
    expect(aws.inputsOf("describejobs")).toEqual([{ jobs: [ID] }, { jobs: [`${ID}#0`, `${ID}#1`] }]);
  });

  test("tells of each container, and what to do about the one that failed", async () => {
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [TWO_CONTAINERS] }) });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "pair  0195515c-0000-4000-8000-00000000abcd
      FAILED after 3m20s: exit 137, OutOfMemoryError: too much

      Queue:       default
      Definition:  batchyard-sh:1
      app:         busybox, serve, 1 vCPU, 256 MiB
      proxy:       busybox, serve, 1 vCPU, 256 MiB; not essential
      Limits:      at most 3 attempts
      Log:         batchyard logs 0000abcd  (--container NAME for one of them)

      Containers
        app    exit 137  OutOfMemoryError: too much
        proxy  exit 143

      2026-03-01 (UTC)
        11:50:00  submitted
        11:55:00  attempt 1 started, having waited 5m00s
        11:58:20  attempt 1 ended after 3m20s: exit 137, OutOfMemoryError: too much
        11:58:20  FAILED

      What to do next
        It used more memory than it asked for: ask for more with --memory, now 256
        MiB.
      "
    `);
  });

  test("tells what a job waits for", async () => {
    const [first, second] = [`${ID.slice(0, -4)}1111`, `${ID.slice(0, -4)}2222`];
    const dependsOn = [
      { jobId: first },
      { jobId: second, type: "N_TO_N" },
      { jobId: `${ID.slice(0, -4)}3333` },
      { type: "SEQUENTIAL" },
    ];
    const arrayProperties = { size: 4, statusSummary: { PENDING: 4 } };
    await using aws = await FakeAws.start({
      describejobs: [
        ok({ jobs: [{ ...ARRAY, arrayProperties, dependsOn }] }),
        ok({
          jobs: [
            { ...ARRAY, jobId: second },
            { ...FAILED_JOB, jobId: first },
          ],
        }),
      ],
    });
    const { output } = await runCli(["describe", ID, "--endpoint", aws.url], { isTerminal: true });
    expect(output).toMatchInlineSnapshot(`
      "sweep  0195515c-0000-4000-8000-00000000abcd
      PENDING: it waits for 3 other jobs

      Queue:       default
      Definition:  batchyard-sh:1
      Array:       4 children: 4 PENDING
      Image:       busybox
      Command:     sh -c 'echo '\\''hi'\\''; exit 3'
      Environment: MODE
      Asks for:    1 vCPU, 256 MiB
      Limits:      at most 3 attempts, for each child
      Log:         batchyard logs 0000abcd:INDEX

      Waits for
        00001111  sh                  FAILED   exit 3
        00002222  sweep               PENDING  child by child, 1/4 ok, 1 failed, 1
                  running
        00003333  not known any more
        -         itself                       its children, one after the other

      2026-03-01 (UTC)
        11:50:00  submitted
      "
    `);
  });
});
