import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Batch, ComputeEnvironmentDetail } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import {
  deleteEnvironment,
  makeEnvironment,
  makeQueue,
  setEnvironmentState,
  settledEnvironment,
  settledQueue,
} from "../support/batch-resources.ts";
import { ec2Request, fargateRequest } from "../support/environment-values.ts";
import { linesOf } from "../support/lines-of.ts";
import { temporaryDataFolder } from "../support/own-server.ts";
import { refusalOf, wrapped } from "../support/refusals.ts";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

const used = useServer({ flags: ROOMY });

const NO_ROLE = "arn:aws:iam::000000000000:user/batch";
const NOT_AUTHORIZED =
  /^CLIENT_ERROR - Not authorized to perform sts:AssumeRole \(Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: [0-9a-f-]{36}\)$/;

async function invalidEnvironment(name: string, batch = used.batch): Promise<ComputeEnvironmentDetail> {
  return waitFor(`compute environment ${name} in INVALID`, async () => {
    const found = await batch.describeComputeEnvironments({ computeEnvironments: [name] });
    return found.computeEnvironments?.find(({ status }) => status === "INVALID");
  });
}

test("an environment with a role that is none is made and becomes INVALID, until an update repairs it", async () => {
  const { batch } = used;
  await batch.createComputeEnvironment({
    computeEnvironmentName: "broken",
    type: "UNMANAGED",
    serviceRole: NO_ROLE,
  });
  expect(await invalidEnvironment("broken")).toMatchObject({
    state: "ENABLED",
    statusReason: expect.stringMatching(NOT_AUTHORIZED),
  });
  const order = [{ order: 1, computeEnvironment: "broken" }];
  const attach = batch.createJobQueue({ jobQueueName: "q", priority: 1, computeEnvironmentOrder: order });
  expect(await refusalOf(attach)).toEqual(
    wrapped("Compute Environments must be created and valid before attaching them to a job queue"),
  );

  await batch.updateComputeEnvironment({ computeEnvironment: "broken", serviceRole: "batch" });
  expect(await settledEnvironment(batch, "broken")).toMatchObject({
    serviceRole: "arn:aws:iam::000000000000:role/batch",
    statusReason: "ComputeEnvironment Healthy",
  });
});

test("16.43 an INVALID environment is passed over until it is VALID again", async () => {
  const { batch, jobs } = used;
  const placeOf = async (script: string) => {
    const job = await jobs.run(script, { jobQueue: "two" });
    const [line] = await linesOf(used.logs, job);
    return line;
  };
  await makeEnvironment(batch, "first", { serviceRole: "batch" });
  await makeEnvironment(batch, "second");
  await makeQueue(batch, "two", ["first", "second"]);
  const tellPlace = 'echo "$AWS_BATCH_CE_NAME"';

  await batch.updateComputeEnvironment({ computeEnvironment: "first", serviceRole: NO_ROLE });
  await invalidEnvironment("first");
  expect(await placeOf(tellPlace)).toBe("second");

  await batch.updateComputeEnvironment({ computeEnvironment: "first", serviceRole: "batch" });
  await settledEnvironment(batch, "first");
  expect(await placeOf(tellPlace)).toBe("first");
});

test("a Fargate environment that is deleted while a job runs on it becomes INVALID, and goes when it is asked again", async () => {
  const { batch, jobs } = used;
  const computeResources = fargateRequest();
  await makeEnvironment(batch, "leaving", { computeResources });
  await makeEnvironment(batch, "staying", { computeResources });
  await makeQueue(batch, "fargate", ["leaving"]);
  await batch.registerJobDefinition({
    jobDefinitionName: "on-fargate",
    type: "container",
    platformCapabilities: ["FARGATE"],
    containerProperties: {
      image: "busybox",
      executionRoleArn: "arn:aws:iam::000000000000:role/tasks",
      resourceRequirements: [
        { type: "VCPU", value: "0.25" },
        { type: "MEMORY", value: "512" },
      ],
    },
  });
  const jobId = await jobs.submit(used.waitAt("fargate-done"), {
    jobQueue: "fargate",
    jobDefinition: "on-fargate",
  });
  await jobs.reached(jobId, "RUNNING");

  const order = [{ order: 1, computeEnvironment: "staying" }];
  await batch.updateJobQueue({ jobQueue: "fargate", computeEnvironmentOrder: order });
  await settledQueue(batch, "fargate");
  await setEnvironmentState(batch, "leaving", "DISABLED");
  await batch.deleteComputeEnvironment({ computeEnvironment: "leaving" });
  expect(await invalidEnvironment("leaving")).toMatchObject({
    statusReason: "CLIENT_ERROR - Jobs run on this compute environment: end them, then delete it again",
  });

  used.open("fargate-done");
  expect(await jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
  await deleteEnvironment(batch, "leaving");
});

test("an environment is INVALID while the user's own instance types that it names are gone", async () => {
  const folder = temporaryDataFolder();
  const types = join(folder, "types.json");
  writeFileSync(types, JSON.stringify([{ name: "my.large", vcpus: 8, memoryMiB: 30_720 }]));
  const whileUp = async (flags: readonly string[], work: (batch: Batch) => Promise<unknown>) => {
    await using server = await ServerProcess.start({ dataDir: join(folder, "data"), flags });
    const clients = new AwsClients(server.url);
    try {
      await work(clients.batch);
    } finally {
      clients.destroy();
    }
  };
  await whileUp(["--instance-types", types], (batch) =>
    makeEnvironment(batch, "own", { computeResources: ec2Request({ instanceTypes: ["my.large"] }) }),
  );
  await whileUp([], async (batch) => {
    expect(await invalidEnvironment("own", batch)).toMatchObject({
      statusReason: "CLIENT_ERROR - None of the instance types [my.large] is known",
    });
  });
  await whileUp(["--instance-types", types], async (batch) => {
    expect(await settledEnvironment(batch, "own")).toMatchObject({
      statusReason: "ComputeEnvironment Healthy",
    });
  });
});
