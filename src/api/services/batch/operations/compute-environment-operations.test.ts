import { beforeEach, describe, expect, test } from "vitest";
import {
  CONTEXT,
  openBatchServices,
  settleAll,
  wrapped,
} from "../../../../../test/support/batch-services.ts";
import {
  ec2Request,
  environmentRequest,
  fargateRequest,
} from "../../../../../test/support/environment-values.ts";
import type { ComputeEnvironmentDetail } from "../../../../model/batch.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { createComputeEnvironment } from "./create-compute-environment.ts";
import { createJobQueue } from "./create-job-queue.ts";
import { deleteComputeEnvironment } from "./delete-compute-environment.ts";
import { deleteJobQueue } from "./delete-job-queue.ts";
import { describeComputeEnvironments } from "./describe-compute-environments.ts";
import { updateComputeEnvironment } from "./update-compute-environment.ts";
import { updateJobQueue } from "./update-job-queue.ts";

let services: BatchServices;
beforeEach(async () => {
  services = await openBatchServices();
});

describe("CreateComputeEnvironment", () => {
  test("answers name and ARN; the environment is CREATING, then VALID", async () => {
    expect(await create("ce")).toEqual({
      computeEnvironmentName: "ce",
      computeEnvironmentArn: "arn:aws:batch:us-east-1:111122223333:compute-environment/ce",
    });
    expect((await describeOne("ce")).status).toBe("CREATING");
    await settleAll(services);
    expect(await describeOne("ce")).toEqual({
      computeEnvironmentName: "ce",
      computeEnvironmentArn: "arn:aws:batch:us-east-1:111122223333:compute-environment/ce",
      ecsClusterArn:
        "arn:aws:ecs:us-east-1:111122223333:cluster/AWSBatch-ce-00000000-0000-4000-8000-000000000001",
      tags: {},
      type: "MANAGED",
      state: "ENABLED",
      status: "VALID",
      statusReason: "ComputeEnvironment Healthy",
      computeResources: fargateRequest(),
      serviceRole:
        "arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
      containerOrchestrationType: "ECS",
      uuid: "00000000-0000-4000-8000-000000000001",
      ecsSettings: { containerInsights: "DISABLED" },
    });
  });

  test("lets one of two requests for the same name through", async () => {
    const [first, second] = await Promise.allSettled([create("ce"), create("ce")]);
    expect(first.status).toBe("fulfilled");
    expect(second).toEqual({
      status: "rejected",
      reason: new ApiError("ClientException", wrapped("Object already exists")),
    });
  });

  test("keeps accounts and regions apart", async () => {
    await create("ce");
    const elsewhere = { ...CONTEXT, scope: { ...CONTEXT.scope, region: "eu-west-1" } };
    const request = environmentRequest({ computeEnvironmentName: "ce", computeResources: fargateRequest() });
    expect(await createComputeEnvironment(services)(request, elsewhere)).toEqual({
      computeEnvironmentName: "ce",
      computeEnvironmentArn: "arn:aws:batch:eu-west-1:111122223333:compute-environment/ce",
    });
  });

  test("records who asked", async () => {
    await create("ce");
    const [stored] = await services.store.readComputeEnvironments(CONTEXT.scope, ["ce"]);
    expect(stored?.cause).toEqual({ principal: CONTEXT.principal, requestId: CONTEXT.requestId });
  });
});

describe("UpdateComputeEnvironment", () => {
  test("takes a name and an ARN", async () => {
    const { computeEnvironmentArn = "" } = await createValid("ce");
    await update("ce", { state: "DISABLED" });
    await settleAll(services);
    expect(await update(computeEnvironmentArn, { computeResources: { maxvCpus: 64 } })).toEqual({
      computeEnvironmentName: "ce",
      computeEnvironmentArn,
    });
    expect(await describeOne("ce")).toMatchObject({
      state: "DISABLED",
      status: "UPDATING",
      computeResources: { ...fargateRequest(), maxvCpus: 64 },
    });
  });

  test.each([
    ["ce", "arn:aws:batch:us-east-1:111122223333:compute-environment/ce"],
    ["no name", "no name"],
    [
      "arn:aws:batch:eu-west-1:111122223333:compute-environment/ce",
      "arn:aws:batch:eu-west-1:111122223333:compute-environment/ce",
    ],
  ])("answers %s with its ARN that does not exist", async (nameOrArn, arn) => {
    await expect(update(nameOrArn, { state: "DISABLED" })).rejects.toEqual(
      new ApiError("ClientException", `${arn} does not exist`),
    );
  });
});

function inOrder(...names: readonly string[]): { order: number; computeEnvironment: string }[] {
  return names.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
}

describe("UpdateComputeEnvironment in a queue", () => {
  test("keeps the architecture of the environments beside it, as long as they are", async () => {
    const computeResources = ec2Request({
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      instanceTypes: ["c5"],
    });
    for (const computeEnvironmentName of ["a", "b"]) {
      await createComputeEnvironment(services)(
        environmentRequest({ computeEnvironmentName, computeResources }),
        CONTEXT,
      );
    }
    await settleAll(services);
    await createJobQueue(services)(
      { jobQueueName: "q", priority: 1, computeEnvironmentOrder: inOrder("a", "b") },
      CONTEXT,
    );
    await settleAll(services);
    const toArm = { computeResources: { instanceTypes: ["c6g"] } };
    await expect(update("b", toArm)).rejects.toEqual(
      new ApiError(
        "ClientException",
        "computeResources.instanceTypes must be of the architecture of the other compute environments of job queue q, " +
          "got arm64 and x86_64",
      ),
    );

    await updateJobQueue(services)({ jobQueue: "q", computeEnvironmentOrder: inOrder("b") }, CONTEXT);
    expect(await update("b", toArm)).toMatchObject({ computeEnvironmentName: "b" });
  });
});

