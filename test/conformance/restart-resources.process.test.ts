import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { settledQueue } from "../support/batch-resources.ts";
import { JobRunner } from "../support/job-runner.ts";
import { refusalOf } from "../support/refusals.ts";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY } from "../support/use-server.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-resources-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What is asked of a server while it runs; it is killed in the end. */
async function whileUp<Answer>(
  work: (batch: AwsClients["batch"], jobs: JobRunner) => Promise<Answer>,
): Promise<Answer> {
  const server = await ServerProcess.start({ dataDir: join(folder, "data"), flags: ROOMY });
  const clients = new AwsClients(server.url);
  try {
    return await work(clients.batch, new JobRunner(clients.batch));
  } finally {
    clients.destroy();
    await server.end("SIGKILL");
  }
}

function needing(quantity: number) {
  return {
    consumableResourcePropertiesOverride: {
      consumableResourceList: [{ consumableResource: "licence", quantity }],
    },
  };
}

test("what attempts hold, what waits for it, tokens and service jobs outlive the server", async () => {
  const gate = join(folder, "gate");
  const token = { consumableResource: "licence", operation: "ADD", quantity: 1, clientToken: "token" };
  const before = await whileUp(async (batch, jobs) => {
    await batch.createConsumableResource({ consumableResourceName: "licence", totalQuantity: 1 });
    await batch.updateConsumableResource(token);
    await batch.createSchedulingPolicy({ name: "fair" });
    await batch.createServiceEnvironment({
      serviceEnvironmentName: "training",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
    });
    await batch.createJobQueue({
      jobQueueName: "training",
      priority: 1,
      serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "training" }],
    });
    await settledQueue(batch, "training");
    const service = await batch.submitServiceJob({
      jobName: "train",
      jobQueue: "training",
      serviceJobType: "SAGEMAKER_TRAINING",
      serviceRequestPayload: "{}",
      clientToken: "token",
    });
    const holding = await jobs.submit(`until [ -e '${gate}' ]; do sleep 0.02; done`, needing(2));
    await jobs.reached(holding, "RUNNING");
    const waiting = await jobs.submit("true", needing(1));
    await jobs.reached(waiting, "RUNNABLE");
    return { service: service.jobId ?? "", holding, waiting };
  });

  await whileUp(async (batch, jobs) => {
    const quantities = { totalQuantity: 2, inUseQuantity: 2, availableQuantity: 0 };
    const describeLicence = () => batch.describeConsumableResource({ consumableResource: "licence" });
    expect(await describeLicence()).toMatchObject(quantities);
    expect(await batch.updateConsumableResource(token)).toMatchObject({ totalQuantity: 2 });
    expect(await jobs.describe(before.waiting)).toMatchObject({ status: "RUNNABLE" });
    expect(await batch.describeServiceJob({ jobId: before.service })).toMatchObject({ status: "RUNNABLE" });
    const again = batch.submitServiceJob({
      jobName: "train",
      jobQueue: "training",
      serviceJobType: "SAGEMAKER_TRAINING",
      serviceRequestPayload: "{}",
      clientToken: "token",
    });
    expect((await refusalOf(again)).message).toContain("clientToken token was used for");
    const { schedulingPolicies } = await batch.listSchedulingPolicies({});
    expect(schedulingPolicies).toHaveLength(1);
    writeFileSync(gate, "");
    expect((await jobs.ended(before.holding)).status).toBe("SUCCEEDED");
    expect((await jobs.ended(before.waiting)).status).toBe("SUCCEEDED");
    expect(await describeLicence()).toMatchObject({
      totalQuantity: 2,
      inUseQuantity: 0,
      availableQuantity: 2,
    });
  });
});
