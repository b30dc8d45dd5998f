import { readFileSync } from "node:fs";
import type { AttemptDetail, JobDetail } from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import { isAlive } from "../support/is-alive.ts";
import { TAKE_MEMORY } from "../support/take-memory.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });
const ENDED = "Essential container in task exited";

/** What a job and its only attempt say of the end, without what differs from run to run. */
function endOf({ status, statusReason, container, attempts = [] }: JobDetail) {
  const { exitCode, reason } = container ?? {};
  return { status, statusReason, exitCode, reason, attempts: attempts.map(attemptEndOf) };
}

function attemptEndOf({ statusReason, container }: AttemptDetail) {
  return { statusReason, exitCode: container?.exitCode, reason: container?.reason };
}

/** The end of a job whose single attempt ended the same way as the job. */
function singleEnd(status: string, end: { statusReason: string; exitCode?: number; reason?: string }) {
  const exitCode = end.exitCode;
  const attempt = { statusReason: end.statusReason, exitCode, reason: end.reason };
  return { status, ...attempt, attempts: [attempt] };
}

describe("a job that ran", () => {
  test("16.24 with exit code 0 is SUCCEEDED, with everything that AWS shows of it", async () => {
    const submittedAtMs = Date.now();
    const job = await used.jobs.run("exit 0", { jobName: "whole" });
    const seenAtMs = Date.now();
    const { createdAt = 0, startedAt = 0, stoppedAt = 0, ...rest } = job;
    const times = [submittedAtMs, createdAt, startedAt, stoppedAt, seenAtMs];
    expect(times).toEqual(times.toSorted((a, b) => a - b));

    const { containerInstanceArn = "", taskArn = "", logStreamName = "" } = job.container ?? {};
    const cluster = /^AWSBatch-local-[0-9a-f-]{36}$/;
    const [, instanceCluster, instanceId] = containerInstanceArn.split("/");
    const [, taskCluster, taskId] = taskArn.split("/");
    expect(instanceCluster).toMatch(cluster);
    expect(taskCluster).toBe(instanceCluster);
    expect(containerInstanceArn).toMatch(/^arn:aws:ecs:us-east-1:000000000000:container-instance\//);
    expect(taskArn).toMatch(/^arn:aws:ecs:us-east-1:000000000000:task\//);
    expect([instanceId, taskId].join(" ")).toMatch(/^[0-9a-f]{32} [0-9a-f]{32}$/);
    expect(logStreamName).toBe(`shell/default/${taskId}`);

    const attempted = { containerInstanceArn, taskArn, logStreamName, exitCode: 0, networkInterfaces: [] };
    expect(rest).toEqual({
      jobArn: `arn:aws:batch:us-east-1:000000000000:job/${job.jobId}`,
      jobId: job.jobId,
      jobName: "whole",
      jobQueue: "arn:aws:batch:us-east-1:000000000000:job-queue/default",
      jobDefinition: "arn:aws:batch:us-east-1:000000000000:job-definition/shell:1",
      status: "SUCCEEDED",
      statusReason: ENDED,
      attempts: [{ container: attempted, startedAt, stoppedAt, statusReason: ENDED, taskProperties: [] }],
      dependsOn: [],
      eksAttempts: [],
      parameters: {},
      retryStrategy: { attempts: 1, evaluateOnExit: [] },
      propagateTags: false,
      platformCapabilities: [],
      tags: {},
      isCancelled: false,
      isTerminated: false,
      container: {
        ...attempted,
        image: "busybox",
        command: ["sh", "-c", "exit 0"],
        environment: [],
        mountPoints: [],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
        secrets: [],
        ulimits: [],
        volumes: [],
      },
    });
  });

  test("shows its times and its list entry while it runs and when it has ended", async () => {
    const jobId = await used.jobs.submit(used.waitAt("seen"), { jobName: "seen" });
    const running = await used.jobs.reached(jobId, "RUNNING");
    expect(running.attempts).toEqual([]);
    expect(running.stoppedAt).toBeUndefined();
    expect(running.statusReason).toBeUndefined();
    expect(running.container?.exitCode).toBeUndefined();
    expect(running.container?.logStreamName).toBe(
      `shell/default/${running.container?.taskArn?.split("/").at(-1)}`,
    );
    used.open("seen");
    const ended = await used.jobs.ended(jobId);
    expect(ended.startedAt).toBe(running.startedAt);
    expect(ended.container?.taskArn).toBe(running.container?.taskArn);

    const { jobSummaryList = [] } = await used.batch.listJobs({
      jobQueue: "default",
      filters: [{ name: "JOB_NAME", values: ["seen"] }],
    });
    expect(jobSummaryList).toHaveLength(1);
    const [{ scheduledAt = 0, ...summary } = {}] = jobSummaryList;
    expect(scheduledAt).toBeGreaterThanOrEqual(ended.createdAt ?? 0);
    expect(scheduledAt).toBeLessThanOrEqual(ended.startedAt ?? 0);
    expect(summary).toEqual({
      jobArn: ended.jobArn,
      jobId,
      jobName: "seen",
      jobDefinition: ended.jobDefinition,
      status: "SUCCEEDED",
      statusReason: ENDED,
      createdAt: ended.createdAt,
      startedAt: ended.startedAt,
      stoppedAt: ended.stoppedAt,
      container: { exitCode: 0 },
      capacityUsage: [{ capacityUnit: "VCPU", quantity: 1 }],
    });
  });

  test.concurrent.each([
    ["exit 3", 3],
    ["exit 255", 255],
    ["kill -9 $$", 137],
    ["kill -15 $$", 143],
    ["kill -6 $$", 134],
    ["no-such-program-of-anybody", 127],
  ])("and ended with `%s` is FAILED with exit code %i and no reason", async (script, exitCode) => {
    expect(endOf(await used.jobs.run(script))).toEqual(
      singleEnd("FAILED", { statusReason: ENDED, exitCode }),
    );
  });

  test("16.25 beyond its memory is FAILED with 137 and AWS's OutOfMemoryError", async () => {
    const job = await used.jobs.run(TAKE_MEMORY, { memory: "32" });
    expect(endOf(job)).toEqual(
      singleEnd("FAILED", {
        statusReason: ENDED,
        exitCode: 137,
        reason: "OutOfMemoryError: Container killed due to memory usage",
      }),
    );
  });

  test("beyond its memory in a child of its own ends all the same", async () => {
    const job = await used.jobs.run(`(${TAKE_MEMORY}); sleep 600`, { memory: "32" });
    expect(endOf(job)).toMatchObject({
      status: "FAILED",
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  test("takes the processes that it leaves behind with it", async () => {
    const job = await used.jobs.run(`sleep 600 & echo $! >'${used.path("left")}'`);
    expect(job).toMatchObject({ status: "SUCCEEDED" });
    const pid = Number(readFileSync(used.path("left"), "utf8"));
    await waitFor(`the end of process ${pid}`, async () => (isAlive(pid) ? undefined : true));
  });
});

describe("a job that could not start", () => {
  test.concurrent.each<[what: string, command: string[], reason: RegExp]>([
    [
      "16.26 of a missing program",
      ["no-such-program", "x"],
      /^CannotStartContainerError: .*exec: "no-such-program": executable file not found in \$PATH: unknown$/,
    ],
    [
      "of a missing path",
      ["/no/such/program"],
      /^CannotStartContainerError: .*exec: "\/no\/such\/program": stat \/no\/such\/program: no such file or directory: unknown$/,
    ],
    [
      "of a file that is no program",
      ["/etc/passwd"],
      /^CannotStartContainerError: .*exec: "\/etc\/passwd": permission denied: unknown$/,
    ],
  ])("%s is FAILED, its attempt without start and exit code", async (_what, command, reason) => {
    const job = await used.jobs.run(command);
    expect(job).toMatchObject({ status: "FAILED", statusReason: "Task failed to start" });
    expect(job.startedAt).toBeUndefined();
    expect(job.stoppedAt).toBeGreaterThanOrEqual(job.createdAt ?? Infinity);
    expect(job.container?.reason).toMatch(reason);
    expect(job.container?.exitCode).toBeUndefined();
    const attempts = job.attempts ?? [];
    expect(attempts.map(attemptEndOf)).toEqual([
      { statusReason: "Task failed to start", exitCode: undefined, reason: job.container?.reason },
    ]);
    expect(attempts[0]?.startedAt).toBeUndefined();
    expect(attempts[0]?.stoppedAt).toBe(job.stoppedAt);
  });
});

describe("parameters", () => {
  test("fill whole arguments of the command, the submission's over the definition's", async () => {
    await used.batch.registerJobDefinition({
      jobDefinitionName: "parameters",
      type: "container",
      parameters: { first: "definition", second: "definition", unused: "kept" },
      containerProperties: {
        image: "busybox",
        command: ["sh", "-c", "Ref::script", "sh", "Ref::first", "Ref::second", "--x=Ref::first"],
        vcpus: 1,
        memory: 64,
      },
    });
    const seen = used.path("arguments");
    const script = `printf '%s\\n' "$@" >'${seen}'`;
    const { jobId = "" } = await used.batch.submitJob({
      jobName: "job",
      jobQueue: "default",
      jobDefinition: "parameters",
      parameters: { script, second: "it's Ref::first", "of-no-use": "kept" },
    });
    const job = await used.jobs.ended(jobId);
    const values = ["definition", "it's Ref::first", "--x=Ref::first"];
    expect(job).toMatchObject({
      status: "SUCCEEDED",
      container: { command: ["sh", "-c", script, "sh", ...values] },
      parameters: {
        script,
        first: "definition",
        second: "it's Ref::first",
        unused: "kept",
        "of-no-use": "kept",
      },
    });
    expect(readFileSync(seen, "utf8")).toBe(`${values.join("\n")}\n`);
  });
});
