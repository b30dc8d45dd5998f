import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { JobRunner } from "../support/job-runner.ts";
import { ServerProcess } from "../support/server-process.ts";
import { ROOMY } from "../support/use-server.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-shares-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What a server tells of the share `b`, before it is ended in order. */
async function whileUp(work: (batch: AwsClients["batch"]) => Promise<void>): Promise<unknown> {
  await using server = await ServerProcess.start({ dataDir: join(folder, "data"), flags: ROOMY });
  const clients = new AwsClients(server.url);
  try {
    await work(clients.batch);
    const top = (await (await fetch(`${server.url}/batchyard/top`)).json()) as {
      readonly shares: readonly { readonly shareIdentifier: string; readonly claimVcpus: number }[];
    };
    return top.shares.map(({ shareIdentifier, claimVcpus }) => ({ shareIdentifier, claimVcpus }));
  } finally {
    clients.destroy();
  }
}

test("what a share had in the last minute, and that it is active, outlive a server that is ended in order", async () => {
  const had = await whileUp(async (batch) => {
    const { arn: schedulingPolicyArn } = await batch.createSchedulingPolicy({ name: "fair" });
    await makeEnvironment(batch, "fair", { maxvCpus: 4 });
    await makeQueue(batch, "fair", ["fair"], { schedulingPolicyArn });
    const submission = { jobQueue: "fair", shareIdentifier: "b", schedulingPriorityOverride: 0, vcpus: "4" };
    await new JobRunner(batch).run("sleep 1", submission);
  });
  // 4 vCPU for a second or two, of a half-life of 600.
  expect(had).toEqual([{ shareIdentifier: "b", claimVcpus: expect.closeTo(0.007, 2) }]);
  const [before] = had as readonly { readonly claimVcpus: number }[];
  const after = await whileUp(async () => undefined);
  expect(after).toEqual([{ shareIdentifier: "b", claimVcpus: expect.closeTo(before?.claimVcpus ?? 0, 3) }]);
});
