import { existsSync, readFileSync } from "node:fs";
import type { JobDetail } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../support/batch-resources.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });
const UNKNOWN_ID = "1e2d3c4b-0000-4000-8000-000000000001";
const TIMED_OUT = "Job attempt duration exceeded timeout";
/** SIGTERM to SIGKILL. */
const GRACE_MS = 30_000;
const PATIENCE_MS = 90_000;

/** What a job says of its end, and each attempt of its own. */
function endOf({ status, statusReason, isCancelled, isTerminated, attempts = [] }: JobDetail) {
  const ends = attempts.map((attempt) => [attempt.statusReason, attempt.container?.exitCode]);
  return { status, statusReason, isCancelled, isTerminated, ends };
}

function terminated(statusReason: string, exitCode: number) {
  const ends = [[statusReason, exitCode]];
  return { status: "FAILED", statusReason, isCancelled: false, isTerminated: true, ends };
}

function timedOut(exitCode: number) {
  const ends = [[TIMED_OUT, exitCode]];
  return { status: "FAILED", statusReason: TIMED_OUT, isCancelled: false, isTerminated: false, ends };
}

function ranMs({ startedAt = 0, stoppedAt = 0 }: JobDetail): number {
  return stoppedAt - startedAt;
}

beforeAll(async () => {
  await makeEnvironment(used.batch, "closed");
  await makeQueue(used.batch, "waiting", ["closed"]);
  await setEnvironmentState(used.batch, "closed", "DISABLED");
});

describe.concurrent("a job that waits", () => {
  test.each([
    ["CancelJob", { isCancelled: true, isTerminated: false }],
    ["TerminateJob", { isCancelled: false, isTerminated: true }],
  ])("ends at once by %s, without an attempt", async (operation, flags) => {
    const jobName = `ended-by-${operation}`;
    const submission = { jobQueue: "waiting", jobName, retryStrategy: { attempts: 3 } };
    const jobId = await used.jobs.submit("true", submission);
    await used.jobs.reached(jobId, "RUNNABLE");
    const request = { jobId, reason: `${operation}, please` };
    if (operation === "CancelJob") await used.batch.cancelJob(request);
    else await used.batch.terminateJob(request);

    const job = await used.jobs.describe(jobId);
    expect(endOf(job)).toEqual({ status: "FAILED", statusReason: request.reason, ...flags, ends: [] });
    expect(job.startedAt).toBeUndefined();
    expect(job.stoppedAt).toBeGreaterThanOrEqual(job.createdAt ?? Infinity);

    const filters = [{ name: "JOB_NAME", values: [jobName] }];
    const { jobSummaryList = [] } = await used.batch.listJobs({ jobQueue: "waiting", filters });
    const shown = jobSummaryList.map(({ isCancelled, isTerminated }) => ({ isCancelled, isTerminated }));
    // Only what is true is in a list.
    expect(shown).toEqual([flags.isCancelled ? { isCancelled: true } : { isTerminated: true }]);
  });
});

describe.concurrent("a job that runs", () => {
  test("is not touched by CancelJob", async () => {
    const jobId = await used.jobs.submit(used.waitAt("not-cancelled"));
    await used.jobs.reached(jobId, "RUNNING");
    await used.batch.cancelJob({ jobId, reason: "too late" });
    used.open("not-cancelled");
    expect(endOf(await used.jobs.ended(jobId))).toEqual({
      status: "SUCCEEDED",
      statusReason: "Essential container in task exited",
      isCancelled: false,
      isTerminated: false,
      ends: [["Essential container in task exited", 0]],
    });
  });

  test("16.30 is ended by TerminateJob, and not tried again though attempts are left", async () => {
    const jobId = await used.jobs.submit("exec sleep 600", { retryStrategy: { attempts: 5 } });
    await used.jobs.reached(jobId, "RUNNING");
    await used.batch.terminateJob({ jobId, reason: "no longer needed" });
    await used.batch.terminateJob({ jobId, reason: "a second reason" });
    const job = await used.jobs.ended(jobId);
    expect(endOf(job)).toEqual(terminated("no longer needed", 143));
    expect(ranMs(job)).toBeLessThan(GRACE_MS);
  });

  test("gets SIGTERM with all of its processes, and its own exit code is shown", async () => {
    const journal = used.path("group");
    const script =
      `(trap "echo child >>'${journal}'; exit" TERM; while :; do sleep 0.05; done) & ` +
      `trap "wait; echo parent >>'${journal}'; exit 0" TERM; echo ready >>'${journal}'; wait`;
    const jobId = await used.jobs.submit(script);
    await waitFor("the job's traps", async () => (existsSync(journal) ? true : undefined));
    await used.batch.terminateJob({ jobId, reason: "stop" });
    expect(endOf(await used.jobs.ended(jobId))).toEqual(terminated("stop", 0));
    expect(readFileSync(journal, "utf8")).toBe("ready\nchild\nparent\n");
  });

  test(
    "that ignores SIGTERM is killed 30 seconds later",
    async () => {
      const ready = used.path("deaf");
      const script = `trap "" TERM; echo >'${ready}'; while :; do sleep 1; done`;
      const jobId = await used.jobs.submit(script, { retryStrategy: { attempts: 2 } });
      await waitFor("the job's trap", async () => (existsSync(ready) ? true : undefined));
      const askedAtMs = Date.now();
      await used.batch.terminateJob({ jobId, reason: "stop" });
      expect(await used.jobs.describe(jobId)).toMatchObject({ status: "RUNNING", isTerminated: true });
      const job = await used.jobs.ended(jobId, PATIENCE_MS);
      expect(endOf(job)).toEqual(terminated("stop", 137));
      expect((job.stoppedAt ?? 0) - askedAtMs).toBeGreaterThanOrEqual(GRACE_MS);
      expect((job.stoppedAt ?? 0) - askedAtMs).toBeLessThan(GRACE_MS + 10_000);
    },
    PATIENCE_MS,
  );
});

