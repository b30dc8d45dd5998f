import { describe, expect, test } from "vitest";
import { accepted, CAUSE, SCOPE } from "../../test/support/batch-values.ts";
import {
  ec2Request,
  fargateRequest,
  spotRequest,
  validEnvironment,
} from "../../test/support/environment-values.ts";
import type { CreateJobQueueRequest, JQStatus, UpdateJobQueueRequest } from "../model/batch.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { createJobQueue, deleteJobQueue, settleJobQueue, updateJobQueue } from "./job-queue.ts";
import type { JobQueue } from "./job-queue.ts";
import { EC2_CATALOGUE } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";

const OTHER_CAUSE = { principal: "arn:aws:iam::111122223333:user/other", requestId: "request-2" };
const LOCAL = { type: "EC2", minvCpus: 0, maxvCpus: 8, instanceTypes: ["local.host"] } as const;
const ENVIRONMENTS: readonly ComputeEnvironment[] = [
  named("ec2", { computeResources: ec2Request() }),
  named("spot", { computeResources: spotRequest({ instanceTypes: ["optimal"] }) }),
  named("local", { computeResources: LOCAL }),
  named("own", { type: "UNMANAGED", computeResources: undefined, serviceRole: "batch" }),
  named("arm", { computeResources: ec2Request({ instanceTypes: ["c6g"] }) }),
  named("fargate", { computeResources: fargateRequest() }),
  named("fargate-spot", { computeResources: fargateRequest({ type: "FARGATE_SPOT" }) }),
  { ...named("creating", { computeResources: ec2Request() }), status: "CREATING" },
  { ...named("broken", { computeResources: ec2Request() }), status: "INVALID" },
];
const TIME_LIMIT = {
  state: "RUNNABLE",
  reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  maxTimeSeconds: 600,
  action: "CANCEL",
} as const;
const LOOKUPS = {
  findComputeEnvironment,
  findServiceEnvironment: () => undefined,
  findSchedulingPolicy: () => undefined,
  instanceCatalogue: EC2_CATALOGUE,
};
const ATTACH_FIRST = "Compute Environments must be created and valid before attaching them to a job queue";

