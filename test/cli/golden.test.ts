import { describe, expect, test } from "vitest";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

const QUEUE_ARN = "arn:aws:batch:us-east-1:000000000000:job-queue/default";
const DEFINITION_ARN = "arn:aws:batch:us-east-1:000000000000:job-definition/batchyard-sh:1";
const QUEUES = ok({ jobQueues: [{ jobQueueName: "default" }] });
const ID = "0195515c-0000-4000-8000-00000000abcd";

const CONTAINER = {
  image: "busybox",
  command: ["sh", "-c", "echo 'hi'; exit 3"],
  environment: [{ name: "MODE", value: "fast" }],
  resourceRequirements: [
    { type: "VCPU", value: "1" },
    { type: "MEMORY", value: "256" },
  ],
};

const JOB = {
  jobId: ID,
  jobName: "sh",
  jobQueue: QUEUE_ARN,
  jobDefinition: DEFINITION_ARN,
  createdAt: NOW_MS - 600_000,
  retryStrategy: { attempts: 3 },
  container: CONTAINER,
  attempts: [],
};

const FAILED_JOB = {
  ...JOB,
  status: "FAILED",
  statusReason: "Essential container in task exited",
  startedAt: NOW_MS - 300_000,
  stoppedAt: NOW_MS - 100_000,
  container: { ...CONTAINER, exitCode: 3, logStreamName: "batchyard-sh/default/two" },
  attempts: [
    {
      startedAt: NOW_MS - 590_000,
      stoppedAt: NOW_MS - 400_000,
      statusReason: "Essential container in task exited",
      container: {
        exitCode: 137,
        reason: "OutOfMemoryError: Container killed due to memory usage",
        logStreamName: "batchyard-sh/default/one",
      },
    },
    {
      startedAt: NOW_MS - 300_000,
      stoppedAt: NOW_MS - 100_000,
      statusReason: "Essential container in task exited",
      container: { exitCode: 3, logStreamName: "batchyard-sh/default/two" },
    },
  ],
};

/** A page of events, and one that says that there are no more. */
function logPages(messages: readonly string[]) {
  const events = messages.map((message, index) => ({ message, timestamp: NOW_MS + index }));
  return [ok({ events, nextForwardToken: "f/1" }), ok({ events: [], nextForwardToken: "f/1" })];
}

