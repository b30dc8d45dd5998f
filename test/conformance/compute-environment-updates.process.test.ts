import type { UpdateComputeEnvironmentCommandInput } from "@aws-sdk/client-batch";
import { beforeAll, describe, expect, test } from "vitest";
import { makeEnvironment, makeQueue, settledEnvironment } from "../support/batch-resources.ts";
import { ec2Request, fargateRequest } from "../support/environment-values.ts";
import type { Submission } from "../support/job-runner.ts";
import { clientException, refusalOf, wrapped } from "../support/refusals.ts";
import type { RefusalSeen } from "../support/refusals.ts";
import { ROOMY, useServer } from "../support/use-server.ts";

const used = useServer({ flags: ROOMY });

/** An environment of EC2's types that AWS could update in place, and a queue of the same name. */
async function makeUpdatable(name: string): Promise<void> {
  await makeEnvironment(used.batch, name, {
    computeResources: ec2Request({
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      instanceTypes: ["c5.large"],
    }),
  });
  await makeQueue(used.batch, name, [name]);
}

function update(computeEnvironment: string, members: Partial<UpdateComputeEnvironmentCommandInput>) {
  return used.batch.updateComputeEnvironment({ computeEnvironment, ...members });
}

async function statusOf(name: string): Promise<string | undefined> {
  const { computeEnvironments = [] } = await used.batch.describeComputeEnvironments({
    computeEnvironments: [name],
  });
  return computeEnvironments[0]?.status;
}

async function startJob(jobQueue: string, gate: string, submission: Submission = {}) {
  const jobId = await used.jobs.submit(used.waitAt(gate), { jobQueue, ...submission });
  return used.jobs.reached(jobId, "RUNNING");
}

describe("a scaling update", () => {
  test("replaces no instance: the environment is VALID again while its jobs go on", async () => {
    await makeUpdatable("scaling");
    const first = await startJob("scaling", "scaled");
    await update("scaling", {
      computeResources: { maxvCpus: 32, minvCpus: 1, instanceTypes: ["c5.large"], subnets: ["subnet-1"] },
    });
    const { computeResources } = await settledEnvironment(used.batch, "scaling");
    expect(computeResources).toMatchObject({ minvCpus: 1, maxvCpus: 32 });

    const second = await startJob("scaling", "scaled");
    expect(second.container?.containerInstanceArn).toBe(first.container?.containerInstanceArn);
    used.open("scaled");
    expect(await used.jobs.ended(first.jobId ?? "")).toMatchObject({ status: "SUCCEEDED" });
    expect(await used.jobs.ended(second.jobId ?? "")).toMatchObject({ status: "SUCCEEDED" });
  });
});

test("desiredvCpus follow the demand of jobs within maxvCpus, and can be raised but not lowered", async () => {
  await makeUpdatable("following");
  const started = [];
  for (let count = 0; count < 3; count += 1) {
    started.push(await startJob("following", "followed", { vcpus: "2" }));
  }
  const { computeResources } = await settledEnvironment(used.batch, "following");
  expect(computeResources).toMatchObject({ minvCpus: 0, maxvCpus: 16, desiredvCpus: 6 });

  await update("following", { computeResources: { desiredvCpus: 10 } });
  const raised = await settledEnvironment(used.batch, "following");
  expect(raised.computeResources).toMatchObject({ desiredvCpus: 10 });
  expect(await refusalOf(update("following", { computeResources: { desiredvCpus: 8 } }))).toEqual(
    wrapped(
      "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment " +
        "will cause it to scale-down to minvCpus.",
    ),
  );
  used.open("followed");
  for (const { jobId = "" } of started) await used.jobs.ended(jobId);
});

