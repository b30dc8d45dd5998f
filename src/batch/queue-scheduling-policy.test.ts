import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import { ec2Request, validEnvironment } from "../../test/support/environment-values.ts";
import type { CreateJobQueueRequest, UpdateJobQueueRequest } from "../model/batch.ts";
import { checkTakesJobs, createJobQueue, updateJobQueue } from "./job-queue.ts";
import type { JobQueue } from "./job-queue.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";
import { createSchedulingPolicy } from "./scheduling-policy.ts";
import { createServiceEnvironment } from "./service-environment.ts";

const NEW = { scope: SCOPE, cause: CAUSE, isNameTaken: false };
const EC2 = validEnvironment({ computeEnvironmentName: "ec2", computeResources: ec2Request() });
const TRAINING = accepted(
  createServiceEnvironment(
    {
      serviceEnvironmentName: "training",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ maxCapacity: 4, capacityUnit: "NUM_INSTANCES" }],
    },
    NEW,
  ),
);
const FAIR = accepted(createSchedulingPolicy({ name: "fair" }, NEW));
const FAIRER = accepted(createSchedulingPolicy({ name: "fairer" }, NEW));
const QUOTA = accepted(
  createSchedulingPolicy(
    { name: "quota", quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" } },
    NEW,
  ),
);
const LOOKUPS = {
  findComputeEnvironment: (text: string) => (text === EC2.name ? EC2 : undefined),
  findServiceEnvironment: (text: string) => (text === TRAINING.name ? TRAINING : undefined),
  instanceCatalogue: EC2_CATALOGUE,
  findSchedulingPolicy: (arn: string) => [FAIR, FAIRER, QUOTA].find((policy) => policy.arn === arn),
};
const OF_EC2 = { computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ec2" }] };
const OF_TRAINING = { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }] };
const QUEUE_ARN = "arn:aws:batch:us-east-1:111122223333:job-queue/q";

describe("a queue with a scheduling policy", () => {
  test.each([
    ["fair share on compute environments", OF_EC2, FAIR],
    ["fair share on a service environment", OF_TRAINING, FAIR],
    ["quota shares on a service environment", OF_TRAINING, QUOTA],
  ])("has %s", (_what, environments, policy) => {
    expect(create({ ...environments, schedulingPolicyArn: policy.arn })).toMatchObject({
      schedulingPolicyArn: policy.arn,
    });
  });

  test.each<[Refusal, schedulingPolicyArn: string]>([
    [Refusal.wrapped("Only scheduling policy Arn can be allowed."), EC2.arn],
    [Refusal.wrapped("Only scheduling policy Arn can be allowed."), "fair"],
    [Refusal.bare(`SchedulingPolicy ${FAIR.arn}-less not found.`), `${FAIR.arn}-less`],
    [
      Refusal.wrapped("Quota Management feature is only supported for SageMaker Training job queues."),
      QUOTA.arn,
    ],
  ])("refuses with %j", (refusal, schedulingPolicyArn) => {
    expect(create({ ...OF_EC2, schedulingPolicyArn })).toEqual(refusal);
  });

  test("takes another policy of the same kind for it, and no other", () => {
    const queue = valid({ ...OF_TRAINING, schedulingPolicyArn: FAIR.arn });
    expect(update(queue, { schedulingPolicyArn: FAIRER.arn })).toEqual({
      ...queue,
      status: "UPDATING",
      schedulingPolicyArn: FAIRER.arn,
    });
    expect(update(queue, { schedulingPolicyArn: QUOTA.arn })).toEqual(
      Refusal.bare(
        `schedulingPolicyArn must be that of a fair-share policy, as the job queue has one, got ${QUOTA.arn}`,
      ),
    );
    expect(update(queue, { schedulingPolicyArn: "" })).toEqual(
      Refusal.bare(`schedulingPolicyArn of ${QUEUE_ARN} can be replaced and not removed`),
    );
  });

  test("41: is made with it: a FIFO queue never gets one", () => {
    expect(update(valid(OF_EC2), { schedulingPolicyArn: FAIR.arn })).toEqual(
      Refusal.bare(
        `schedulingPolicyArn must be absent for a job queue that was created without one, got ${FAIR.arn}`,
      ),
    );
  });
});

describe("a queue of service jobs", () => {
  test("has one service environment, shown by its ARN, and no compute environments", () => {
    expect(create(OF_TRAINING)).toMatchObject({
      jobQueueType: "SAGEMAKER_TRAINING",
      computeEnvironmentOrder: [],
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: TRAINING.arn }],
    });
  });

  test.each<[Refusal, Partial<CreateJobQueueRequest>]>([
    [
      Refusal.wrapped("Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder."),
      { ...OF_EC2, jobQueueType: "SAGEMAKER_TRAINING" },
    ],
    [
      Refusal.wrapped("Job queue can only have 1 service environment."),
      { serviceEnvironmentOrder: [1, 2].map((order) => ({ order, serviceEnvironment: "training" })) },
    ],
    [
      Refusal.wrapped("Service environments must be created and valid before attaching them to a job queue."),
      { serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "nowhere" }] },
    ],
    [
      Refusal.wrapped(
        "The jobQueueType provided is ECS, which is incompatible with the provided serviceEnvironmentOrder.",
      ),
      { ...OF_TRAINING, jobQueueType: "ECS" },
    ],
    [
      Refusal.bare("computeEnvironmentOrder and serviceEnvironmentOrder cannot both be given"),
      { ...OF_TRAINING, ...OF_EC2 },
    ],
  ])("is refused with %j", (refusal, members) => {
    expect(create(members)).toEqual(refusal);
  });

  test("stays one, as a queue of compute environments does", () => {
    const ofTraining = valid(OF_TRAINING);
    expect(update(ofTraining, OF_TRAINING)).toEqual({ ...ofTraining, status: "UPDATING" });
    expect(update(ofTraining, OF_EC2)).toEqual(
      Refusal.bare("computeEnvironmentOrder must be absent for a queue of type SAGEMAKER_TRAINING"),
    );
    expect(update(valid(OF_EC2), OF_TRAINING)).toEqual(
      Refusal.bare("serviceEnvironmentOrder must be absent for a queue of type ECS"),
    );
  });

  test("takes service jobs only", () => {
    expect(checkTakesJobs(valid(OF_EC2))).toBeUndefined();
    expect(checkTakesJobs(valid(OF_TRAINING))).toEqual(
      Refusal.bare(`JobQueue ${QUEUE_ARN} is of type SAGEMAKER_TRAINING and takes service jobs only`),
    );
  });
});

function create(members: Partial<CreateJobQueueRequest>): JobQueue | Refusal {
  return createJobQueue({ jobQueueName: "q", priority: 1, ...members }, { ...NEW, ...LOOKUPS });
}

function valid(members: Partial<CreateJobQueueRequest>): JobQueue {
  return { ...accepted(create(members)), status: "VALID" };
}

function update(current: JobQueue, changes: Partial<UpdateJobQueueRequest>): JobQueue | Refusal {
  return updateJobQueue(current, { jobQueue: "q", ...changes }, { cause: CAUSE, ...LOOKUPS });
}
