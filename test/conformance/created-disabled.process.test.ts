import { expect, test } from "vitest";
import { settledQueue } from "../support/batch-resources.ts";
import { clientException, refusalOf } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();
const LIMITS = [{ maxCapacity: 1, capacityUnit: "ml.m5.large" }];
const TRAINING = "SAGEMAKER_TRAINING";

test("a service environment can be deleted at once", async () => {
  const { batch } = used;
  await batch.createServiceEnvironment({
    serviceEnvironmentName: "off",
    serviceEnvironmentType: TRAINING,
    capacityLimits: LIMITS,
    state: "DISABLED",
  });
  await batch.deleteServiceEnvironment({ serviceEnvironment: "off" });
  const { serviceEnvironments } = await batch.describeServiceEnvironments({ serviceEnvironments: ["off"] });
  expect(serviceEnvironments).toEqual([]);
});

test("a quota share takes no jobs", async () => {
  const { batch } = used;
  await batch.createServiceEnvironment({
    serviceEnvironmentName: "on",
    serviceEnvironmentType: TRAINING,
    capacityLimits: LIMITS,
  });
  const { arn } = await batch.createSchedulingPolicy({
    name: "quota",
    quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
  });
  await batch.createJobQueue({
    jobQueueName: "shared",
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "on" }],
    schedulingPolicyArn: arn,
  });
  await settledQueue(batch, "shared");
  await batch.createQuotaShare({
    quotaShareName: "off",
    jobQueue: "shared",
    capacityLimits: LIMITS,
    resourceSharingConfiguration: { strategy: "RESERVE" },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
    state: "DISABLED",
  });
  const submission = batch.submitServiceJob({
    jobName: "train",
    jobQueue: "shared",
    serviceJobType: TRAINING,
    serviceRequestPayload: "{}",
    quotaShareName: "off",
  });
  expect(await refusalOf(submission)).toEqual(
    clientException("quotaShareName must be that of an ENABLED quota share of the job queue, got off"),
  );
});