describe("run", () => {
  const submission = {
    describejobqueues: QUEUES,
    describejobdefinitions: ok({ jobDefinitions: [] }),
    registerjobdefinition: ok({ revision: 1 }),
    submitjob: ok({ jobId: ID, jobName: "sh", jobArn: "arn" }),
  };

  test("shows where the job waits, its output, and how it ended, and ends with its exit code", async () => {
    const waiting = ok({ jobs: [{ ...JOB, status: "RUNNABLE" }] });
    await using aws = await FakeAws.start({
      ...submission,
      describejobs: [...Array.from({ length: 9 }, () => waiting), ok({ jobs: [FAILED_JOB] })],
      listjobs: ok({ jobSummaryList: [{ createdAt: 1 }, { createdAt: 2 }, { createdAt: NOW_MS }] }),
      GetLogEvents: [...logPages(["one"]), ...logPages(["hi"])],
    });
    const result = await runCli(["run", "--endpoint", aws.url, "--retries", "2", "--", "sh", "-c", "x"]);
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd sh (busybox, 1 vCPU, 256 MiB) submitted to default
      batchyard: RUNNABLE: 2 jobs are ahead in the queue default
      batchyard: attempt 1 ended (exit 137, OutOfMemoryError: Container killed due to memory usage); attempt 2 of 3 follows
      batchyard: 0000abcd FAILED after 3m20s: exit 3
      batchyard: The command ended itself with 3; its log says why: \`batchyard logs 0000abcd\`.
      ",
        "exitCode": 3,
        "output": "one
      hi
      ",
      }
    `);
    expect(aws.inputsOf("registerjobdefinition")).toMatchInlineSnapshot(`
      [
        {
          "containerProperties": {
            "image": "busybox",
            "resourceRequirements": [
              {
                "type": "VCPU",
                "value": "1",
              },
              {
                "type": "MEMORY",
                "value": "256",
              },
            ],
          },
          "jobDefinitionName": "batchyard-sh",
          "type": "container",
        },
      ]
    `);
    expect(aws.inputsOf("submitjob")).toMatchInlineSnapshot(`
      [
        {
          "containerOverrides": {
            "command": [
              "sh",
              "-c",
              "x",
            ],
          },
          "jobDefinition": "batchyard-sh:1",
          "jobName": "sh",
          "jobQueue": "default",
          "retryStrategy": {
            "attempts": 3,
          },
        },
      ]
    `);
  });

  test("uses a definition again that is just like the one it needs", async () => {
    const { image, resourceRequirements } = CONTAINER;
    const same = {
      revision: 7,
      containerProperties: { image, resourceRequirements: resourceRequirements.toReversed(), volumes: [] },
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      parameters: {},
    };
    const other = { ...same, revision: 8, containerProperties: { image, privileged: true } };
    await using aws = await FakeAws.start({
      ...submission,
      describejobdefinitions: ok({ jobDefinitions: [other, same] }),
    });
    await runCli(["submit", "--endpoint", aws.url, "--env", "A=b", "sh"]);
    expect(aws.inputsOf("registerjobdefinition")).toEqual([]);
    expect(aws.inputsOf("submitjob")).toEqual([
      {
        jobName: "sh",
        jobQueue: "default",
        jobDefinition: "batchyard-sh:7",
        containerOverrides: { command: ["sh"], environment: [{ name: "A", value: "b" }] },
      },
    ]);
  });

  test("says which queues there are when none can be chosen", async () => {
    const jobQueues = [{ jobQueueName: "gpu" }, { jobQueueName: "cpu" }];
    await using aws = await FakeAws.start({ describejobqueues: ok({ jobQueues }) });
    expect(await runCli(["run", "--endpoint", aws.url, "sh"])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: there are 2 job queues and none is called default: cpu, gpu
        Choose one with --queue NAME.
      ",
        "exitCode": 125,
        "output": "",
      }
    `);
  });

  test("says which queues there are when the one that was named is not there", async () => {
    await using aws = await FakeAws.start({
      ...submission,
      submitjob: refusal("JobQueue gpu not found."),
    });
    expect(await runCli(["submit", "--endpoint", aws.url, "--queue", "gpu", "sh"])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: JobQueue gpu not found.
        There are: default.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });

  test("does not submit twice when the answer is lost", async () => {
    await using aws = await FakeAws.start({ ...submission, submitjob: ok({}) });
    const result = await runCli(["submit", "--endpoint", "http://127.0.0.1:1", "sh"]);
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: no server answers at http://127.0.0.1:1 (ECONNREFUSED)
        Start one with \`batchyard serve\`, or name another with --endpoint URL.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });

  const RUNNING = ok({ jobs: [{ ...JOB, status: "RUNNING", startedAt: NOW_MS }] });

  test("terminates the job on Ctrl-C where nobody can be asked", async () => {
    await using aws = await FakeAws.start({
      ...submission,
      describejobs: [
        RUNNING,
        RUNNING,
        RUNNING,
        RUNNING,
        ok({ jobs: [{ ...FAILED_JOB, isTerminated: true }] }),
      ],
      terminatejob: ok({}),
      GetLogEvents: logPages(["hi"]),
    });
    const result = await runCli(["run", "--endpoint", aws.url, "sh"], { signals: [["submitted", "SIGINT"]] });
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd sh (busybox, 1 vCPU, 256 MiB) submitted to default
      batchyard: terminating it; Ctrl-C again stops watching
      batchyard: attempt 1 ended (exit 137, OutOfMemoryError: Container killed due to memory usage); attempt 2 of 3 follows
      batchyard: 0000abcd FAILED after 3m20s: exit 3
      ",
        "exitCode": 130,
        "output": "hi
      ",
      }
    `);
    expect(aws.inputsOf("terminatejob")).toEqual([
      { jobId: ID, reason: "Terminated by Ctrl-C in batchyard run" },
    ]);
  });

  test("leaves the job running if that is the answer to Ctrl-C, and says how to come back", async () => {
    await using aws = await FakeAws.start({ ...submission, describejobs: RUNNING });
    const result = await runCli(["run", "--endpoint", aws.url, "sh"], {
      isTerminal: true,
      signals: [["submitted", "SIGINT"]],
      lines: ["what?", "l"],
    });
    expect(result).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd sh (busybox, 1 vCPU, 256 MiB) submitted to default

      [Kbatchyard: leave it running or terminate? [l/t] l (leave) or t (terminate)? batchyard: 0000abcd goes on
      batchyard: follow it again: batchyard logs -f 0000abcd
      batchyard: end it: batchyard terminate 0000abcd
      ",
        "exitCode": 130,
        "output": "",
      }
    `);
  });
});

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
      "ID        NAME                      QUEUE    STATUS    AGE  TIME   REASON
      0000abcd  train                     default  RUNNING   1m   1m01s
      00001111  sh                        default  RUNNABLE  1m   -      3 vCPU are f…
      00002222  a-name-that-is-far-long…  default  FAILED    1d   2h13m  exit 137, Ou…
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

  test("says what to do where there is nothing", async () => {
    await using aws = await FakeAws.start({ describejobqueues: ok({ jobQueues: [] }) });
    const { errors } = await runCli(["ls", "--endpoint", aws.url]);
    expect(errors.replace(aws.url, "URL")).toMatchInlineSnapshot(`
      "batchyard: there are no jobs at URL in us-east-1 yet. Run one: batchyard run -- echo hello
      "
    `);
  });
});

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

      What to do next: The command ended itself with 3; its log says why: \`batchyard
                       logs 0000abcd\`.
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

      What to do next: It will not start like this: ask for less, or change the
                       queue's compute environments.
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
        "errors": "batchyard: attempt 2 of 2; --attempt shows an earlier one
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

  test("says of a job that never ran why it has none", async () => {
    const container = { ...CONTAINER, reason: "CannotPullContainerError: no such image" };
    const job = { ...JOB, status: "FAILED", statusReason: "Task failed to start", container };
    await using aws = await FakeAws.start({ describejobs: ok({ jobs: [job] }) });
    expect(await runCli(["logs", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: 0000abcd has no log, as it never ran (0000abcd FAILED: CannotPullContainerError: no such image)
        See \`batchyard describe 0000abcd\`.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
  });
});

describe("cancel and terminate", () => {
  test("say what was done and what was not", async () => {
    const running = { ...JOB, status: "RUNNING" };
    const cancelled = { ...JOB, status: "FAILED", isCancelled: true };
    await using aws = await FakeAws.start({
      describejobs: [ok({ jobs: [running] }), ok({ jobs: [running] })],
      canceljob: ok({}),
    });
    expect(await runCli(["cancel", ID, "--endpoint", aws.url])).toMatchInlineSnapshot(`
      {
        "errors": "not done: 0000abcd sh: is RUNNING; cancelling has no effect any more, \`batchyard terminate 0000abcd\` ends it
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
    await using other = await FakeAws.start({
      describejobs: [ok({ jobs: [{ ...JOB, status: "RUNNABLE" }] }), ok({ jobs: [cancelled] })],
      canceljob: ok({}),
    });
    expect(
      await runCli(["cancel", ID, "--reason", "wrong", "--endpoint", other.url]),
    ).toMatchInlineSnapshot(`
      {
        "errors": "",
        "exitCode": 0,
        "output": "0000abcd sh: cancelled
      ",
      }
    `);
    expect(other.inputsOf("canceljob")).toEqual([{ jobId: ID, reason: "wrong" }]);
  });

  test("go on with the others when one is not there", async () => {
    await using aws = await FakeAws.start({
      describejobs: ok({ jobs: [FAILED_JOB] }),
      describejobqueues: QUEUES,
      listjobs: ok({ jobSummaryList: [] }),
    });
    const result = await runCli(["terminate", ID, "nope", "--endpoint", aws.url]);
    expect({ ...result, errors: result.errors.replace(aws.url, "URL") }).toMatchInlineSnapshot(`
      {
        "errors": "not done: nope: no job nope was found at URL in the region us-east-1. See \`batchyard ls\`. Give an id, its first or last characters, or a name that only one job has.
      ",
        "exitCode": 1,
        "output": "0000abcd sh: has ended before (FAILED)
      ",
      }
    `);
  });
});