describe.concurrent("16.27 an attempt that runs for longer than its timeout", () => {
  const timeout = { attemptDurationSeconds: 60 };
  const LIMIT_MS = 60_000;

  test(
    "is ended with AWS's text and not tried again",
    async () => {
      const jobId = await used.jobs.submit("exec sleep 600", { timeout, retryStrategy: { attempts: 3 } });
      const job = await used.jobs.ended(jobId, PATIENCE_MS);
      expect(endOf(job)).toEqual(timedOut(143));
      expect(job.timeout).toEqual(timeout);
      expect(ranMs(job)).toBeGreaterThanOrEqual(LIMIT_MS);
      expect(ranMs(job)).toBeLessThan(LIMIT_MS + 10_000);
    },
    PATIENCE_MS,
  );

  test(
    "gets SIGTERM and may end in its own way",
    async () => {
      const script = "trap 'exit 7' TERM; while :; do sleep 0.2; done";
      const jobId = await used.jobs.submit(script, { timeout });
      expect(endOf(await used.jobs.ended(jobId, PATIENCE_MS))).toEqual(timedOut(7));
    },
    PATIENCE_MS,
  );

  test(
    "is no other than the one attempt: the clock begins anew with each",
    async () => {
      const script = 'test "$AWS_BATCH_JOB_ATTEMPT" = 1 && sleep 8 && exit 1; sleep 56';
      const jobId = await used.jobs.submit(script, { timeout, retryStrategy: { attempts: 2 } });
      const job = await used.jobs.ended(jobId, PATIENCE_MS);
      const exited = "Essential container in task exited";
      expect(endOf(job)).toMatchObject({
        status: "SUCCEEDED",
        ends: [
          [exited, 1],
          [exited, 0],
        ],
      });
      expect((job.stoppedAt ?? 0) - (job.attempts?.[0]?.startedAt ?? 0)).toBeGreaterThan(LIMIT_MS);
    },
    PATIENCE_MS,
  );
});

describe("CancelJob and TerminateJob", () => {
  test("leave an ended job as it is", async () => {
    const job = await used.jobs.run("exit 3");
    const jobId = job.jobId ?? "";
    await used.batch.cancelJob({ jobId, reason: "too late" });
    await used.batch.terminateJob({ jobId, reason: "too late" });
    expect(await used.jobs.describe(jobId)).toEqual(job);
  });

  test("succeed for a job that is not there", async () => {
    await used.batch.cancelJob({ jobId: UNKNOWN_ID, reason: "x" });
    await used.batch.terminateJob({ jobId: UNKNOWN_ID, reason: "x" });
  });

  test("need a reason, of at most 1024 characters", async () => {
    const tooLong = { jobId: UNKNOWN_ID, reason: "x".repeat(1025) };
    const refusal = clientException("reason must have at most 1024 characters, got 1025");
    expect(await refusalOf(used.batch.cancelJob(tooLong))).toEqual(refusal);
    expect(await refusalOf(used.batch.terminateJob(tooLong))).toEqual(refusal);
    const missing = { jobId: UNKNOWN_ID, reason: undefined };
    expect(await refusalOf(used.batch.cancelJob(missing))).toEqual(clientException("reason is required"));
    expect(await refusalOf(used.batch.terminateJob(missing))).toEqual(clientException("reason is required"));
  });
});