describe("an infrastructure update", () => {
  test("lets jobs go on where they are, places new ones on new instances, and is over when the old are gone", async () => {
    await makeUpdatable("replaced");
    const before = await startJob("replaced", "old-done");
    await update("replaced", { computeResources: { instanceTypes: ["m5.large"] } });
    const after = await startJob("replaced", "new-done");
    expect(after.container?.containerInstanceArn).not.toBe(before.container?.containerInstanceArn);
    expect(await statusOf("replaced")).toBe("UPDATING");

    expect(await refusalOf(update("replaced", { state: "DISABLED" }))).toEqual(
      clientException("Cannot update, resource is being modified"),
    );
    expect(await refusalOf(used.batch.deleteComputeEnvironment({ computeEnvironment: "replaced" }))).toEqual(
      clientException("Cannot delete, resource is being modified"),
    );

    used.open("old-done");
    expect(await used.jobs.ended(before.jobId ?? "")).toMatchObject({ status: "SUCCEEDED" });
    const { computeResources } = await settledEnvironment(used.batch, "replaced");
    expect(computeResources).toMatchObject({ instanceTypes: ["m5.large"] });
    used.open("new-done");
    expect(await used.jobs.ended(after.jobId ?? "")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("with terminateJobsOnUpdate ends jobs at once as a lost host does, to be retried on new instances", async () => {
    await makeUpdatable("cleared");
    const before = await startJob("cleared", "cleared-done", { retryStrategy: { attempts: 2 } });
    await update("cleared", {
      updatePolicy: { terminateJobsOnUpdate: true },
      computeResources: { tags: { Name: "worker" } },
    });
    const { updatePolicy } = await settledEnvironment(used.batch, "cleared");
    expect(updatePolicy).toEqual({ terminateJobsOnUpdate: true, jobExecutionTimeoutMinutes: 30 });

    used.open("cleared-done");
    const job = await used.jobs.ended(before.jobId ?? "");
    expect(job.status).toBe("SUCCEEDED");
    const [lost, retried] = job.attempts ?? [];
    expect(lost?.statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
    expect(retried?.container?.containerInstanceArn).not.toBe(lost?.container?.containerInstanceArn);
  });
});

describe("an update is refused", () => {
  const BEST_FIT = ec2Request({ maxvCpus: 4 });
  const PROGRESSIVE = ec2Request({ maxvCpus: 4, allocationStrategy: "BEST_FIT_PROGRESSIVE" });

  beforeAll(async () => {
    const { batch } = used;
    await makeEnvironment(batch, "own-role", { serviceRole: "own", computeResources: PROGRESSIVE });
    await makeEnvironment(batch, "best-fit", { computeResources: BEST_FIT });
    await makeEnvironment(batch, "x86", { computeResources: PROGRESSIVE });
    await makeEnvironment(batch, "on-fargate", { computeResources: fargateRequest() });
    await makeQueue(batch, "of-two", ["best-fit", "x86"]);
  });

  test.each<[what: string, name: string, Partial<UpdateComputeEnvironmentCommandInput>, RefusalSeen]>([
    [
      "for instances of an environment without the service-linked role",
      "own-role",
      { computeResources: { instanceTypes: ["m5"] } },
      clientException(
        "Following fields [instanceTypes] can be updated only for Non-fargate Compute Environment having a Batch " +
          "Service Linked Role.",
      ),
    ],
    [
      "for a service-linked role in place of another",
      "own-role",
      {
        serviceRole:
          "arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
      },
      clientException(
        "serviceRole cannot change between the service-linked role and another, from " +
          "arn:aws:iam::000000000000:role/own to " +
          "arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
      ),
    ],
    [
      "for instances of BEST_FIT",
      "best-fit",
      { computeResources: { updateToLatestImageVersion: true } },
      clientException(
        "computeResources cannot change in [updateToLatestImageVersion] with the allocation strategy BEST_FIT, which does " +
          "not support infrastructure updates",
      ),
    ],
    [
      "for another architecture than the rest of a queue has",
      "x86",
      { computeResources: { instanceTypes: ["c6g"] } },
      clientException(
        "computeResources.instanceTypes must be of the architecture of the other compute environments of job queue of-two, " +
          "got arm64 and x86_64",
      ),
    ],
    [
      "for instance types of Fargate",
      "on-fargate",
      { computeResources: { instanceTypes: ["c5"] } },
      clientException(
        "The following parameters can't be updated for Fargate compute environment: allocationStrategy, bidPercentage, " +
          "ec2Configuration, ec2KeyPair, imageId, instanceRole, instanceTypes, launchTemplate, placementGroup, tags, type, " +
          "updatePolicy, updateToLatestImageVersion.",
      ),
    ],
    [
      "for desiredvCpus above maxvCpus",
      "x86",
      { computeResources: { desiredvCpus: 5 } },
      wrapped("desiredvCpus should be between minvCpus and maxvCpus."),
    ],
    [
      "for an update policy that waits more than five days",
      "x86",
      { updatePolicy: { jobExecutionTimeoutMinutes: 7201 } },
      clientException("updatePolicy.jobExecutionTimeoutMinutes must be between 1 and 7200, got 7201"),
    ],
  ])("%s", async (_what, name, members, refusal) => {
    expect(await refusalOf(update(name, members))).toEqual(refusal);
  });

  test("never for the update policy of Fargate, which is ignored", async () => {
    await update("on-fargate", { updatePolicy: { terminateJobsOnUpdate: true } });
    expect(await settledEnvironment(used.batch, "on-fargate")).not.toHaveProperty("updatePolicy");
  });
});
