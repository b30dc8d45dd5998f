import type { RegisterJobDefinitionCommandInput, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue, setEnvironmentState } from "../support/batch-resources.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });
const BATCH = "arn:aws:batch:us-east-1:000000000000";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

beforeAll(async () => {
  await register("plain");
  // Keeps what it is given in RUNNABLE, so that it can be looked at.
  await makeEnvironment(used.batch, "closed");
  await makeQueue(used.batch, "waiting", ["closed"]);
  await setEnvironmentState(used.batch, "closed", "DISABLED");
});

async function register(
  jobDefinitionName: string,
  members: Partial<RegisterJobDefinitionCommandInput> = {},
): Promise<void> {
  await used.batch.registerJobDefinition({
    jobDefinitionName,
    type: "container",
    containerProperties: {
      image: "busybox",
      command: ["true"],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "64" },
      ],
    },
    ...members,
  });
}

async function submit(members: Partial<SubmitJobCommandInput> = {}): Promise<string> {
  const { jobId = "" } = await used.batch.submitJob({
    jobName: "job",
    jobQueue: "waiting",
    jobDefinition: "plain",
    ...members,
  });
  return jobId;
}

describe("an accepted submission", () => {
  test("is answered with the job's ARN, name and id", async () => {
    const { jobId, jobName, jobArn } = await used.batch.submitJob({
      jobName: "3_named-Job",
      jobQueue: `${BATCH}:job-queue/waiting`,
      jobDefinition: `${BATCH}:job-definition/plain:1`,
    });
    expect(jobId).toMatch(UUID);
    expect({ jobName, jobArn }).toEqual({ jobName: "3_named-Job", jobArn: `${BATCH}:job/${jobId}` });
  });

  test("16.15, 16.16 is SUBMITTED at first and RUNNABLE next, without dependencies", async () => {
    const jobId = await submit();
    const first = await used.jobs.describe(jobId);
    expect(["SUBMITTED", "RUNNABLE"]).toContain(first.status);
    expect(await used.jobs.reached(jobId, "RUNNABLE")).toMatchObject({ attempts: [], dependsOn: [] });
  });

  test("shows all that it said, over what the definition says, while it waits", async () => {
    await register("everything", {
      parameters: { input: "a", output: "b" },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "x", action: "EXIT" }] },
      timeout: { attemptDurationSeconds: 90 },
      schedulingPriority: 3,
      platformCapabilities: ["EC2"],
      tags: { definition: "yes" },
    });
    const jobId = await submit({
      jobDefinition: "everything",
      parameters: { input: "c" },
      retryStrategy: { attempts: 4 },
      timeout: { attemptDurationSeconds: 61 },
      propagateTags: true,
      tags: { job: "yes" },
      containerOverrides: { command: ["echo", "Ref::input", "Ref::output"] },
    });
    const { createdAt, ...job } = await used.jobs.reached(jobId, "RUNNABLE");
    expect(Math.abs(Date.now() - (createdAt ?? 0))).toBeLessThan(30_000);
    expect(job).toEqual({
      jobArn: `${BATCH}:job/${jobId}`,
      jobId,
      jobName: "job",
      jobQueue: `${BATCH}:job-queue/waiting`,
      jobDefinition: `${BATCH}:job-definition/everything:1`,
      status: "RUNNABLE",
      attempts: [],
      dependsOn: [],
      eksAttempts: [],
      parameters: { input: "c", output: "b" },
      retryStrategy: { attempts: 4, evaluateOnExit: [] },
      timeout: { attemptDurationSeconds: 61 },
      schedulingPriority: 3,
      propagateTags: true,
      platformCapabilities: ["EC2"],
      tags: { job: "yes" },
      isCancelled: false,
      isTerminated: false,
      container: {
        image: "busybox",
        command: ["echo", "c", "b"],
        environment: [],
        mountPoints: [],
        networkInterfaces: [],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
        secrets: [],
        ulimits: [],
        volumes: [],
      },
    });
  });

  test("16.7 by a bare name uses the newest ACTIVE revision", async () => {
    for (const _revision of [1, 2]) await register("two");
    const newest = await submit({ jobDefinition: "two" });
    await used.batch.deregisterJobDefinition({ jobDefinition: "two:2" });
    const older = await submit({ jobDefinition: "two" });
    const byArn = await submit({ jobDefinition: `${BATCH}:job-definition/two` });
    await register("two");
    const definitions = [];
    for (const jobId of [newest, older, byArn]) {
      definitions.push((await used.jobs.describe(jobId)).jobDefinition);
    }
    expect(definitions).toEqual(["two:2", "two:1", "two:1"].map((name) => `${BATCH}:job-definition/${name}`));
  });

  test("16.21 an override of MEMORY alone keeps the definition's VCPU", async () => {
    const jobId = await submit({
      containerOverrides: { resourceRequirements: [{ type: "MEMORY", value: "96" }] },
    });
    const { container } = await used.jobs.describe(jobId);
    expect(container?.resourceRequirements).toEqual([
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "96" },
    ]);
  });

  test("16.22 an override of the deprecated memory does not change a MEMORY requirement", async () => {
    const jobId = await submit({ containerOverrides: { memory: 512 } });
    const { container } = await used.jobs.describe(jobId);
    expect(container?.memory).toBeUndefined();
    expect(container?.resourceRequirements).toContainEqual({ type: "MEMORY", value: "64" });
  });

  test("an override of the deprecated members changes a definition that uses them", async () => {
    await register("deprecated", { containerProperties: { image: "busybox", vcpus: 2, memory: 64 } });
    const jobId = await submit({ jobDefinition: "deprecated", containerOverrides: { memory: 512 } });
    const { container } = await used.jobs.describe(jobId);
    expect(container).toMatchObject({ vcpus: 2, memory: 512, resourceRequirements: [] });
  });

  test("16.20 a variable of the definition's is replaced by an override, a new one is added", async () => {
    await register("variables", {
      containerProperties: {
        image: "busybox",
        command: ["true"],
        vcpus: 1,
        memory: 64,
        environment: [
          { name: "KEPT", value: "1" },
          { name: "REPLACED", value: "2" },
        ],
      },
    });
    const environment = [
      { name: "ADDED", value: "3" },
      { name: "REPLACED", value: "4" },
    ];
    const jobId = await submit({ jobDefinition: "variables", containerOverrides: { environment } });
    const { container } = await used.jobs.describe(jobId);
    expect(container?.environment).toEqual([
      { name: "KEPT", value: "1" },
      { name: "REPLACED", value: "4" },
      { name: "ADDED", value: "3" },
    ]);
  });
});