describe("what goes wrong", () => {
  test.each([
    { argv: ["ls", "--endpoint", "http://127.0.0.1:1"] },
    { argv: ["ls", "--endpoint", "nonsense"] },
    { argv: ["lss"] },
    { argv: ["ls", "--stauts", "FAILED"] },
    { argv: ["run", "--memory", "lots", "x"] },
    { argv: ["run"] },
    { argv: ["submit", "--timeout", "5s", "x"] },
    { argv: ["ls", "--endpoint", "https://batch.eu-west-1.amazonaws.com"] },
    { argv: ["ls", "--profile", "nobody"] },
  ])("is said with what to do: $argv", async ({ argv }) => {
    expect(await runCli(argv)).toMatchSnapshot();
  });

  test("throttling and the server's failures are tried again", async () => {
    await using aws = await FakeAws.start({
      describejobs: [
        refusal("slow down", "TooManyRequestsException", 429),
        refusal("oops", "ServerException", 500),
        ok({ jobs: [FAILED_JOB] }),
      ],
    });
    const { exitCode } = await runCli(["describe", ID, "--endpoint", aws.url]);
    expect([exitCode, aws.requests.length]).toEqual([0, 3]);
  });

  test("what is no AWS Batch is told so", async () => {
    await using aws = await FakeAws.start({ describejobs: { status: 404, body: "<html>" } });
    const { errors } = await runCli(["describe", ID, "--endpoint", aws.url]);
    expect(errors.replace(aws.url, "URL")).toMatchInlineSnapshot(`
      "batchyard: what answers at URL is not AWS Batch (HTTP 404 to DescribeJobs)
        Check --endpoint and the AWS_ENDPOINT_URL variables.
      "
    `);
  });
});

