import type { Batch } from "@aws-sdk/client-batch";
import { beforeAll, expect, test } from "vitest";
import { settledQueue } from "../support/batch-resources.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const NAMES = ["a", "b", "c"];
const LIMITS = [{ maxCapacity: 1, capacityUnit: "ml.m5.large" }];
const NEEDS = { consumableResourceList: [{ consumableResource: "a", quantity: 1 }] };
const POLICY_ARN = "arn:aws:batch:us-east-1:000000000000:scheduling-policy/quota";

beforeAll(async () => {
  const { batch, jobs } = used;
  await batch.createSchedulingPolicy({
    name: "quota",
    quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
  });
  for (const name of NAMES) {
    await batch.createServiceEnvironment({
      serviceEnvironmentName: name,
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: LIMITS,
    });
    await batch.createComputeEnvironment({
      computeEnvironmentName: name,
      type: "UNMANAGED",
      serviceRole: "batch",
    });
    await batch.createConsumableResource({ consumableResourceName: name, totalQuantity: 9 });
    await batch.createJobQueue({
      jobQueueName: name,
      priority: 1,
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: name }],
      schedulingPolicyArn: POLICY_ARN,
    });
    await settledQueue(batch, name);
    await batch.createQuotaShare({
      quotaShareName: name,
      jobQueue: "a",
      capacityLimits: LIMITS,
      resourceSharingConfiguration: { strategy: "RESERVE" },
      preemptionConfiguration: { inSharePreemption: "DISABLED" },
    });
    await batch.registerJobDefinition({
      jobDefinitionName: name,
      type: "container",
      containerProperties: { image: "busybox", vcpus: 1, memory: 64 },
    });
    await jobs.submit("true", { jobName: name, consumableResourcePropertiesOverride: NEEDS });
  }
});

interface Page {
  readonly names: readonly (string | undefined)[];
  readonly nextToken: string | undefined;
}

interface Place {
  readonly maxResults: number;
  readonly nextToken: string | undefined;
}

type List = (batch: Batch, place: Place) => Promise<Page>;

test.each<[operation: string, list: List]>([
  [
    "DescribeComputeEnvironments",
    async (batch, place) => {
      const { computeEnvironments = [], nextToken } = await batch.describeComputeEnvironments(place);
      return { names: computeEnvironments.map((one) => one.computeEnvironmentName), nextToken };
    },
  ],
  [
    "DescribeJobDefinitions",
    async (batch, place) => {
      const { jobDefinitions = [], nextToken } = await batch.describeJobDefinitions(place);
      return { names: jobDefinitions.map((one) => one.jobDefinitionName), nextToken };
    },
  ],
  [
    "DescribeJobQueues",
    async (batch, place) => {
      const { jobQueues = [], nextToken } = await batch.describeJobQueues(place);
      return { names: jobQueues.map((one) => one.jobQueueName), nextToken };
    },
  ],
  [
    "DescribeServiceEnvironments",
    async (batch, place) => {
      const { serviceEnvironments = [], nextToken } = await batch.describeServiceEnvironments(place);
      return { names: serviceEnvironments.map((one) => one.serviceEnvironmentName), nextToken };
    },
  ],
  [
    "ListConsumableResources",
    async (batch, place) => {
      const { consumableResources = [], nextToken } = await batch.listConsumableResources(place);
      return { names: consumableResources.map((one) => one.consumableResourceName), nextToken };
    },
  ],
  [
    "ListJobsByConsumableResource",
    async (batch, place) => {
      const asked = { consumableResource: "a", ...place };
      const { jobs = [], nextToken } = await batch.listJobsByConsumableResource(asked);
      return { names: jobs.map((one) => one.jobName), nextToken };
    },
  ],
  [
    "ListQuotaShares",
    async (batch, place) => {
      const { quotaShares = [], nextToken } = await batch.listQuotaShares({ jobQueue: "a", ...place });
      return { names: quotaShares.map((one) => one.quotaShareName), nextToken };
    },
  ],
])("%s shows everything once, page by page, in the same order as at once", async (_operation, list) => {
  const atOnce = await list(used.batch, { maxResults: 100, nextToken: undefined });
  expect(atOnce.nextToken).toBeUndefined();
  const seen: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await list(used.batch, { maxResults: 1, nextToken });
    expect(page.names.length).toBeLessThanOrEqual(1);
    seen.push(...page.names);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(seen).toEqual(atOnce.names);
  expect(seen).toEqual(expect.arrayContaining(NAMES));
});
