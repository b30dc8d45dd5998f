import type { SubmitServiceJobCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { deleteQueue, settledQueue, setQueueState } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer();

const ACCOUNT = "arn:aws:batch:us-east-1:000000000000";
const LIMITS = [{ maxCapacity: 4, capacityUnit: "ml.m5.large" }];
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

async function makeServiceQueue(jobQueueName: string, policy?: string) {
  await used.batch.createJobQueue({
    jobQueueName,
    priority: 1,
    serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }],
    ...(policy !== undefined && { schedulingPolicyArn: `${ACCOUNT}:scheduling-policy/${policy}` }),
  });
  return settledQueue(used.batch, jobQueueName);
}

async function submit(
  jobQueue: string,
  members: Partial<SubmitServiceJobCommandInput> = {},
): Promise<string> {
  const { jobId = "" } = await used.batch.submitServiceJob({
    jobName: "train",
    jobQueue,
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: '{"TrainingJobName":"t"}',
    ...members,
  });
  return jobId;
}

async function makeShare(quotaShareName: string, jobQueue: string): Promise<string> {
  const { quotaShareArn = "" } = await used.batch.createQuotaShare({
    quotaShareName,
    jobQueue,
    capacityLimits: LIMITS,
    resourceSharingConfiguration: { strategy: "LEND_AND_BORROW" },
    preemptionConfiguration: { inSharePreemption: "ENABLED" },
    tags: { team: "a" },
  });
  return quotaShareArn;
}

beforeAll(async () => {
  const { batch } = used;
  await batch.createServiceEnvironment({
    serviceEnvironmentName: "training",
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    capacityLimits: LIMITS,
  });
  await batch.createSchedulingPolicy({ name: "fair" });
  const quotaSharePolicy = { idleResourceAssignmentStrategy: "FIFO" } as const;
  await batch.createSchedulingPolicy({ name: "quota", quotaSharePolicy });
  await makeServiceQueue("plain");
  await makeServiceQueue("fair", "fair");
  await makeServiceQueue("quota", "quota");
});

describe("a service environment", () => {
  test("is VALID at once, shown, changed and deleted once it is DISABLED", async () => {
    const { batch } = used;
    const serviceEnvironmentArn = `${ACCOUNT}:service-environment/whole`;
    const created = await batch.createServiceEnvironment({
      serviceEnvironmentName: "whole",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
      tags: { team: "a" },
    });
    expect(created).toMatchObject({ serviceEnvironmentName: "whole", serviceEnvironmentArn });
    const shown = async () =>
      (await batch.describeServiceEnvironments({ serviceEnvironments: ["whole"] })).serviceEnvironments;
    expect(await shown()).toEqual([
      {
        serviceEnvironmentName: "whole",
        serviceEnvironmentArn,
        serviceEnvironmentType: "SAGEMAKER_TRAINING",
        state: "ENABLED",
        status: "VALID",
        capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
        tags: { team: "a" },
      },
    ]);
    const deletion = () => batch.deleteServiceEnvironment({ serviceEnvironment: "whole" });
    expect(await refusalOf(deletion())).toEqual(
      clientException(`${serviceEnvironmentArn} must be in DISABLED state to be deleted, got ENABLED`),
    );
    await batch.updateServiceEnvironment({
      serviceEnvironment: "whole",
      state: "DISABLED",
      capacityLimits: LIMITS,
    });
    expect(await shown()).toMatchObject([{ state: "DISABLED", capacityLimits: LIMITS }]);
    await deletion();
    expect(await shown()).toEqual([]);
  });

  test("stays while a queue is of it, and is in the list", async () => {
    const { batch } = used;
    expect(await refusalOf(batch.deleteServiceEnvironment({ serviceEnvironment: "training" }))).toEqual(
      clientException("Cannot delete, found existing JobQueue relationship"),
    );
    const { serviceEnvironments } = await batch.describeServiceEnvironments({});
    expect(serviceEnvironments).toMatchObject([{ serviceEnvironmentName: "training" }]);
    const both = batch.describeServiceEnvironments({ serviceEnvironments: ["training"], maxResults: 1 });
    expect(await refusalOf(both)).toEqual(wrapped("ServiceEnvironments and MaxResults cannot both be set"));
  });

  test("is shown in its queue by its ARN", async () => {
    expect(await settledQueue(used.batch, "fair")).toMatchObject({
      jobQueueType: "SAGEMAKER_TRAINING",
      computeEnvironmentOrder: [],
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: `${ACCOUNT}:service-environment/training` }],
      schedulingPolicyArn: `${ACCOUNT}:scheduling-policy/fair`,
    });
  });
});

