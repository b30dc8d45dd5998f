import { beforeEach, describe, expect, test } from "vitest";
import { ec2Container } from "../../../../test/support/batch-values.ts";
import { CONTEXT, openBatchServices, settleAll } from "../../../../test/support/batch-services.ts";
import { ec2Request, environmentRequest } from "../../../../test/support/environment-values.ts";
import { AWS_LIMITS, SERVER_LIMITS } from "../../../batch/limits.ts";
import type { Limits } from "../../../batch/limits.ts";
import type { BatchOperations } from "../../../model/batch.ts";
import type { Operations } from "../../operation.ts";
import { createBatchOperations } from "./batch-operations.ts";
import type { BatchServices } from "./batch-services.ts";
import { limitOperations } from "./limited-operations.ts";

const OTHER = { ...CONTEXT, scope: { ...CONTEXT.scope, region: "eu-west-1" } };
const CLUSTER = "arn:aws:eks:us-east-1:111122223333:cluster/c";
const LIMITS = [{ maxCapacity: 1, capacityUnit: "ml.m5.large" }];
const COMMAND = (length: number) => ({ command: ["x".repeat(length)] });

let services: BatchServices;
let monotonicMs = 0;

beforeEach(async () => {
  services = await openBatchServices();
});

function limited(limits: Limits): Operations<BatchOperations> {
  const clock = { ...services.clock, monotonicMs: () => monotonicMs };
  return limitOperations(createBatchOperations(services), { ...services, clock }, limits);
}

function register(batch: Operations<BatchOperations>, length: number): Promise<unknown> {
  return batch.RegisterJobDefinition(
    { jobDefinitionName: "d", type: "container", containerProperties: ec2Container(COMMAND(length)) },
    CONTEXT,
  );
}

async function makeQueue(batch: Operations<BatchOperations>): Promise<void> {
  await batch.CreateComputeEnvironment(environmentRequest(), CONTEXT);
  await settleAll(services);
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "ce" }];
  await batch.CreateJobQueue({ jobQueueName: "q", priority: 1, computeEnvironmentOrder }, CONTEXT);
  await settleAll(services);
}

describe("sizes", () => {
  test.each<[name: string, limits: Limits, bytesMax: number]>([
    ["AWS", AWS_LIMITS, 24 * 1024],
    ["the server", SERVER_LIMITS, 64 * 1024],
  ])("%s takes definitions up to its limit", async (_name, limits, bytesMax) => {
    const batch = limited(limits);
    await register(batch, bytesMax - 1_000);
    await expect(register(batch, bytesMax)).rejects.toThrow(
      new RegExp(
        `^a job definition must have at most ${bytesMax} bytes, got ${String(bytesMax).slice(0, 2)}`,
      ),
    );
  });

  test.each<[name: string, limits: Limits, bytesMax: number]>([
    ["AWS", AWS_LIMITS, 30 * 1024],
    ["the server", SERVER_LIMITS, 64 * 1024],
  ])("%s takes submissions up to its limit", async (_name, limits, bytesMax) => {
    const batch = limited(limits);
    await register(batch, 1);
    await makeQueue(batch);
    const submit = (length: number) =>
      batch.SubmitJob(
        { jobName: "j", jobQueue: "q", jobDefinition: "d", containerOverrides: COMMAND(length) },
        CONTEXT,
      );
    await submit(bytesMax - 1_000);
    await expect(submit(bytesMax)).rejects.toThrow(
      new RegExp(`^a submission must have at most ${bytesMax} bytes, got`),
    );
  });

  test("of what another service is asked for", async () => {
    const submission = {
      jobName: "j",
      jobQueue: "nowhere",
      serviceJobType: "SAGEMAKER_TRAINING",
      serviceRequestPayload: "é".repeat(5_121),
    } as const;
    await expect(limited(AWS_LIMITS).SubmitServiceJob(submission, CONTEXT)).rejects.toThrow(
      "serviceRequestPayload must have at most 10240 bytes, got 10242",
    );
    await expect(limited(SERVER_LIMITS).SubmitServiceJob(submission, CONTEXT)).rejects.toThrow(
      "JobQueue nowhere not found.",
    );
  });
});

