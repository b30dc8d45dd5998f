import { describe, expect, test } from "vitest";
import { accepted, CAUSE, JOB_ID, NOW_MS, SCOPE } from "../../test/support/batch-values.ts";
import { aJobQueue, aServiceJob } from "../../test/support/store-examples.ts";
import type { SubmitServiceJobRequest } from "../model/batch.ts";
import { Refusal } from "./refusal.ts";
import {
  compareServiceJobs,
  createServiceJob,
  NO_SERVICE_BACK_END,
  reprioritiseServiceJob,
  terminateServiceJob,
} from "./service-job.ts";
import type { ServiceJobFacts } from "./service-job.ts";

const QUEUE = { ...aJobQueue("q", SCOPE), jobQueueType: "SAGEMAKER_TRAINING" } as const;
const FACTS: ServiceJobFacts = {
  scope: SCOPE,
  jobId: JOB_ID,
  nowMs: NOW_MS,
  cause: CAUSE,
  jobQueue: QUEUE,
  policyKind: undefined,
  hasQuotaShare: (name) => name === "blue",
};

describe("createServiceJob", () => {
  test("makes a job that is RUNNABLE at once and says why it waits", () => {
    const members = {
      schedulingPriority: 7,
      retryStrategy: { attempts: 3, evaluateOnExit: [{ action: "RETRY", onStatusReason: "Host*" }] },
      timeoutConfig: { attemptDurationSeconds: 60 },
      preemptionConfiguration: { preemptionRetriesBeforeTermination: 0 },
      tags: { a: "b" },
    } as const;
    expect(create(members)).toEqual({
      scope: SCOPE,
      jobId: JOB_ID,
      jobName: "train",
      jobQueueArn: QUEUE.arn,
      serviceJobType: "SAGEMAKER_TRAINING",
      serviceRequestPayload: "{}",
      ...members,
      createdAtMs: NOW_MS,
      status: "RUNNABLE",
      statusReason: NO_SERVICE_BACK_END,
      isTerminated: false,
      cause: CAUSE,
    });
  });

  test("is of a share exactly where the queue has shares, and of that kind", () => {
    const fair = { policyKind: "fair-share" } as const;
    const quota = { policyKind: "quota-share" } as const;
    expect(create({ shareIdentifier: "red" }, fair)).toMatchObject({ shareIdentifier: "red" });
    expect(create({ quotaShareName: "blue" }, quota)).toMatchObject({ quotaShareName: "blue" });
  });

  test.each<[text: string, Partial<SubmitServiceJobRequest>, Partial<ServiceJobFacts>]>([
    [
      `jobQueue must be of type SAGEMAKER_TRAINING, ${QUEUE.arn} is of type ECS`,
      {},
      { jobQueue: aJobQueue("q", SCOPE) },
    ],
    ["serviceRequestPayload must not be empty", { serviceRequestPayload: "" }, {}],
    [`shareIdentifier must be absent for jobs of ${QUEUE.arn}, got red`, { shareIdentifier: "red" }, {}],
    [`shareIdentifier is required for jobs of ${QUEUE.arn}, got none`, {}, { policyKind: "fair-share" }],
    [`quotaShareName is required for jobs of ${QUEUE.arn}, got none`, {}, { policyKind: "quota-share" }],
    [`quotaShareName must be absent for jobs of ${QUEUE.arn}, got blue`, { quotaShareName: "blue" }, {}],
    [
      "quotaShareName must be that of an ENABLED quota share of the job queue, got green",
      { quotaShareName: "green" },
      { policyKind: "quota-share" },
    ],
    ["schedulingPriority must be between 0 and 9999, got 10000", { schedulingPriority: 10_000 }, {}],
    ["retryStrategy.attempts must be between 1 and 10, got 0", { retryStrategy: { attempts: 0 } }, {}],
    [
      "retryStrategy.evaluateOnExit must have at most 5 entries, got 6",
      { retryStrategy: { attempts: 1, evaluateOnExit: Array.from({ length: 6 }, () => ({})) } },
      {},
    ],
    [
      "timeoutConfig.attemptDurationSeconds must be at least 60, got 59",
      { timeoutConfig: { attemptDurationSeconds: 59 } },
      {},
    ],
  ])("refuses with %j", (text, members, facts) => {
    expect(create(members, facts)).toEqual(Refusal.bare(text));
  });

  test("refuses a bad name with AWS's text", () => {
    expect(create({ jobName: "a.b" })).toEqual(Refusal.wrapped("Job name should match valid pattern"));
  });
});

test("57: a priority orders the jobs of a queue with a policy; where there is none it cannot change", () => {
  const job = accepted(create({}));
  const fair = { policyKind: "fair-share", cause: CAUSE } as const;
  expect(reprioritiseServiceJob(job, 9, fair)).toEqual({ ...job, schedulingPriority: 9 });
  expect(reprioritiseServiceJob(job, 10_000, fair)).toEqual(
    Refusal.bare("schedulingPriority must be between 0 and 9999, got 10000"),
  );
  expect(reprioritiseServiceJob(job, 9, { ...fair, policyKind: undefined })).toEqual(
    Refusal.bare(
      `schedulingPriority can only be updated in job queues with a scheduling policy, ${QUEUE.arn} has none`,
    ),
  );
  const [early, late, urgent] = [
    aServiceJob("early", { createdAtMs: 1 }),
    aServiceJob("late", { createdAtMs: 2 }),
    aServiceJob("urgent", { createdAtMs: 3, schedulingPriority: 1 }),
  ];
  expect([late, urgent, early].sort(compareServiceJobs)).toEqual([urgent, early, late]);
});

test("terminateServiceJob ends a job with the reason given", () => {
  const job = aServiceJob("1");
  expect(terminateServiceJob(job, "enough", { cause: CAUSE, nowMs: 5 })).toEqual({
    ...job,
    status: "FAILED",
    statusReason: "enough",
    stoppedAtMs: 5,
    isTerminated: true,
    cause: CAUSE,
  });
});

function create(members: Partial<SubmitServiceJobRequest>, facts: Partial<ServiceJobFacts> = {}) {
  const request = {
    jobName: "train",
    jobQueue: "q",
    serviceRequestPayload: "{}",
    serviceJobType: "SAGEMAKER_TRAINING",
    ...members,
  } as const;
  return createServiceJob(request, { ...FACTS, ...facts });
}