describe("a service job", () => {
  test("is RUNNABLE at once and says that nothing will run it", async () => {
    const { batch } = used;
    const jobId = await submit("plain", { retryStrategy: { attempts: 2 }, tags: { a: "b" } });
    const { $metadata: _, ...shown } = await batch.describeServiceJob({ jobId });
    expect(shown).toEqual({
      attempts: [],
      createdAt: expect.any(Number),
      isTerminated: false,
      jobArn: `${ACCOUNT}:service-job/${jobId}`,
      jobId,
      jobName: "train",
      jobQueue: `${ACCOUNT}:job-queue/plain`,
      retryStrategy: { attempts: 2 },
      serviceJobType: "SAGEMAKER_TRAINING",
      serviceRequestPayload: '{"TrainingJobName":"t"}',
      status: "RUNNABLE",
      statusReason:
        "No service back end is configured: this version of Batchyard keeps service jobs and does not run them.",
      tags: { a: "b" },
    });
    await batch.tagResource({ resourceArn: `${ACCOUNT}:service-job/${jobId}`, tags: { c: "d" } });
    expect((await batch.describeServiceJob({ jobId })).tags).toEqual({ a: "b", c: "d" });
  });

  test("16.56 with a clientToken that was used is refused", async () => {
    const first = await submit("plain", { clientToken: "token" });
    expect(await refusalOf(submit("plain", { clientToken: "token" }))).toEqual(
      clientException(`clientToken token was used for ${ACCOUNT}:service-job/${first} before`),
    );
    await submit("plain", { clientToken: "another" });
  });

  test("is terminated with the reason given; one that is not there counts as terminated", async () => {
    const { batch } = used;
    const [first, second, third] = [await submit("plain"), await submit("plain"), await submit("plain")];
    await batch.terminateServiceJob({ jobId: first, reason: "enough" });
    const answer = await batch.terminateServiceJobs({
      jobs: [second, third, UNKNOWN_ID, "x"],
      reason: "all",
    });
    expect(answer).toMatchObject({
      successful: [second, third, UNKNOWN_ID],
      errors: [{ job: "x", code: "ValidationException", message: "x is not a job id" }],
    });
    const ended = { status: "FAILED", isTerminated: true, stoppedAt: expect.any(Number) };
    expect(await batch.describeServiceJob({ jobId: first })).toMatchObject({
      ...ended,
      statusReason: "enough",
    });
    expect(await batch.describeServiceJob({ jobId: third })).toMatchObject({ ...ended, statusReason: "all" });
    await batch.terminateServiceJob({ jobId: first, reason: "again" });
    expect(await batch.describeServiceJob({ jobId: first })).toMatchObject({ statusReason: "enough" });
    await batch.tagResource({ resourceArn: `${ACCOUNT}:service-job/${first}`, tags: { kept: "yes" } });
    expect((await batch.describeServiceJob({ jobId: first })).tags).toEqual({ kept: "yes" });
  });

  test("16.57 with another priority goes before others of its queue", async () => {
    const { batch } = used;
    await makeServiceQueue("ordered", "fair");
    const share = { shareIdentifier: "red", schedulingPriority: 1 };
    const [first, second] = [await submit("ordered", share), await submit("ordered", share)];
    const front = async () => {
      const { frontOfQueue } = await batch.getJobQueueSnapshot({ jobQueue: "ordered" });
      return frontOfQueue?.jobs?.map(({ jobArn }) => jobArn?.split("/").at(-1));
    };
    expect(await front()).toEqual([first, second]);
    expect(await batch.updateServiceJob({ jobId: second, schedulingPriority: 2 })).toMatchObject({
      jobId: second,
      jobName: "train",
      jobArn: `${ACCOUNT}:service-job/${second}`,
    });
    expect(await front()).toEqual([second, first]);
    const inFifo = batch.updateServiceJob({ jobId: await submit("plain"), schedulingPriority: 2 });
    expect(await refusalOf(inFifo)).toEqual(
      clientException(
        `schedulingPriority can only be updated in job queues with a scheduling policy, ${ACCOUNT}:job-queue/plain has none`,
      ),
    );
  });

  test("is listed by its queue, newest first, RUNNING unless asked otherwise", async () => {
    const { batch } = used;
    await makeServiceQueue("listed", "fair");
    const names = ["alpha", "beta", "Alpine"];
    for (const jobName of names) await submit("listed", { jobName, shareIdentifier: jobName });
    const listed = async (members: object) => {
      const { jobSummaryList = [] } = await batch.listServiceJobs({ jobQueue: "listed", ...members });
      return jobSummaryList.map(({ jobName }) => jobName);
    };
    expect(await listed({})).toEqual([]);
    expect(await listed({ jobStatus: "RUNNABLE" })).toEqual(["Alpine", "beta", "alpha"]);
    expect(await listed({ filters: [{ name: "JOB_NAME", values: ["al*"] }] })).toEqual(["Alpine", "alpha"]);
    const share = [{ name: "SHARE_IDENTIFIER", values: ["beta"] }];
    expect(await listed({ filters: share })).toEqual([]);
    expect(await listed({ filters: share, jobStatus: "RUNNABLE" })).toEqual(["beta"]);
    expect(await refusalOf(listed({ filters: [{ name: "JOB_DEFINITION", values: ["a"] }] }))).toEqual(
      clientException(
        "filters[0].name must be one of JOB_NAME, BEFORE_CREATED_AT, AFTER_CREATED_AT, SHARE_IDENTIFIER, QUOTA_SHARE_NAME, got JOB_DEFINITION",
      ),
    );
    const first = await batch.listServiceJobs({ jobQueue: "listed", jobStatus: "RUNNABLE", maxResults: 2 });
    const { nextToken } = first;
    const last = await batch.listServiceJobs({
      jobQueue: "listed",
      jobStatus: "RUNNABLE",
      maxResults: 2,
      nextToken,
    });
    expect(last.jobSummaryList).toHaveLength(1);
    expect(last.nextToken).toBeUndefined();
  });

  test("is for queues of its kind, which take no others", async () => {
    expect(await refusalOf(submit("default"))).toEqual(
      clientException(
        `jobQueue must be of type SAGEMAKER_TRAINING, ${ACCOUNT}:job-queue/default is of type ECS`,
      ),
    );
    expect(await refusalOf(used.jobs.submit("true", { jobQueue: "plain" }))).toEqual(
      clientException(
        `JobQueue ${ACCOUNT}:job-queue/plain is of type SAGEMAKER_TRAINING and takes service jobs only`,
      ),
    );
  });

  test("ends with its queue", async () => {
    await makeServiceQueue("leaving");
    const jobId = await submit("leaving");
    await setQueueState(used.batch, "leaving", "DISABLED");
    await deleteQueue(used.batch, "leaving");
    expect(await used.batch.describeServiceJob({ jobId })).toMatchObject({
      status: "FAILED",
      statusReason: "JobQueue deleted",
    });
  });
});

