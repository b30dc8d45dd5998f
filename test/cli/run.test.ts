import { describe, expect, test } from "vitest";
import { CONTAINER, FAILED_JOB, ID, JOB, QUEUES, logPages } from "./examples.ts";
import { FakeAws, ok, refusal } from "./fake-aws.ts";
import type { FakeAnswer } from "./fake-aws.ts";
import { NOW_MS, runCli } from "./run-cli.ts";

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
    await using aws = await FakeAws.start({ ...submission, submitjob: { status: 0, body: "" } });
    const result = await runCli(["submit", "--endpoint", aws.url, "sh"]);
    expect({ ...result, errors: result.errors.replace(aws.url, "URL") }).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: the connection to URL was lost before the answer (ECONNRESET): the job may have been submitted
        Look with \`batchyard ls\` before you submit it again.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
    expect(aws.inputsOf("submitjob").length).toBe(1);
  });

  test("does not submit twice where a proxy has lost the answer", async () => {
    await using aws = await FakeAws.start({ ...submission, submitjob: { status: 502, body: "Bad Gateway" } });
    const result = await runCli(["submit", "--endpoint", aws.url, "sh"]);
    expect({ ...result, errors: result.errors.replace(aws.url, "URL") }).toMatchInlineSnapshot(`
      {
        "errors": "batchyard: URL answered HTTP 502, which may be a proxy's: the job may have been submitted
        Look with \`batchyard ls\` before you submit it again.
      ",
        "exitCode": 1,
        "output": "",
      }
    `);
    expect(aws.inputsOf("submitjob").length).toBe(1);
  });

  test.each<[name: string, answer: FakeAnswer]>([
    ["throttles", refusal("slow down", "TooManyRequestsException", 429)],
    ["fails in its own words", refusal("later", "ServerException", 500)],
    ["is away in its own words", refusal("later", "ServiceUnavailable", 503)],
  ])("submits again where the service %s", async (_name, answer) => {
    await using aws = await FakeAws.start({ ...submission, submitjob: [answer, submission.submitjob] });
    expect((await runCli(["submit", "--endpoint", aws.url, "sh"])).exitCode).toBe(0);
    expect(aws.inputsOf("submitjob").length).toBe(2);
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

  test("says nothing of another attempt while nodes of the last one are still ending", async () => {
    const attempt = { startedAt: NOW_MS, stoppedAt: NOW_MS + 240, container: { exitCode: 0 } };
    const job = { ...JOB, startedAt: NOW_MS, attempts: [attempt] };
    await using aws = await FakeAws.start({
      ...submission,
      describejobs: [
        RUNNING,
        ok({ jobs: [{ ...job, status: "RUNNING" }] }),
        ok({ jobs: [{ ...job, status: "SUCCEEDED", stoppedAt: NOW_MS + 355 }] }),
      ],
      GetLogEvents: logPages(["hi"]),
    });
    const { errors, exitCode } = await runCli(["run", "--endpoint", aws.url, "sh"]);
    expect({ errors, exitCode }).toEqual({
      errors:
        "batchyard: 0000abcd sh (busybox, 1 vCPU, 256 MiB) submitted to default\n" +
        "batchyard: 0000abcd SUCCEEDED after 355ms\n",
      exitCode: 0,
    });
  });

  test("leaves the job running if that is the answer to Ctrl-C, and says how to come back", async () => {
    await using aws = await FakeAws.start({ ...submission, describejobs: RUNNING });
    const result = await runCli(["run", "--endpoint", aws.url, "sh"], {
      isTerminal: true,
      signals: [
        ["submitted", "SIGINT"],
        ["goes on", "SIGINT"],
      ],
      lines: ["what?", "l"],
    });
    // By its answers everything that was asked before has come.
    await runCli(["submit", "--endpoint", aws.url, "sh"]);
    expect(aws.inputsOf("terminatejob")).toEqual([]);
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

  test("withdraws its question when the job ends before the answer", async () => {
    await using aws = await FakeAws.start({
      ...submission,
      describejobs: [RUNNING, RUNNING, RUNNING, ok({ jobs: [FAILED_JOB] })],
    });
    const { exitCode, errors } = await runCli(["run", "--endpoint", aws.url, "sh"], {
      isTerminal: true,
      signals: [["submitted", "SIGINT"]],
    });
    expect(exitCode).toBe(3);
    expect(errors).toContain("[l/t] \r\u001b[K");
    expect(aws.inputsOf("terminatejob")).toEqual([]);
  });

  test("asks for nothing more once the job cannot be looked at", async () => {
    const container = { ...CONTAINER, logStreamName: "batchyard-sh/default/one" };
    const running = { ...JOB, status: "RUNNING", startedAt: NOW_MS, container };
    await using aws = await FakeAws.start({
      ...submission,
      describejobs: [ok({ jobs: [running] }), refusal("no", "AccessDeniedException")],
      GetLogEvents: ok({ events: [], nextForwardToken: "f/1" }),
    });
    const { exitCode } = await runCli(["run", "--endpoint", aws.url, "sh"]);
    expect(exitCode).toBe(125);
    const countAtEnd = aws.inputsOf("GetLogEvents").length;
    await runCli(["submit", "--endpoint", aws.url, "sh"]);
    expect(aws.inputsOf("GetLogEvents")).toHaveLength(countAtEnd);
  });
});
