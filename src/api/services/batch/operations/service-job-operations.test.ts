import { beforeEach, describe, expect, test } from "vitest";
import { CONTEXT, openBatchServices, settleAll } from "../../../../../test/support/batch-services.ts";
import type { SubmitServiceJobRequest } from "../../../../model/batch.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { createJobQueue } from "./create-job-queue.ts";
import { createQuotaShare } from "./create-quota-share.ts";
import { createSchedulingPolicy } from "./create-scheduling-policy.ts";
import { createServiceEnvironment } from "./create-service-environment.ts";
import { deleteJobQueue } from "./delete-job-queue.ts";
import { deleteQuotaShare } from "./delete-quota-share.ts";
import { describeServiceJob } from "./describe-service-job.ts";
import { submitServiceJob } from "./submit-service-job.ts";
import { terminateServiceJobs } from "./terminate-service-jobs.ts";
import { updateJobQueue } from "./update-job-queue.ts";
import { updateQuotaShare } from "./update-quota-share.ts";

const QUEUE_ARN = "arn:aws:batch:us-east-1:111122223333:job-queue/q";
const SHARE_ARN = `${QUEUE_ARN}/quota-share/blue`;
const LIMITS = [{ maxCapacity: 4, capacityUnit: "ml.m5.large" }];

let services: BatchServices;
beforeEach(async () => {
  services = await openBatchServices();
  const environment = {
    serviceEnvironmentName: "training",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    capacityLimits: LIMITS,
  } as const;
  await createServiceEnvironment(services)(environment, CONTEXT);
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" } as const;
  const policy = await createSchedulingPolicy(services)({ name: "quota", quotaSharePolicy }, CONTEXT);
  const queue = {
    jobQueueName: "q",
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }],
    schedulingPolicyArn: policy.arn,
  };
  await createJobQueue(services)(queue, CONTEXT);
  await settleAll(services);
  const share = {
    quotaShareName: "blue",
    jobQueue: "q",
    capacityLimits: LIMITS,
    resourceSharingConfiguration: { strategy: "RESERVE" },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
  } as const;
  await createQuotaShare(services)(share, CONTEXT);
});

describe("SubmitServiceJob", () => {
  test("56: lets one of two requests with the same clientToken through", async () => {
    const [first, second] = await Promise.allSettled([
      submit({ clientToken: "token" }),
      submit({ clientToken: "token" }),
    ]);
    expect(first.status).toBe("fulfilled");
    expect(second).toEqual({
      status: "rejected",
      reason: new ApiError(
        "ClientException",
        `clientToken token was used for ${first.status === "fulfilled" ? first.value.jobArn : ""} before`,
      ),
    });
    expect((await services.store.load()).serviceJobs).toHaveLength(1);
  });

  test("refuses a queue that is DISABLED", async () => {
    await updateJobQueue(services)({ jobQueue: "q", state: "DISABLED" }, CONTEXT);
    await expect(submit()).rejects.toEqual(
      new ApiError("ClientException", `JobQueue ${QUEUE_ARN} is not in ENABLED state.`),
    );
  });
});

test("58: a quota share that is DISABLED goes and takes its jobs with it", async () => {
  const { jobId } = await submit();
  await updateQuotaShare(services)({ quotaShareArn: SHARE_ARN, state: "DISABLED" }, CONTEXT);
  await deleteQuotaShare(services)({ quotaShareArn: SHARE_ARN }, CONTEXT);
  expect(await describeServiceJob(services)({ jobId }, CONTEXT)).toMatchObject({
    status: "FAILED",
    statusReason: "QuotaShare deleted",
  });
});

test("a queue that is deleted takes its quota shares and service jobs with it", async () => {
  const { jobId } = await submit();
  await updateJobQueue(services)({ jobQueue: "q", state: "DISABLED" }, CONTEXT);
  await settleAll(services);
  await deleteJobQueue(services)({ jobQueue: "q" }, CONTEXT);
  await settleAll(services);
  expect(await describeServiceJob(services)({ jobId }, CONTEXT)).toMatchObject({
    status: "FAILED",
    statusReason: "JobQueue deleted",
    isTerminated: true,
  });
  const { jobQueues, plainResources } = await services.store.load();
  expect(jobQueues).toEqual([]);
  expect(plainResources.map(({ resourceType }) => resourceType).sort()).toEqual([
    "scheduling-policy",
    "service-environment",
  ]);
});

test("TerminateServiceJobs takes each id once and jobs of other scopes for none", async () => {
  const { jobId } = await submit();
  const elsewhere = { ...CONTEXT, scope: { accountId: "999988887777", region: "us-east-1" } };
  const terminate = terminateServiceJobs(services);
  expect(await terminate({ jobs: [jobId], reason: "not mine" }, elsewhere)).toEqual({
    successful: [jobId],
    errors: [],
  });
  expect(await terminate({ jobs: [jobId, jobId], reason: "mine" }, CONTEXT)).toEqual({
    successful: [jobId],
    errors: [],
  });
  expect(await describeServiceJob(services)({ jobId }, CONTEXT)).toMatchObject({ statusReason: "mine" });
});

function submit(members: Partial<SubmitServiceJobRequest> = {}) {
  const request = {
    jobName: "train",
    jobQueue: "q",
    serviceRequestPayload: "{}",
    serviceJobType: "SAGEMAKER_TRAINING",
    quotaShareName: "blue",
    ...members,
  } as const;
  return submitServiceJob(services)(request, CONTEXT);
}