type Create = (batch: Operations<BatchOperations>, name: string, context: typeof CONTEXT) => Promise<unknown>;

describe("numbers", () => {
  const few = {
    ...SERVER_LIMITS,
    computeEnvironmentsMax: 3,
    schedulingPoliciesMax: 3,
    consumableResourcesMax: 3,
    serviceEnvironmentsMax: 3,
  };
  test.each<[what: string, create: Create]>([
    [
      "compute environments",
      (batch, computeEnvironmentName, context) =>
        batch.CreateComputeEnvironment(environmentRequest({ computeEnvironmentName }), context),
    ],
    ["scheduling policies", (batch, name, context) => batch.CreateSchedulingPolicy({ name }, context)],
    [
      "consumable resources",
      (batch, consumableResourceName, context) =>
        batch.CreateConsumableResource({ consumableResourceName }, context),
    ],
    [
      "service environments",
      (batch, serviceEnvironmentName, context) =>
        batch.CreateServiceEnvironment(
          {
            serviceEnvironmentName,
            serviceEnvironmentType: "SAGEMAKER_TRAINING",
            capacityLimits: LIMITS,
          },
          context,
        ),
    ],
  ])("of %s are held in each account and region, also against requests at once", async (what, create) => {
    const batch = limited(few);
    const outcomes = await Promise.allSettled(
      ["a", "b", "c", "d", "e"].map((name) => create(batch, name, CONTEXT)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 3 }, () => "fulfilled"),
      ...Array.from({ length: 2 }, () => "rejected"),
    ]);
    await expect(create(batch, "f", CONTEXT)).rejects.toThrow(
      `there can be at most 3 ${what} in an account and region, there are 3`,
    );
    await create(batch, "f", OTHER);
  });

  test("of job queues are held", async () => {
    const batch = limited({ ...few, jobQueuesMax: 1 });
    await makeQueue(batch);
    await expect(batch.CreateJobQueue({ jobQueueName: "r", priority: 1 }, CONTEXT)).rejects.toThrow(
      "there can be at most 1 job queues in an account and region, there are 1",
    );
  });

  test("of environments of a cluster are held", async () => {
    const batch = limited({ ...SERVER_LIMITS, computeEnvironmentsPerClusterMax: 1 });
    const create = (computeEnvironmentName: string, eksClusterArn: string) =>
      batch.CreateComputeEnvironment(
        environmentRequest({
          computeEnvironmentName,
          eksConfiguration: { eksClusterArn, kubernetesNamespace: "n" },
          computeResources: ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
        }),
        CONTEXT,
      );
    await create("a", CLUSTER);
    await expect(create("b", CLUSTER)).rejects.toThrow(
      `there can be at most 1 compute environments of ${CLUSTER} in an account and region, there are 1`,
    );
    await create("b", `${CLUSTER}-2`);
  });
});

test("submissions are held to AWS's rate, in each region by itself, and get their turn again", async () => {
  const batch = limited(AWS_LIMITS);
  const submit = async (context = CONTEXT) =>
    batch
      .SubmitJob({ jobName: "j", jobQueue: "nowhere", jobDefinition: "nothing" }, context)
      .catch((error: unknown) => (error instanceof Error ? error.message : ""));
  const answers = await Promise.all(Array.from({ length: 51 }, () => submit()));
  expect(answers.filter((answer) => answer === "Too Many Requests")).toHaveLength(1);
  expect(await submit(OTHER)).not.toBe("Too Many Requests");
  monotonicMs += 20;
  expect(await submit()).not.toBe("Too Many Requests");
  expect(await submit()).toBe("Too Many Requests");
});
