import { readFileSync } from "node:fs";
import type {
  CreateJobQueueCommandInput,
  JobDetail,
  UpdateJobQueueCommandInput,
} from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import {
  deleteQueue,
  makeEnvironment,
  makeQueue,
  setEnvironmentState,
  settledQueue,
  setQueueState,
} from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

function arnOf(type: "compute-environment" | "job-queue" | "scheduling-policy", name: string): string {
  return `arn:aws:batch:us-east-1:000000000000:${type}/${name}`;
}

const TIME_LIMIT = {
  state: "RUNNABLE",
  reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  maxTimeSeconds: 600,
  action: "CANCEL",
} as const;

beforeAll(async () => {
  for (const name of ["a", "b", "c", "d"]) await makeEnvironment(used.batch, name);
  await makeEnvironment(used.batch, "fargate", {
    computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
  });
});

describe("a new job queue", () => {
  test("goes through CREATING to VALID and shows what was asked for", async () => {
    const answer = await used.batch.createJobQueue({
      jobQueueName: "whole",
      priority: 7,
      computeEnvironmentOrder: [
        { order: 5, computeEnvironment: "b" },
        { order: 1, computeEnvironment: arnOf("compute-environment", "a") },
      ],
      jobStateTimeLimitActions: [TIME_LIMIT],
      tags: { team: "a" },
    });
    expect(answer).toMatchObject({ jobQueueName: "whole", jobQueueArn: arnOf("job-queue", "whole") });
    expect(await settledQueue(used.batch, "whole")).toEqual({
      jobQueueName: "whole",
      jobQueueArn: arnOf("job-queue", "whole"),
      state: "ENABLED",
      status: "VALID",
      statusReason: "JobQueue Healthy",
      priority: 7,
      jobQueueType: "ECS",
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: arnOf("compute-environment", "a") },
        { order: 5, computeEnvironment: arnOf("compute-environment", "b") },
      ],
      jobStateTimeLimitActions: [TIME_LIMIT],
      tags: { team: "a" },
    });
  });

  test("16.40 a compute environment given by name comes back as ARN", async () => {
    const { computeEnvironmentOrder } = await makeQueue(used.batch, "by-name", ["c"]);
    expect(computeEnvironmentOrder).toEqual([
      { order: 1, computeEnvironment: arnOf("compute-environment", "c") },
    ]);
  });

  test("of Fargate environments is of type ECS_FARGATE", async () => {
    expect(await makeQueue(used.batch, "on-fargate", ["fargate"])).toMatchObject({
      jobQueueType: "ECS_FARGATE",
    });
  });

  test.each<[what: string, request: Partial<CreateJobQueueCommandInput>, refusal: RefusalSeen]>([
    [
      "16.41 four environments",
      { computeEnvironmentOrder: orderOf("a", "b", "c", "d") },
      wrapped("Only 3 environments are allowed in job queue request."),
    ],
    [
      "16.41 a mix of Fargate and EC2",
      { computeEnvironmentOrder: orderOf("a", "fargate") },
      wrapped("Fargate and EC2 compute environments can not be mixed."),
    ],
    ["no environment", { computeEnvironmentOrder: [] }, wrapped("computeEnvironmentOrder is required.")],
    [
      "an environment that is not there",
      { computeEnvironmentOrder: orderOf("nowhere") },
      wrapped("Compute Environments must be created and valid before attaching them to a job queue"),
    ],
    [
      "an environment twice",
      { computeEnvironmentOrder: orderOf("a", "a") },
      wrapped("Duplicate ComputeEnvironments within order list."),
    ],
    [
      "16.45 a time limit with a reason of the user's own",
      { jobStateTimeLimitActions: [{ ...TIME_LIMIT, reason: "it takes too long" }] },
      wrapped("Invalid job reason"),
    ],
    ["a name that is taken", { jobQueueName: "default" }, wrapped("Object already exists")],
    [
      "a priority beyond 1000",
      { priority: 1001 },
      clientException("priority must be between 0 and 1000, got 1001"),
    ],
    [
      "a scheduling policy that is not there",
      { schedulingPolicyArn: arnOf("scheduling-policy", "p") },
      clientException(`SchedulingPolicy ${arnOf("scheduling-policy", "p")} not found.`),
    ],
    [
      "a service environment that is not there",
      { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "s" }], computeEnvironmentOrder: [] },
      wrapped("Service environments must be created and valid before attaching them to a job queue."),
    ],
  ])("%s: refused at creation", async (_what, request, refusal) => {
    const creation = used.batch.createJobQueue({
      jobQueueName: "refused",
      priority: 1,
      computeEnvironmentOrder: orderOf("a"),
      ...request,
    });
    expect(await refusalOf(creation)).toEqual(refusal);
  });
});