describe("a quota share", () => {
  test("is VALID at once, shown, changed and listed with the others of its queue", async () => {
    const { batch } = used;
    const quotaShareArn = await makeShare("whole", "quota");
    expect(quotaShareArn).toBe(`${ACCOUNT}:job-queue/quota/quota-share/whole`);
    const detail = {
      quotaShareName: "whole",
      quotaShareArn,
      jobQueueArn: `${ACCOUNT}:job-queue/quota`,
      capacityLimits: LIMITS,
      resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: -1 },
      preemptionConfiguration: { inSharePreemption: "ENABLED" },
      state: "ENABLED",
      status: "VALID",
    };
    expect(await batch.describeQuotaShare({ quotaShareArn })).toMatchObject({
      ...detail,
      tags: { team: "a" },
    });
    await batch.updateQuotaShare({ quotaShareArn, resourceSharingConfiguration: { strategy: "RESERVE" } });
    const { quotaShares } = await batch.listQuotaShares({ jobQueue: "quota" });
    expect(quotaShares).toEqual([{ ...detail, resourceSharingConfiguration: { strategy: "RESERVE" } }]);
    await batch.untagResource({ resourceArn: quotaShareArn, tagKeys: ["team"] });
    expect((await batch.listTagsForResource({ resourceArn: quotaShareArn })).tags).toEqual({});
  });

  test("16.58 is deleted once it is DISABLED, and its jobs end with it", async () => {
    const { batch } = used;
    await makeServiceQueue("sharing", "quota");
    const quotaShareArn = await makeShare("blue", "sharing");
    await makeShare("green", "sharing");
    const mine = await submit("sharing", { quotaShareName: "blue" });
    const other = await submit("sharing", { quotaShareName: "green" });
    const { frontOfQuotaShares } = await batch.getJobQueueSnapshot({ jobQueue: "sharing" });
    expect(frontOfQuotaShares?.quotaShares).toEqual({
      blue: [{ jobArn: `${ACCOUNT}:service-job/${mine}`, earliestTimeAtPosition: expect.any(Number) }],
      green: [{ jobArn: `${ACCOUNT}:service-job/${other}`, earliestTimeAtPosition: expect.any(Number) }],
    });
    expect(await refusalOf(batch.deleteQuotaShare({ quotaShareArn }))).toEqual(
      clientException(`${quotaShareArn} must be in DISABLED state to be deleted, got ENABLED`),
    );
    await batch.updateQuotaShare({ quotaShareArn, state: "DISABLED" });
    expect(await refusalOf(submit("sharing", { quotaShareName: "blue" }))).toEqual(
      clientException("quotaShareName must be that of an ENABLED quota share of the job queue, got blue"),
    );
    await batch.deleteQuotaShare({ quotaShareArn });
    expect(await batch.describeServiceJob({ jobId: mine })).toMatchObject({ status: "FAILED" });
    expect(await batch.describeServiceJob({ jobId: other })).toMatchObject({ status: "RUNNABLE" });
    expect(await refusalOf(batch.describeQuotaShare({ quotaShareArn }))).toEqual(
      clientException(`${quotaShareArn} does not exist`),
    );
  });

  test("is for queues with quota shares", async () => {
    expect(await refusalOf(makeShare("s", "fair"))).toEqual(
      clientException(
        `jobQueue must have a scheduling policy with a quotaSharePolicy, ${ACCOUNT}:job-queue/fair has none`,
      ),
    );
  });
});
