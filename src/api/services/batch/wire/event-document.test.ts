import { expect, test } from "vitest";
import type { BatchEvent } from "../../../../batch/event.ts";
import type { JobStatus } from "../../../../model/batch.ts";
import { aJob, anAttempt, SCOPE } from "../../../../../test/support/store-examples.ts";
import { eventDocument } from "./event-document.ts";

const JOB = aJob("0f3c5e8a-0000-4000-8000-000000000001", { tags: { team: "genomics" } });
const ID = "0f3c5e8a-1111-4222-8333-000000000001";

/** What became of the job: two attempts, the first of which never came up. */
const ATTEMPTS = [
  anAttempt(JOB, 1, {
    stoppedAtMs: 20,
    outcome: { kind: "start-failed", reason: "CannotPullContainerError: no" },
    statusReason: "Task failed to start",
  }),
  anAttempt(JOB, 2, {
    startedAtMs: 30,
    stoppedAtMs: 40,
    logGroupName: "/aws/batch/job",
    logStreamName: "stream",
    outcome: { kind: "exited", exitCode: 0 },
    statusReason: "Essential container in task exited",
  }),
];

function detailOf(status: JobStatus, attemptCount: number): Record<string, unknown> {
  const event: BatchEvent = {
    kind: "job-changed",
    scope: SCOPE,
    jobId: JOB.jobId,
    status,
    atMs: 40,
    attemptCount,
  };
  const { detail } = eventDocument(event, ID, { job: JOB, attempts: ATTEMPTS }) as {
    detail: Record<string, unknown>;
  };
  return detail;
}

test.each<[status: JobStatus, attemptCount: number, expected: object]>([
  ["RUNNABLE", 0, { attempts: 0 }],
  ["STARTING", 1, { attempts: 0, taskArn: 1 }],
  ["RUNNABLE", 1, { attempts: 1, taskArn: 1, reason: "CannotPullContainerError: no", statusReason: 1 }],
  ["STARTING", 2, { attempts: 1, taskArn: 2, statusReason: 1 }],
  ["RUNNING", 2, { attempts: 1, taskArn: 2, logStreamName: "stream", statusReason: 1, startedAt: 30 }],
  [
    "SUCCEEDED",
    2,
    {
      attempts: 2,
      taskArn: 2,
      logStreamName: "stream",
      exitCode: 0,
      statusReason: 2,
      startedAt: 30,
      stoppedAt: 40,
    },
  ],
])("%s in attempt %d shows what was known by then", (status, attemptCount, expected) => {
  const { attempts, statusReason, startedAt, stoppedAt, container } = detailOf(status, attemptCount);
  const { taskArn, exitCode, reason, logStreamName } = container as Record<string, unknown>;
  const known = {
    attempts: (attempts as object[]).length,
    taskArn: numberOf((attempt) => attempt.taskArn === taskArn),
    exitCode,
    reason,
    logStreamName,
    statusReason: numberOf((attempt) => attempt.statusReason === statusReason),
    startedAt,
    stoppedAt,
  };
  expect(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))).toEqual(
    expected,
  );
});

function numberOf(isMeant: (attempt: (typeof ATTEMPTS)[number]) => boolean): number | undefined {
  return ATTEMPTS.find(isMeant)?.number;
}

test("of a job that blocks its queue names the queue as well, and the reason", () => {
  const statusReason = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.";
  const event: BatchEvent = {
    kind: "job-queue-blocked",
    scope: SCOPE,
    jobId: JOB.jobId,
    status: "RUNNABLE",
    atMs: 50,
    attemptCount: 1,
    statusReason,
  };
  expect(eventDocument(event, ID, { job: JOB, attempts: ATTEMPTS })).toMatchObject({
    "detail-type": "Batch Job Queue Blocked",
    resources: [`arn:aws:batch:eu-west-1:123456789012:job/${JOB.jobId}`, JOB.jobQueueArn],
    detail: { jobQueue: JOB.jobQueueArn, status: "RUNNABLE", statusReason, attempts: [{}] },
  });
});

test("of a job that is kept no more the event itself is told", () => {
  const event: BatchEvent = {
    kind: "job-changed",
    scope: SCOPE,
    jobId: `${JOB.jobId}:3`,
    status: "FAILED",
    atMs: Date.parse("2026-01-02T03:04:05.678Z"),
    attemptCount: 0,
    statusReason: "no more",
  };
  const jobArn = `arn:aws:batch:eu-west-1:123456789012:job/${JOB.jobId}:3`;
  expect(eventDocument(event, ID, undefined)).toEqual({
    version: "0",
    id: ID,
    "detail-type": "Batch Job State Change",
    source: "aws.batch",
    account: "123456789012",
    time: "2026-01-02T03:04:05Z",
    region: "eu-west-1",
    resources: [jobArn],
    detail: { jobArn, jobId: `${JOB.jobId}:3`, status: "FAILED", statusReason: "no more" },
  });
});