describe("UpdateJobQueue", () => {
  test("changes what it names and leaves the rest; lists replace lists", async () => {
    const before = await makeQueue(used.batch, "changed", ["a", "b"], { tags: { team: "a" } });
    const jobQueue = arnOf("job-queue", "changed");
    const answer = await used.batch.updateJobQueue({
      jobQueue,
      priority: 9,
      computeEnvironmentOrder: orderOf("c"),
      jobStateTimeLimitActions: [TIME_LIMIT],
    });
    expect(answer).toMatchObject({ jobQueueName: "changed", jobQueueArn: jobQueue });
    expect(await settledQueue(used.batch, "changed")).toEqual({
      ...before,
      priority: 9,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: arnOf("compute-environment", "c") }],
      jobStateTimeLimitActions: [TIME_LIMIT],
    });
  });

  test.each<[what: string, request: Partial<UpdateJobQueueCommandInput>, refusal: RefusalSeen]>([
    [
      "16.41 a scheduling policy for a FIFO queue",
      { schedulingPolicyArn: arnOf("scheduling-policy", "p") },
      clientException(
        "schedulingPolicyArn must be absent for a job queue that was created without one, got " +
          arnOf("scheduling-policy", "p"),
      ),
    ],
    [
      "16.45 a time limit with a reason of the user's own",
      { jobStateTimeLimitActions: [{ ...TIME_LIMIT, reason: "patience" }] },
      wrapped("Invalid job reason"),
    ],
    [
      "environments of the other kind",
      { computeEnvironmentOrder: orderOf("fargate") },
      clientException(
        "computeEnvironmentOrder must hold compute environments for a queue of type ECS, got ECS_FARGATE",
      ),
    ],
    [
      "a queue that is not there",
      { jobQueue: "nowhere", priority: 1 },
      clientException(`${arnOf("job-queue", "nowhere")} does not exist`),
    ],
  ])("%s: refused at update", async (_what, request, refusal) => {
    expect(await refusalOf(used.batch.updateJobQueue({ jobQueue: "default", ...request }))).toEqual(refusal);
  });
});

describe("a DISABLED queue", () => {
  test("takes no submissions and goes on with the jobs that it holds", async () => {
    const { batch, jobs } = used;
    await makeEnvironment(batch, "narrow", { maxvCpus: 1 });
    await makeQueue(batch, "closing", ["narrow"]);
    const running = await jobs.submit(used.waitAt("closed"), { jobQueue: "closing" });
    const waiting = await jobs.submit("true", { jobQueue: "closing" });
    await jobs.reached(running, "RUNNING");
    await setQueueState(batch, "closing", "DISABLED");
    expect(await refusalOf(jobs.submit("true", { jobQueue: "closing" }))).toEqual(
      clientException(`JobQueue ${arnOf("job-queue", "closing")} is not in ENABLED state.`),
    );
    used.open("closed");
    expect(await Promise.all([jobs.ended(running), jobs.ended(waiting)])).toMatchObject([
      { status: "SUCCEEDED" },
      { status: "SUCCEEDED" },
    ]);
  });

  test("16.38 is deleted with its jobs, an ENABLED one is not", async () => {
    const { batch, jobs } = used;
    await makeEnvironment(batch, "single", { maxvCpus: 1 });
    await makeQueue(batch, "leaving", ["single"]);
    const jobQueue = arnOf("job-queue", "leaving");
    const running = await jobs.submit("exec sleep 600", { jobQueue });
    const waiting = [];
    for (let count = 0; count < 3; count += 1) waiting.push(await jobs.submit("true", { jobQueue }));
    await jobs.reached(running, "RUNNING");
    expect(await refusalOf(batch.deleteJobQueue({ jobQueue }))).toEqual(
      clientException(`${jobQueue} must be in DISABLED state to be deleted, got ENABLED`),
    );

    await setQueueState(batch, "leaving", "DISABLED");
    await deleteQueue(batch, jobQueue);
    expect(await jobs.describe(running)).toMatchObject({
      status: "FAILED",
      statusReason: "JobQueue deleted",
      container: { exitCode: 143 },
      attempts: [{ statusReason: "JobQueue deleted", container: { exitCode: 143 } }],
    });
    for (const jobId of waiting) {
      const job = await jobs.describe(jobId);
      expect(job).toMatchObject({ status: "FAILED", statusReason: "JobQueue deleted", attempts: [] });
      expect(job.startedAt).toBeUndefined();
      expect(job.stoppedAt).toBeGreaterThan(0);
    }
    expect(await refusalOf(jobs.submit("true", { jobQueue }))).toEqual(
      clientException(`JobQueue ${jobQueue} not found.`),
    );
    await batch.deleteJobQueue({ jobQueue });
  });
});