describe("DeleteComputeEnvironment", () => {
  test("39: answers with the relationship while a queue has it, also one that is being deleted", async () => {
    const refusal = new ApiError("ClientException", "Cannot delete, found existing JobQueue relationship");
    await createValid("ce");
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "ce" }];
    await createJobQueue(services)({ jobQueueName: "q", priority: 1, computeEnvironmentOrder }, CONTEXT);
    await settleAll(services);
    await update("ce", { state: "DISABLED" });
    await settleAll(services);
    await expect(remove("ce")).rejects.toEqual(refusal);

    await updateJobQueue(services)({ jobQueue: "q", state: "DISABLED" }, CONTEXT);
    await settleAll(services);
    await deleteJobQueue(services)({ jobQueue: "q" }, CONTEXT);
    await expect(remove("ce")).rejects.toEqual(refusal);

    await settleAll(services);
    expect(await remove("ce")).toEqual({});
    expect((await describeOne("ce")).status).toBe("DELETING");
    await settleAll(services);
    expect(await show({ computeEnvironments: ["ce"] })).toEqual({ computeEnvironments: [] });
    expect(await create("ce")).toMatchObject({ computeEnvironmentName: "ce" });
  });

  test.each(["ce", "no name"])("finds it right that %j is not there", async (computeEnvironment) => {
    expect(await remove(computeEnvironment)).toEqual({});
  });
});

describe("DescribeComputeEnvironments", () => {
  test("lists by name, page by page; 5: the last page has no token", async () => {
    for (const name of ["c", "a", "b"]) await create(name);
    const first = await show({ maxResults: 2 });
    expect(namesOf(first)).toEqual(["a", "b"]);
    const { nextToken } = first;
    const last = await show({ maxResults: 2, nextToken });
    expect(namesOf(last)).toEqual(["c"]);
    expect(last).not.toHaveProperty("nextToken");
  });

  test("shows those that are named, by name or ARN, each once, in their order; an empty list names none", async () => {
    for (const name of ["a", "b", "c"]) await create(name);
    const arn = "arn:aws:batch:us-east-1:111122223333:compute-environment/a";
    const elsewhere = "arn:aws:batch:us-east-1:999900001111:compute-environment/b";
    const named = await show({ computeEnvironments: ["c", arn, "x", elsewhere, "c", "no name"] });
    expect(namesOf(named)).toEqual(["c", "a"]);
    expect(namesOf(await show({ computeEnvironments: [] }))).toEqual(["a", "b", "c"]);
  });

  test("4: refuses 101 names, and names together with maxResults", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `ce-${index}`);
    await expect(show({ computeEnvironments: names })).rejects.toEqual(
      new ApiError("ClientException", "computeEnvironments must have at most 100 entries, got 101"),
    );
    await expect(show({ computeEnvironments: ["ce"], maxResults: 10 })).rejects.toEqual(
      new ApiError("ClientException", wrapped("ComputeEnvironments and MaxResults cannot both be set")),
    );
    expect(await show({ computeEnvironments: names.slice(1) })).toEqual({ computeEnvironments: [] });
  });

  test("refuses a page of none and of more than 100", async () => {
    for (const maxResults of [0, 101]) {
      await expect(show({ maxResults })).rejects.toEqual(
        new ApiError("ClientException", `maxResults must be between 1 and 100, got ${maxResults}`),
      );
    }
  });
});

function create(computeEnvironmentName: string) {
  const request = environmentRequest({ computeEnvironmentName, computeResources: fargateRequest() });
  return createComputeEnvironment(services)(request, CONTEXT);
}

async function createValid(name: string) {
  const created = await create(name);
  await settleAll(services);
  return created;
}

function update(
  computeEnvironment: string,
  changes: Omit<Parameters<ReturnType<typeof updateComputeEnvironment>>[0], "computeEnvironment">,
) {
  return updateComputeEnvironment(services)({ computeEnvironment, ...changes }, CONTEXT);
}

function remove(computeEnvironment: string) {
  return deleteComputeEnvironment(services)({ computeEnvironment }, CONTEXT);
}

function show(request: Parameters<ReturnType<typeof describeComputeEnvironments>>[0]) {
  return describeComputeEnvironments(services)(request, CONTEXT);
}

async function describeOne(name: string): Promise<ComputeEnvironmentDetail> {
  const { computeEnvironments = [] } = await show({ computeEnvironments: [name] });
  expect(computeEnvironments).toHaveLength(1);
  return computeEnvironments[0] as ComputeEnvironmentDetail;
}

function namesOf({
  computeEnvironments = [],
}: {
  readonly computeEnvironments?: readonly ComputeEnvironmentDetail[] | undefined;
}) {
  return computeEnvironments.map(({ computeEnvironmentName }) => computeEnvironmentName);
}
