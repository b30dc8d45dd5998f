import { describe, expect, test } from "vitest";
import { JOB_ID, NOW_MS, SCOPE } from "../../../../../test/support/batch-values.ts";
import type { JobListEntry } from "../../../../store/store.ts";
import { jobSummary } from "./job-summary.ts";

const DEFINITION_ARN = "arn:aws:batch:us-east-1:111122223333:job-definition/demo-def:4";
const RUNNABLE: JobListEntry = {
  jobId: JOB_ID,
  jobName: "demo",
  jobDefinitionArn: DEFINITION_ARN,
  createdAtMs: NOW_MS,
  vcpuMillis: 250,
  progress: {
    status: "RUNNABLE",
    queuePosition: 1,
    attemptCount: 0,
    isCancelled: false,
    isTerminated: false,
  },
};
const SUMMARY = {
  jobArn: `arn:aws:batch:us-east-1:111122223333:job/${JOB_ID}`,
  jobId: JOB_ID,
  jobName: "demo",
  capacityUsage: [{ capacityUnit: "VCPU", quantity: 0.25 }],
  createdAt: NOW_MS,
  status: "RUNNABLE",
  jobDefinition: DEFINITION_ARN,
};

describe("jobSummary", () => {
  test("leaves out what a waiting job has not", () => {
    expect(jobSummary(SCOPE, RUNNABLE)).toStrictEqual(SUMMARY);
  });

  test("shows how a job ended, and that somebody wanted it so", () => {
    const entry: JobListEntry = {
      ...RUNNABLE,
      shareIdentifier: "team1",
      lastOutcome: { exitCode: 137, reason: "OutOfMemoryError: x" },
      progress: {
        ...RUNNABLE.progress,
        status: "FAILED",
        statusReason: "stop it",
        scheduledAtMs: NOW_MS + 1,
        startedAtMs: NOW_MS + 2,
        stoppedAtMs: NOW_MS + 3,
        isCancelled: true,
        isTerminated: true,
      },
    };
    expect(jobSummary(SCOPE, entry)).toStrictEqual({
      ...SUMMARY,
      status: "FAILED",
      statusReason: "stop it",
      scheduledAt: NOW_MS + 1,
      shareIdentifier: "team1",
      startedAt: NOW_MS + 2,
      stoppedAt: NOW_MS + 3,
      container: { exitCode: 137, reason: "OutOfMemoryError: x" },
      isCancelled: true,
      isTerminated: true,
    });
  });

  test("shows exit code 0, and no container that left nothing", () => {
    expect(jobSummary(SCOPE, { ...RUNNABLE, lastOutcome: { exitCode: 0 } })).toStrictEqual({
      ...SUMMARY,
      container: { exitCode: 0 },
    });
    expect(jobSummary(SCOPE, { ...RUNNABLE, lastOutcome: {} })).toStrictEqual(SUMMARY);
  });
});