describe("a refused submission", () => {
  test.each<[what: string, members: Partial<SubmitJobCommandInput>, refusal: RefusalSeen]>([
    ["an unknown queue", { jobQueue: "nowhere" }, clientException("JobQueue nowhere not found.")],
    [
      "an unknown definition",
      { jobDefinition: "nobody" },
      clientException(`JobDefinition ${BATCH}:job-definition/nobody not found.`),
    ],
    [
      "an unknown revision",
      { jobDefinition: "plain:9" },
      clientException(`JobDefinition ${BATCH}:job-definition/plain:9 not found.`),
    ],
    [
      "a revision that is no number",
      { jobDefinition: "plain:latest" },
      clientException("Provided name plain:latest is not supported pattern[a-zA-Z_0-9-]{1,128}"),
    ],
    [
      "the ARN of something else",
      { jobDefinition: `${BATCH}:job-queue/waiting` },
      clientException(
        `Provided name ${BATCH}:job-queue/waiting is not supported pattern[a-zA-Z_0-9-]{1,128}`,
      ),
    ],
    ["a bad job name", { jobName: "-job" }, wrapped("Job name should match valid pattern")],
    ["a job name with a dot", { jobName: "a.b" }, wrapped("Job name should match valid pattern")],
    [
      "16.20 a variable whose name begins with AWS_BATCH",
      { containerOverrides: { environment: [{ name: "AWS_BATCH_X", value: "1" }] } },
      clientException(
        "containerOverrides.environment[0].name must not begin with AWS_BATCH, got AWS_BATCH_X",
      ),
    ],
    [
      "16.51 a share identifier on a FIFO queue",
      { shareIdentifier: "a" },
      clientException(
        "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
      ),
    ],
    [
      "16.51 a priority override on a FIFO queue",
      { schedulingPriorityOverride: 1 },
      clientException(
        "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
      ),
    ],
    [
      "an override of the instance type",
      { containerOverrides: { instanceType: "c5.large" } },
      clientException(
        "containerOverrides.instanceType must be absent: it is for multi-node parallel jobs only",
      ),
    ],
    [
      "11 attempts",
      { retryStrategy: { attempts: 11 } },
      clientException("retryStrategy.attempts must be between 1 and 10, got 11"),
    ],
    [
      "a timeout of 59 seconds",
      { timeout: { attemptDurationSeconds: 59 } },
      clientException("timeout.attemptDurationSeconds must be at least 60, got 59"),
    ],
    [
      "16.31 an array of 1",
      { arrayProperties: { size: 1 } },
      clientException("arrayProperties.size must be between 2 and 10000, got 1"),
    ],
    [
      "16.31 an array of 10001",
      { arrayProperties: { size: 10_001 } },
      clientException("arrayProperties.size must be between 2 and 10000, got 10001"),
    ],
    [
      "16.19 node overrides of one container",
      { nodeOverrides: { numNodes: 2 } },
      clientException("Node overrides should not be set for containerProperties jobs."),
    ],
    [
      "16.19 overrides of ecsProperties",
      { ecsPropertiesOverride: { taskProperties: [] } },
      clientException("ECS properties overrides should not be set for containerProperties jobs."),
    ],
    [
      "overrides of eksProperties",
      { eksPropertiesOverride: { podProperties: {} } },
      clientException("EKS properties overrides should not be set for containerProperties jobs."),
    ],
    [
      "a dependency on nobody",
      { dependsOn: [{ jobId: "1e2d3c4b-0000-4000-8000-000000000001" }] },
      clientException("dependsOn[0].jobId: job 1e2d3c4b-0000-4000-8000-000000000001 not found."),
    ],
    [
      "a consumable resource without a quantity",
      {
        consumableResourcePropertiesOverride: { consumableResourceList: [{ consumableResource: "licence" }] },
      },
      clientException(
        "consumableResourcePropertiesOverride.consumableResourceList[0].quantity must be at least 1, got 0",
      ),
    ],
  ])("%s: refused, and no job is made", async (_what, members, refusal) => {
    expect(await refusalOf(submit({ jobName: "refused", ...members }))).toEqual(refusal);
    expect(await countNamed("refused")).toBe(0);
  });

  test("with overrides that ECS does not take is accepted, and the job fails", async () => {
    const jobId = await submit({ containerOverrides: { command: ["echo", "x".repeat(8192)] } });
    const { jobs } = await used.batch.describeJobs({ jobs: [jobId] });
    expect(jobs).toMatchObject([
      { status: "FAILED", statusReason: "Container Overrides length must be at most 8192", attempts: [] },
    ]);
    expect(jobs?.[0]?.startedAt).toBeUndefined();
    expect(jobs?.[0]?.stoppedAt).toBeGreaterThan(0);
  });

  test("with more tags to propagate than there can be is accepted, and the job fails", async () => {
    await register("tagged", { tags: thirtyTags("a") });
    const jobId = await submit({ jobDefinition: "tagged", tags: thirtyTags("b"), propagateTags: true });
    const { jobs } = await used.batch.describeJobs({ jobs: [jobId] });
    expect(jobs).toMatchObject([
      {
        status: "FAILED",
        statusReason: "Tags of the job and its job definition must be at most 50 to be propagated, got 60",
      },
    ]);
  });

  test("16.8 of a deregistered revision says that it is not in ACTIVE status", async () => {
    for (const _revision of [1, 2]) await register("gone");
    await used.batch.deregisterJobDefinition({ jobDefinition: "gone:2" });
    expect(await refusalOf(submit({ jobDefinition: "gone:2" }))).toEqual(
      clientException(`JobDefinition ${BATCH}:job-definition/gone:2 is not in ACTIVE status`),
    );
    await used.batch.deregisterJobDefinition({ jobDefinition: "gone:1" });
    expect(await refusalOf(submit({ jobDefinition: "gone" }))).toEqual(
      clientException(`JobDefinition ${BATCH}:job-definition/gone not found.`),
    );
  });

  test("16.18 with a reference that no parameter resolves makes no job", async () => {
    const containerOverrides = { command: ["echo", "Ref::missing"] };
    expect(await refusalOf(submit({ jobName: "unresolved", containerOverrides }))).toEqual(
      clientException("Unable to substitute value. No parameter found for reference missing"),
    );
    expect(await countNamed("unresolved")).toBe(0);
  });

  test("is one whose platform its queue does not have", async () => {
    await makeEnvironment(used.batch, "fargate", {
      computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["s"], securityGroupIds: ["g"] },
    });
    await makeQueue(used.batch, "on-fargate", ["fargate"]);
    expect(await refusalOf(submit({ jobQueue: "on-fargate" }))).toEqual(
      wrapped("Job Queue is attached to Compute Environment that can not run Jobs with capability EC2."),
    );
  });

  test("is one of more than 64 KiB", async () => {
    const containerOverrides = { command: ["echo", "x".repeat(64 * 1024)] };
    expect((await refusalOf(submit({ containerOverrides }))).message).toMatch(
      /^a submission must have at most 65536 bytes, got 65\d{3}$/,
    );
  });
});

async function countNamed(name: string): Promise<number> {
  const { jobSummaryList = [] } = await used.batch.listJobs({
    jobQueue: "waiting",
    filters: [{ name: "JOB_NAME", values: [name] }],
  });
  return jobSummaryList.length;
}

function thirtyTags(prefix: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${prefix}${index}`, ""]));
}