describe("help", () => {
  test("of the program fits 80 columns and has the exit codes", async () => {
    const { output, exitCode } = await runCli(["--help"], { isTerminal: true });
    expect(exitCode).toBe(0);
    expect(output).toMatchInlineSnapshot(`
      "Usage: batchyard [options] [command]

      AWS Batch that you can run yourself: the server, and a command line for it and
      for AWS.

      Options:
        -v, --version                  show the version
        -h, --help                     show this help

      Commands:
        serve [options]                Run the server
        run [options] [command...]     Run a job, follow it, end with its exit code
        submit [options] [command...]  Submit a job, print its id
        ls [options]                   List jobs
        describe [options] <job>       Tell the story of a job, and what to do next
        logs [options] <job>           Print or follow what a job writes
        cancel [options] <job...>      Cancel jobs that have not started
        terminate [options] <job...>   End jobs, whether they wait or run
        doctor [options]               Look whether jobs can run on this machine
        version [options]              Show the versions of program and server
        completion <shell>             Print a script for completion in a shell
        help [command]                 Show help, of a command if one is named

      A job is named by its id, the first or last characters of it, or a name that only
      one job has.

      Exit codes:
        0         done; run: the job SUCCEEDED
        1         not done: refused, not found, no server; run: the job FAILED without
                  an exit code (it never started, was cancelled, or lost its host)
        2         the command line is wrong
        130       run: Ctrl-C was pressed, whether the job was left or terminated
        143       run: SIGTERM; the job was terminated
        and only from run:
        any       the job's own exit code; 128 + N where signal N ended it
                  (137 SIGKILL, out of memory; 143 SIGTERM, terminated or timed out)
        125       batchyard could not submit or follow: what would be 1 or 2 elsewhere
      "
    `);
    expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
