import { readFileSync } from "node:fs";
import type {
  ComputeEnvironmentDetail,
  CreateComputeEnvironmentCommandInput,
  UpdateComputeEnvironmentCommandInput,
} from "@aws-sdk/client-batch";
import { describe, expect, test } from "vitest";
import {
  deleteEnvironment,
  deleteQueue,
  makeEnvironment,
  makeQueue,
  setEnvironmentState,
  settledEnvironment,
  setQueueState,
} from "../support/batch-resources.ts";
import {
  ec2Request,
  environmentRequest,
  fargateRequest,
  INSTANCE_ROLE,
  spotRequest,
} from "../support/environment-values.ts";
import { clientException, notYet, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const ACCOUNT = "000000000000";
const SERVICE_LINKED_ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`;

function arnOf(name: string): string {
  return `arn:aws:batch:us-east-1:${ACCOUNT}:compute-environment/${name}`;
}

// The project's own models are the same as the client's but for `readonly`.
type CreateInput = CreateComputeEnvironmentCommandInput;

function requestOf(...arguments_: Parameters<typeof environmentRequest>): CreateInput {
  return environmentRequest(...arguments_) as CreateInput;
}

async function create(request: CreateInput): Promise<ComputeEnvironmentDetail> {
  await used.batch.createComputeEnvironment(request);
  return settledEnvironment(used.batch, request.computeEnvironmentName ?? "");
}

describe("a new compute environment", () => {
  test("goes through CREATING to VALID and shows what was asked for with AWS's defaults", async () => {
    const answer = await used.batch.createComputeEnvironment(
      requestOf({
        computeEnvironmentName: "whole",
        computeResources: ec2Request({
          allocationStrategy: "BEST_FIT_PROGRESSIVE",
          minvCpus: 2,
          instanceTypes: ["c5.large", "m5"],
          tags: { Name: "worker" },
          scalingPolicy: { minScaleDownDelayMinutes: 30 },
        }),
        ecsSettings: { containerInsights: "ENHANCED" },
        tags: { team: "a" },
      }),
    );
    expect(answer).toMatchObject({
      computeEnvironmentName: "whole",
      computeEnvironmentArn: arnOf("whole"),
    });

    const { uuid, ecsClusterArn, ...shown } = await settledEnvironment(used.batch, "whole");
    expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(ecsClusterArn).toBe(`arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/AWSBatch-whole-${uuid}`);
    expect(shown).toEqual({
      computeEnvironmentName: "whole",
      computeEnvironmentArn: arnOf("whole"),
      type: "MANAGED",
      state: "ENABLED",
      status: "VALID",
      statusReason: "ComputeEnvironment Healthy",
      serviceRole: SERVICE_LINKED_ROLE,
      containerOrchestrationType: "ECS",
      computeResources: {
        type: "EC2",
        allocationStrategy: "BEST_FIT_PROGRESSIVE",
        minvCpus: 2,
        maxvCpus: 16,
        desiredvCpus: 2,
        instanceTypes: ["c5.large", "m5"],
        subnets: ["subnet-1"],
        securityGroupIds: ["sg-1"],
        instanceRole: INSTANCE_ROLE,
        tags: { Name: "worker" },
        ec2Configuration: [{ imageType: "ECS_AL2023" }],
        scalingPolicy: { minScaleDownDelayMinutes: 30 },
      },
      ecsSettings: { containerInsights: "ENHANCED" },
      tags: { team: "a" },
    });
  });

  test.each<[type: string, request: CreateInput, shown: Partial<ComputeEnvironmentDetail>]>([
    [
      "FARGATE",
      requestOf({ computeEnvironmentName: "fargate", computeResources: fargateRequest() }),
      {
        computeResources: {
          type: "FARGATE",
          maxvCpus: 16,
          subnets: ["subnet-1"],
          securityGroupIds: ["sg-1"],
        },
      },
    ],
    [
      "SPOT",
      requestOf({ computeEnvironmentName: "spot", computeResources: spotRequest({ bidPercentage: 40 }) }),
      {
        computeResources: {
          type: "SPOT",
          allocationStrategy: "SPOT_CAPACITY_OPTIMIZED",
          minvCpus: 0,
          maxvCpus: 16,
          desiredvCpus: 0,
          instanceTypes: ["c5"],
          subnets: ["subnet-1"],
          securityGroupIds: ["sg-1"],
          instanceRole: INSTANCE_ROLE,
          bidPercentage: 40,
          ec2Configuration: [{ imageType: "ECS_AL2023" }],
        },
      },
    ],
    [
      "UNMANAGED",
      { computeEnvironmentName: "own", type: "UNMANAGED", serviceRole: "batch", unmanagedvCpus: 8 },
      { unmanagedvCpus: 8, serviceRole: `arn:aws:iam::${ACCOUNT}:role/batch` },
    ],
  ])("of type %s shows what belongs to it", async (_type, request, shown) => {
    const environment = await create(request);
    expect(environment).toMatchObject({ ...shown, state: "ENABLED", status: "VALID" });
    expect(environment.computeResources).toEqual(shown.computeResources);
  });

  test.each<[what: string, request: CreateInput, refusal: RefusalSeen]>([
    [
      "a name that is taken",
      requestOf({ computeEnvironmentName: "local" }),
      wrapped("Object already exists"),
    ],
    [
      "a name of strange characters",
      requestOf({ computeEnvironmentName: "a.b" }),
      wrapped("Compute Environment name should match a valid pattern."),
    ],
    [
      "no instance role",
      requestOf({ computeResources: ec2Request({ instanceRole: undefined }) }),
      wrapped("Instance role is required."),
    ],
    [
      "no minvCpus",
      requestOf({ computeResources: ec2Request({ minvCpus: undefined }) }),
      wrapped("Resource minvCpus is required."),
    ],
    [
      "UNMANAGED without a service role",
      { computeEnvironmentName: "x", type: "UNMANAGED" },
      wrapped("ServiceRole is required."),
    ],
    [
      "SPOT with BEST_FIT and no Spot Fleet role",
      requestOf({ computeResources: spotRequest({ allocationStrategy: "BEST_FIT" }) }),
      wrapped("ComputeResources.spotIamFleetRole cannot not be null or empty"),
    ],
    [
      "desiredvCpus on Fargate",
      requestOf({ computeResources: fargateRequest({ desiredvCpus: 1 }) }),
      wrapped("desiredvCpus is not applicable for Fargate."),
    ],
    [
      "instance tags on Fargate",
      requestOf({ computeResources: fargateRequest({ tags: { a: "b" } }) }),
      wrapped("tags is not applicable for Fargate."),
    ],
    [
      "MANAGED without compute resources",
      { computeEnvironmentName: "x", type: "MANAGED" },
      wrapped("computeResources must be provided for a MANAGED compute environment"),
    ],
    [
      "the state DISABLED",
      requestOf({ state: "DISABLED" }),
      wrapped("Compute Environment must be created in ENABLED state."),
    ],
    [
      "a cluster that is none",
      requestOf({
        eksConfiguration: { eksClusterArn: "arn:aws:eks:x", kubernetesNamespace: "n" },
        computeResources: ec2Request({ allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
      }),
      wrapped("eksClusterArn must be an EKS cluster ARN."),
    ],
    [
      "EKS without an allocation strategy",
      requestOf({
        eksConfiguration: {
          eksClusterArn: "arn:aws:eks:us-east-1:000000000000:cluster/c",
          kubernetesNamespace: "n",
        },
      }),
      wrapped("allocationStrategy is required for EKS Compute Environments."),
    ],
    [
      "Managed Instances",
      requestOf({ computeResources: ec2Request({ type: "ECS_MANAGED_INSTANCES" }) }),
      notYet("Managed Instances (computeResources.type ECS_MANAGED_INSTANCES) are"),
    ],
  ])("is refused for %s", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.createComputeEnvironment(request))).toEqual(refusal);
  });

  test("is refused for an unknown instance type with the list of those that there are", async () => {
    const request = requestOf({ computeResources: ec2Request({ instanceTypes: ["z9.nano"] }) });
    const { message } = await refusalOf(used.batch.createComputeEnvironment(request));
    expect(message).toMatch(
      /^Error executing request, Exception : Instance type can only be one of \[[^\]]*\boptimal\b[^\]]*\], RequestId: ⟨request id⟩$/,
    );
    expect(message).toContain("c5.large");
  });
});

describe("DescribeComputeEnvironments", () => {
  test("finds by name and by ARN, each once, and leaves out what is not there", async () => {
    await makeEnvironment(used.batch, "found");
    const named = ["found", arnOf("found"), "nowhere", arnOf("nowhere")];
    const { computeEnvironments = [], nextToken } = await used.batch.describeComputeEnvironments({
      computeEnvironments: named,
    });
    expect(computeEnvironments.map(({ computeEnvironmentName }) => computeEnvironmentName)).toEqual([
      "found",
    ]);
    expect(nextToken).toBeUndefined();
  });
});

describe("UpdateComputeEnvironment", () => {
  test("changes what it names and leaves the rest, through UPDATING to VALID", async () => {
    const before = await create(
      requestOf({
        computeEnvironmentName: "changed",
        computeResources: ec2Request({ instanceTypes: ["c5.large"], maxvCpus: 4 }),
        tags: { team: "a" },
      }),
    );
    const answer = await used.batch.updateComputeEnvironment({
      computeEnvironment: before.computeEnvironmentArn,
      computeResources: { maxvCpus: 9, desiredvCpus: 2 },
    });
    expect(answer).toMatchObject({
      computeEnvironmentName: "changed",
      computeEnvironmentArn: arnOf("changed"),
    });
    expect(await settledEnvironment(used.batch, "changed")).toEqual({
      ...before,
      computeResources: { ...before.computeResources, maxvCpus: 9, desiredvCpus: 2 },
    });
  });

  test.each<[what: string, request: Partial<UpdateComputeEnvironmentCommandInput>, refusal: RefusalSeen]>([
    [
      "empty compute resources",
      { computeResources: {} },
      clientException("At least one compute-resources attribute must be specified"),
    ],
    [
      "fewer desiredvCpus than there are",
      { computeResources: { desiredvCpus: 1 } },
      wrapped(
        "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment " +
          "will cause it to scale-down to minvCpus.",
      ),
    ],
    [
      "no change at all",
      {},
      clientException("One of [state | compute-resources | service-role | unmanaged-vcpus] is required."),
    ],
    [
      "an environment that is not there",
      { computeEnvironment: "nowhere", state: "DISABLED" },
      clientException(`${arnOf("nowhere")} does not exist`),
    ],
  ])("is refused for %s", async (_what, request, refusal) => {
    const there = await used.batch.describeComputeEnvironments({ computeEnvironments: ["scaled"] });
    if (there.computeEnvironments?.length === 0) {
      await create(
        requestOf({ computeEnvironmentName: "scaled", computeResources: ec2Request({ desiredvCpus: 2 }) }),
      );
    }
    const update = used.batch.updateComputeEnvironment({ computeEnvironment: "scaled", ...request });
    expect(await refusalOf(update)).toEqual(refusal);
  });
});

describe("DeleteComputeEnvironment", () => {
  test("takes a DISABLED environment away, and succeeds for one that is not there", async () => {
    await makeEnvironment(used.batch, "leaving");
    expect(await refusalOf(used.batch.deleteComputeEnvironment({ computeEnvironment: "leaving" }))).toEqual(
      clientException(`${arnOf("leaving")} must be in DISABLED state to be deleted, got ENABLED`),
    );

    await setEnvironmentState(used.batch, "leaving", "DISABLED");
    await deleteEnvironment(used.batch, arnOf("leaving"));
    await used.batch.deleteComputeEnvironment({ computeEnvironment: "leaving" });
    await makeEnvironment(used.batch, "leaving");
  });

  test("16.39 deleting an environment that a queue has is refused until the queue is gone", async () => {
    const { batch } = used;
    await makeEnvironment(batch, "kept");
    await makeQueue(batch, "keeping", ["kept"]);
    await setEnvironmentState(batch, "kept", "DISABLED");
    const refusal = clientException("Cannot delete, found existing JobQueue relationship");
    expect(await refusalOf(batch.deleteComputeEnvironment({ computeEnvironment: "kept" }))).toEqual(refusal);

    await setQueueState(batch, "keeping", "DISABLED");
    await deleteQueue(batch, "keeping");
    await deleteEnvironment(batch, "kept");
  });
});

test("16.46 on a DISABLED environment running jobs end normally and nothing new is placed", async () => {
  const { batch, jobs } = used;
  await makeEnvironment(batch, "pausing");
  await makeQueue(batch, "paused", ["pausing"]);
  const running = await jobs.submit(used.waitAt("pause-over"), { jobQueue: "paused" });
  await jobs.reached(running, "RUNNING");

  await setEnvironmentState(batch, "pausing", "DISABLED");
  const waiting = await jobs.submit("true", { jobQueue: "paused" });
  await jobs.reached(waiting, "RUNNABLE");
  used.open("pause-over");
  expect(await jobs.ended(running)).toMatchObject({ status: "SUCCEEDED", container: { exitCode: 0 } });
  expect(await jobs.describe(waiting)).toMatchObject({ status: "RUNNABLE", attempts: [] });

  await setEnvironmentState(batch, "pausing", "ENABLED");
  expect(await jobs.ended(waiting)).toMatchObject({ status: "SUCCEEDED" });
});

test("16.43 the environment of the lowest order goes first; a full or DISABLED one is passed over", async () => {
  const { batch, jobs } = used;
  const names = ["first", "second", "third"];
  for (const name of names) await makeEnvironment(batch, name, { maxvCpus: 1 });
  await setEnvironmentState(batch, "second", "DISABLED");
  await makeQueue(batch, "overflowing", [], {
    computeEnvironmentOrder: [
      { order: 30, computeEnvironment: "third" },
      { order: 10, computeEnvironment: "first" },
      { order: 20, computeEnvironment: "second" },
    ],
  });
  const script = `echo "$AWS_BATCH_JOB_ID $AWS_BATCH_CE_NAME" >>'${used.path("places")}'; ${used.waitAt("placed")}`;
  const jobIds = [];
  for (let count = 0; count < 3; count += 1) {
    jobIds.push(await jobs.submit(script, { jobQueue: "overflowing" }));
  }
  const [atFirst = "", atThird = "", waiting = ""] = jobIds;
  await Promise.all([jobs.reached(atFirst, "RUNNING"), jobs.reached(atThird, "RUNNING")]);
  expect(await jobs.describe(waiting)).toMatchObject({ status: "RUNNABLE" });
  used.open("placed");
  await Promise.all(jobIds.map((jobId) => jobs.ended(jobId)));
  const places = readFileSync(used.path("places"), "utf8").trim().split("\n");
  expect(places.slice(0, 2).sort()).toEqual([`${atFirst} first`, `${atThird} third`].sort());
});
