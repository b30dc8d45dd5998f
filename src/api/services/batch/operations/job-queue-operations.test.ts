import { beforeEach, describe, expect, test } from "vitest";
import {
  CONTEXT,
  openBatchServices,
  settleAll,
  wrapped,
} from "../../../../../test/support/batch-services.ts";
import { environmentRequest, fargateRequest } from "../../../../../test/support/environment-values.ts";
import type {
  CreateJobQueueRequest,
  JobQueueDetail,
  UpdateJobQueueRequest,
} from "../../../../model/batch.ts";
import { ApiError } from "../../../errors.ts";
import type { BatchServices } from "../batch-services.ts";
import { createComputeEnvironment } from "./create-compute-environment.ts";
import { createJobQueue } from "./create-job-queue.ts";
import { deleteJobQueue } from "./delete-job-queue.ts";
import { describeJobQueues } from "./describe-job-queues.ts";
import { updateJobQueue } from "./update-job-queue.ts";

const ENVIRONMENT_ARN = "arn:aws:batch:us-east-1:111122223333:compute-environment/ce";
const QUEUE_ARN = "arn:aws:batch:us-east-1:111122223333:job-queue/q";

let services: BatchServices;
beforeEach(async () => {
  services = await openBatchServices();
  await createComputeEnvironment(services)(environmentRequest({ computeEnvironmentName: "ec2" }), CONTEXT);
  const fargate = environmentRequest({ computeEnvironmentName: "ce", computeResources: fargateRequest() });
  await createComputeEnvironment(services)(fargate, CONTEXT);
  await settleAll(services);
});

describe("CreateJobQueue", () => {
  test("40: answers name and ARN; an environment given by name is shown by its ARN", async () => {
    expect(await create("q")).toEqual({ jobQueueName: "q", jobQueueArn: QUEUE_ARN });
    expect((await showOne("q")).status).toBe("CREATING");
    await settleAll(services);
    expect(await showOne("q")).toEqual({
      jobQueueName: "q",
      jobQueueArn: QUEUE_ARN,
      state: "ENABLED",
      status: "VALID",
      statusReason: "JobQueue Healthy",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: ENVIRONMENT_ARN }],
      jobQueueType: "ECS_FARGATE",
      tags: {},
      jobStateTimeLimitActions: [],
    });
  });

  test("refuses an environment that is not VALID yet", async () => {
    await createComputeEnvironment(services)(environmentRequest({ computeEnvironmentName: "new" }), CONTEXT);
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "new" }];
    await expect(create("q", { computeEnvironmentOrder })).rejects.toEqual(
      new ApiError(
        "ClientException",
        wrapped("Compute Environments must be created and valid before attaching them to a job queue"),
      ),
    );
  });

  test("41: refuses a mix of EC2 and Fargate", async () => {
    const computeEnvironmentOrder = [
      { order: 1, computeEnvironment: "ec2" },
      { order: 2, computeEnvironment: "ce" },
    ];
    await expect(create("q", { computeEnvironmentOrder })).rejects.toEqual(
      new ApiError("ClientException", wrapped("Fargate and EC2 compute environments can not be mixed.")),
    );
  });

  test("lets one of two requests for the same name through", async () => {
    const [first, second] = await Promise.allSettled([create("q"), create("q")]);
    expect(first.status).toBe("fulfilled");
    expect(second).toEqual({
      status: "rejected",
      reason: new ApiError("ClientException", wrapped("Object already exists")),
    });
  });
});

describe("UpdateJobQueue", () => {
  test("takes a name and an ARN", async () => {
    await create("q");
    await settleAll(services);
    await update("q", { priority: 5 });
    await settleAll(services);
    expect(await update(QUEUE_ARN, { state: "DISABLED" })).toEqual({
      jobQueueName: "q",
      jobQueueArn: QUEUE_ARN,
    });
    expect(await showOne("q")).toMatchObject({ priority: 5, state: "DISABLED", status: "UPDATING" });
  });

  test("answers an unknown name with its ARN that does not exist", async () => {
    await expect(update("q", { priority: 5 })).rejects.toEqual(
      new ApiError("ClientException", `${QUEUE_ARN} does not exist`),
    );
  });
});

describe("DeleteJobQueue", () => {
  test("38: refuses an ENABLED queue; a DISABLED one goes", async () => {
    await create("q");
    await settleAll(services);
    await expect(remove("q")).rejects.toEqual(
      new ApiError("ClientException", `${QUEUE_ARN} must be in DISABLED state to be deleted, got ENABLED`),
    );
    await update("q", { state: "DISABLED" });
    await settleAll(services);
    expect(await remove("q")).toEqual({});
    expect(await showOne("q")).toMatchObject({ status: "DELETING", statusReason: "JobQueue Healthy" });
    await settleAll(services);
    expect(await show({ jobQueues: ["q"] })).toEqual({ jobQueues: [] });
  });

  test("finds it right that a queue is not there", async () => {
    expect(await remove("q")).toEqual({});
  });
});

describe("DescribeJobQueues", () => {
  test("lists by name, page by page; 5: the last page has no token", async () => {
    for (const name of ["c", "a", "b"]) await create(name);
    const first = await show({ maxResults: 2 });
    expect(first.jobQueues?.map(({ jobQueueName }) => jobQueueName)).toEqual(["a", "b"]);
    const { nextToken } = first;
    const last = await show({ maxResults: 2, nextToken });
    expect(last.jobQueues?.map(({ jobQueueName }) => jobQueueName)).toEqual(["c"]);
    expect(last).not.toHaveProperty("nextToken");
  });

  test("4: refuses 101 names, and names together with maxResults", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `q-${index}`);
    await expect(show({ jobQueues: names })).rejects.toEqual(
      new ApiError("ClientException", "jobQueues must have at most 100 entries, got 101"),
    );
    await expect(show({ jobQueues: ["q"], maxResults: 10 })).rejects.toEqual(
      new ApiError("ClientException", wrapped("JobQueues and MaxResults cannot both be set")),
    );
  });
});

function create(jobQueueName: string, members: Partial<CreateJobQueueRequest> = {}) {
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "ce" }];
  return createJobQueue(services)(
    { jobQueueName, priority: 1, computeEnvironmentOrder, ...members },
    CONTEXT,
  );
}

function update(jobQueue: string, changes: Omit<UpdateJobQueueRequest, "jobQueue">) {
  return updateJobQueue(services)({ jobQueue, ...changes }, CONTEXT);
}

function remove(jobQueue: string) {
  return deleteJobQueue(services)({ jobQueue }, CONTEXT);
}

function show(request: Parameters<ReturnType<typeof describeJobQueues>>[0]) {
  return describeJobQueues(services)(request, CONTEXT);
}

async function showOne(name: string): Promise<JobQueueDetail> {
  const { jobQueues = [] } = await show({ jobQueues: [name] });
  expect(jobQueues).toHaveLength(1);
  return jobQueues[0] as JobQueueDetail;
}