describe("createJobQueue", () => {
  test("40: makes a queue in CREATING, its environments as ARNs in the order in which they are tried", () => {
    const computeEnvironmentOrder = [
      { order: 5, computeEnvironment: "ec2" },
      { order: 2, computeEnvironment: arnOf("spot") },
    ];
    expect(create({ computeEnvironmentOrder, tags: { a: "b" } })).toEqual({
      scope: SCOPE,
      name: "q",
      arn: "arn:aws:batch:us-east-1:111122223333:job-queue/q",
      state: "ENABLED",
      status: "CREATING",
      statusReason: "JobQueue Healthy",
      priority: 1,
      jobQueueType: "ECS",
      computeEnvironmentOrder: [
        { order: 2, computeEnvironment: arnOf("spot") },
        { order: 5, computeEnvironment: arnOf("ec2") },
      ],
      jobStateTimeLimitActions: [],
      tags: { a: "b" },
      cause: CAUSE,
    });
  });

  test.each([
    [["ec2", "spot", "local"], "ECS"],
    [["own", "arm"], "ECS"],
    [["local", "arm"], "ECS"],
    [["fargate", "fargate-spot"], "ECS_FARGATE"],
  ] as const)("takes %j for a queue of type %s", (names, jobQueueType) => {
    expect(create({ computeEnvironmentOrder: order(...names), jobQueueType })).toMatchObject({
      jobQueueType,
    });
  });

  test("takes a DISABLED queue with time limits and any priority up to 1000", () => {
    const members = { state: "DISABLED", priority: 1000, jobStateTimeLimitActions: [TIME_LIMIT] } as const;
    expect(create(members)).toMatchObject(members);
    expect(create({ priority: 0 })).toMatchObject({ priority: 0 });
  });

  test.each<[text: string, Partial<CreateJobQueueRequest>]>([
    [
      "Only 3 environments are allowed in job queue request.",
      { computeEnvironmentOrder: order("a", "b", "c", "d") },
    ],
    [
      "Fargate and EC2 compute environments can not be mixed.",
      { computeEnvironmentOrder: order("ec2", "fargate") },
    ],
    [
      "Fargate and EC2 compute environments can not be mixed.",
      { computeEnvironmentOrder: order("fargate", "own") },
    ],
  ])("41: refuses with %j", (text, members) => {
    expect(create(members)).toEqual(Refusal.wrapped(text));
  });

  test.each<[text: string, Partial<CreateJobQueueRequest>]>([
    ["Job Queue name should match a valid pattern.", { jobQueueName: "a.b" }],
    ["computeEnvironmentOrder is required.", { computeEnvironmentOrder: undefined }],
    ["computeEnvironmentOrder is required.", { computeEnvironmentOrder: [] }],
    [
      "Duplicate ComputeEnvironment order values.",
      { computeEnvironmentOrder: [...order("ec2"), ...order("spot")] },
    ],
    [
      "Duplicate ComputeEnvironments within order list.",
      { computeEnvironmentOrder: order("ec2", arnOf("ec2")) },
    ],
    [ATTACH_FIRST, { computeEnvironmentOrder: order("ec2", "nowhere") }],
    [ATTACH_FIRST, { computeEnvironmentOrder: order("creating") }],
    [ATTACH_FIRST, { computeEnvironmentOrder: order("broken") }],
    ["Invalid job reason", { jobStateTimeLimitActions: [{ ...TIME_LIMIT, reason: "slow" }] }],
    ["EKS job queue type must have EKS compute environment.", { jobQueueType: "EKS" }],
    [
      "Job queues of type SAGEMAKER_TRAINING must have serviceEnvironmentOrder.",
      { jobQueueType: "SAGEMAKER_TRAINING" },
    ],
  ])("refuses with %j", (text, members) => {
    expect(create(members)).toEqual(Refusal.wrapped(text));
  });

  test.each<[text: string, Partial<CreateJobQueueRequest>]>([
    ["priority must be between 0 and 1000, got -1", { priority: -1 }],
    ["priority must be between 0 and 1000, got 1001", { priority: 1001 }],
    [
      "computeEnvironmentOrder must hold compute environments of one architecture, got arm64 and x86_64",
      { computeEnvironmentOrder: order("spot", "arm") },
    ],
    [
      "jobQueueType must be ECS as its compute environments are, got ECS_FARGATE",
      { jobQueueType: "ECS_FARGATE" },
    ],
    [
      "SchedulingPolicy arn:aws:batch:us-east-1:111122223333:scheduling-policy/p not found.",
      { schedulingPolicyArn: "arn:aws:batch:us-east-1:111122223333:scheduling-policy/p" },
    ],
    ["tags: a key must not begin with aws:, which is reserved, got aws:a", { tags: { "aws:a": "b" } }],
  ])("refuses in our own words with %j", (text, members) => {
    expect(create(members)).toEqual(Refusal.bare(text));
  });

  test("refuses a name that is taken", () => {
    expect(create({}, true)).toEqual(Refusal.wrapped("Object already exists"));
  });
});

describe("updateJobQueue", () => {
  const queue = valid({ jobStateTimeLimitActions: [TIME_LIMIT] });

  test.each<[Update, Partial<JobQueue>]>([
    [{}, {}],
    [{ state: "DISABLED" }, { state: "DISABLED" }],
    [{ priority: 7 }, { priority: 7 }],
    [{ jobStateTimeLimitActions: [] }, { jobStateTimeLimitActions: [] }],
    [
      { computeEnvironmentOrder: order("spot") },
      { computeEnvironmentOrder: [{ order: 1, computeEnvironment: arnOf("spot") }] },
    ],
    [{ schedulingPolicyArn: "", serviceEnvironmentOrder: [] }, {}],
  ])("changes what %j asks and nothing else", (update, changed) => {
    expect(updateBy(queue, update)).toEqual({
      ...queue,
      ...changed,
      status: "UPDATING",
      cause: OTHER_CAUSE,
    });
  });

  test("keeps an environment that has become INVALID, and takes no new one that is", () => {
    const broken = { ...queue, computeEnvironmentOrder: [{ order: 1, computeEnvironment: arnOf("broken") }] };
    expect(updateBy(broken, { computeEnvironmentOrder: order("ec2", "broken") })).toMatchObject({
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: arnOf("ec2") },
        { order: 2, computeEnvironment: arnOf("broken") },
      ],
    });
    expect(updateBy(queue, { computeEnvironmentOrder: order("broken") })).toEqual(
      Refusal.wrapped(ATTACH_FIRST),
    );
  });

  test("41: refuses a scheduling policy for a queue that was made without", () => {
    const schedulingPolicyArn = "arn:aws:batch:us-east-1:111122223333:scheduling-policy/p";
    expect(updateBy(queue, { schedulingPolicyArn })).toEqual(
      Refusal.bare(
        `schedulingPolicyArn must be absent for a job queue that was created without one, got ${schedulingPolicyArn}`,
      ),
    );
  });

  test.each<[Refusal, Update]>([
    [Refusal.wrapped("computeEnvironmentOrder is required."), { computeEnvironmentOrder: [] }],
    [
      Refusal.bare(
        "computeEnvironmentOrder must hold compute environments for a queue of type ECS, got ECS_FARGATE",
      ),
      { computeEnvironmentOrder: order("fargate") },
    ],
    [Refusal.bare("priority must be between 0 and 1000, got 1001"), { priority: 1001 }],
    [
      Refusal.wrapped("Invalid job reason"),
      { jobStateTimeLimitActions: [{ ...TIME_LIMIT, reason: "slow" }] },
    ],
  ])("refuses with %j", (refusal, update) => {
    expect(updateBy(queue, update)).toEqual(refusal);
  });

  test.each(["CREATING", "UPDATING", "DELETING"] as const)("refuses a queue in %s", (status) => {
    expect(updateBy({ ...queue, status }, { priority: 2 })).toEqual(
      Refusal.bare("Cannot update, resource is being modified"),
    );
  });
});

