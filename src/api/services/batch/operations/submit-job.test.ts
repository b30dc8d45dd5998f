import { beforeEach, describe, expect, test } from "vitest";
import { CONTEXT, openBatchServices, settleAll } from "../../../../../test/support/batch-services.ts";
import { definitionRequest, NOW_MS } from "../../../../../test/support/batch-values.ts";
import { environmentRequest } from "../../../../../test/support/environment-values.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { cancelJob } from "./cancel-job.ts";
import { createComputeEnvironment } from "./create-compute-environment.ts";
import { createJobQueue } from "./create-job-queue.ts";
import { createSchedulingPolicy } from "./create-scheduling-policy.ts";
import { registerJobDefinition } from "./register-job-definition.ts";
import { submitJob } from "./submit-job.ts";

const QUEUE_ARN = "arn:aws:batch:us-east-1:111122223333:job-queue/q";
const ACTIVE_MAX = 500;

let services: BatchServices;
let nowMs: number;
beforeEach(async () => {
  nowMs = NOW_MS;
  services = { ...(await openBatchServices()), clock: { nowMs: () => nowMs, monotonicMs: () => 0 } };
  await createComputeEnvironment(services)(environmentRequest({ computeEnvironmentName: "ce" }), CONTEXT);
  await settleAll(services);
  const { arn: schedulingPolicyArn } = await createSchedulingPolicy(services)({ name: "fair" }, CONTEXT);
  const queue = {
    jobQueueName: "q",
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ce" }],
    schedulingPolicyArn,
  };
  await createJobQueue(services)(queue, CONTEXT);
  await settleAll(services);
  await registerJobDefinition(services)(definitionRequest({ schedulingPriority: 1 }), CONTEXT);
});

async function submit(shareIdentifier: string): Promise<string> {
  const request = { jobName: "job", jobQueue: "q", jobDefinition: "demo-def", shareIdentifier };
  const { jobId } = await submitJob(services)(request, CONTEXT);
  return jobId;
}

describe("SubmitJob to a queue with as many active shares as it can have", () => {
  const refused = new ApiError(
    "ClientException",
    `shareIdentifier must be one of the 500 that are active in ${QUEUE_ARN}, as it can have no more, got late`,
  );
  let firstJobId: string;
  beforeEach(async () => {
    firstJobId = await submit("share-0");
    for (let index = 1; index < ACTIVE_MAX; index += 1) await submit(`share-${index}`);
  });

  test("refuses a job of one more share, and takes those of the others", async () => {
    await expect(submit("late")).rejects.toEqual(refused);
    await submit("share-7");
    expect(services.sequencer.state.jobs.countsOf(QUEUE_ARN).SUBMITTED).toBe(ACTIVE_MAX + 1);
  });

  test("takes it once another share has had no job for ten minutes", async () => {
    await cancelJob(services)({ jobId: firstJobId, reason: "enough" }, CONTEXT);
    nowMs += 599_999;
    await expect(submit("late")).rejects.toEqual(refused);
    nowMs += 1;
    await submit("late");
    await expect(submit("share-0")).rejects.toThrow("got share-0");
  });
});