describe("the order in which jobs start", () => {
  test("16.42 on a shared environment the queue of higher priority goes first, each in order of submission", async () => {
    const { batch, jobs } = used;
    await makeEnvironment(batch, "shared", { maxvCpus: 1 });
    await makeQueue(batch, "low", ["shared"], { priority: 1 });
    await makeQueue(batch, "high", ["shared"], { priority: 10 });
    await setEnvironmentState(batch, "shared", "DISABLED");
    const script = `echo "$NAME" >>'${used.path("order")}'`;
    const submitted: string[] = [];
    for (const name of ["low-1", "high-1", "low-2", "high-2", "low-3", "high-3"]) {
      const jobQueue = name.split("-")[0] ?? "";
      submitted.push(await jobs.submit(script, { jobQueue, environment: { NAME: name } }));
    }
    await Promise.all(submitted.map((jobId) => jobs.reached(jobId, "RUNNABLE")));
    await setEnvironmentState(batch, "shared", "ENABLED");
    await Promise.all(submitted.map((jobId) => jobs.ended(jobId)));
    expect(readFileSync(used.path("order"), "utf8").trim().split("\n")).toEqual([
      "high-1",
      "high-2",
      "high-3",
      "low-1",
      "low-2",
      "low-3",
    ]);
  });

  test("a job too large for every environment blocks its queue, and only its queue", async () => {
    const { batch, jobs } = used;
    await makeEnvironment(batch, "small", { maxvCpus: 2 });
    await makeQueue(batch, "blocked", ["small"], { priority: 10 });
    await makeQueue(batch, "beside", ["small"], { priority: 1 });
    const tooLarge = await jobs.submit("true", { jobQueue: "blocked", vcpus: "3" });
    const behind = await jobs.submit("true", { jobQueue: "blocked" });
    expect(await jobs.run("true", { jobQueue: "beside" })).toMatchObject({ status: "SUCCEEDED" });
    expect(statusesOf(await Promise.all([jobs.describe(tooLarge), jobs.describe(behind)]))).toEqual([
      "RUNNABLE",
      "RUNNABLE",
    ]);

    await batch.terminateJob({ jobId: tooLarge, reason: "too large" });
    expect(await jobs.ended(behind)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("a retried job goes before those that have not begun", async () => {
    const { batch, jobs } = used;
    await makeEnvironment(batch, "one-by-one", { maxvCpus: 1 });
    await makeQueue(batch, "retrying", ["one-by-one"]);
    const mark = `echo "$NAME $AWS_BATCH_JOB_ATTEMPT" >>'${used.path("retries")}'`;
    const first = await jobs.submit(`${mark}; ${used.waitAt("retry")}; test "$AWS_BATCH_JOB_ATTEMPT" = 2`, {
      jobQueue: "retrying",
      environment: { NAME: "first" },
      retryStrategy: { attempts: 2 },
    });
    const second = await jobs.submit(mark, { jobQueue: "retrying", environment: { NAME: "second" } });
    await jobs.reached(second, "RUNNABLE");
    used.open("retry");
    await Promise.all([jobs.ended(first), jobs.ended(second)]);
    expect(readFileSync(used.path("retries"), "utf8")).toBe("first 1\nfirst 2\nsecond 1\n");
  });
});

function orderOf(...computeEnvironments: readonly string[]) {
  return computeEnvironments.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
}

function statusesOf(details: readonly JobDetail[]): readonly (string | undefined)[] {
  return details.map(({ status }) => status);
}