describe("deleteJobQueue", () => {
  const disabled = valid({ state: "DISABLED" });

  test("puts a DISABLED queue into DELETING, as healthy as before", () => {
    expect(deleteJobQueue(disabled, OTHER_CAUSE)).toEqual({
      ...disabled,
      status: "DELETING",
      cause: OTHER_CAUSE,
    });
  });

  test("38: refuses an ENABLED queue", () => {
    expect(deleteJobQueue(valid(), CAUSE)).toEqual(
      Refusal.bare(`${disabled.arn} must be in DISABLED state to be deleted, got ENABLED`),
    );
  });

  test.each(["CREATING", "UPDATING", "DELETING"] as const)("refuses a queue in %s", (status) => {
    expect(deleteJobQueue({ ...disabled, status }, CAUSE)).toEqual(
      Refusal.bare("Cannot delete, resource is being modified"),
    );
  });
});

describe("settleJobQueue", () => {
  test.each<[JQStatus, JQStatus | "gone"]>([
    ["CREATING", "VALID"],
    ["UPDATING", "VALID"],
    ["VALID", "VALID"],
    ["INVALID", "INVALID"],
    ["DELETING", "gone"],
    ["DELETED", "gone"],
  ])("takes %s to %s", (status, next) => {
    const queue = { ...valid(), status };
    expect(settleJobQueue(queue)).toEqual(next === "gone" ? next : { ...queue, status: next });
  });
});

type Update = Omit<UpdateJobQueueRequest, "jobQueue">;

function named(
  computeEnvironmentName: string,
  members: Parameters<typeof validEnvironment>[0],
): ComputeEnvironment {
  return validEnvironment({ computeEnvironmentName, ...members });
}

function arnOf(name: string): string {
  return `arn:aws:batch:us-east-1:111122223333:compute-environment/${name}`;
}

function order(
  ...computeEnvironments: readonly string[]
): CreateJobQueueRequest["computeEnvironmentOrder"] & object {
  return computeEnvironments.map((computeEnvironment, index) => ({ order: index + 1, computeEnvironment }));
}

function findComputeEnvironment(nameOrArn: string): ComputeEnvironment | undefined {
  return ENVIRONMENTS.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
}

function create(members: Partial<CreateJobQueueRequest> = {}, isNameTaken = false): JobQueue | Refusal {
  const request = { jobQueueName: "q", priority: 1, computeEnvironmentOrder: order("ec2"), ...members };
  return createJobQueue(request, { scope: SCOPE, cause: CAUSE, isNameTaken, ...LOOKUPS });
}

function valid(members: Partial<CreateJobQueueRequest> = {}): JobQueue {
  return { ...accepted(create(members)), status: "VALID" };
}

function updateBy(current: JobQueue, update: Update): JobQueue | Refusal {
  const facts = { cause: OTHER_CAUSE, ...LOOKUPS };
  return updateJobQueue(current, { jobQueue: current.name, ...update }, facts);
}
