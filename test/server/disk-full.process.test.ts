import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  BatchClient,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
} from "@aws-sdk/client-batch";
import type { BatchServiceException } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { JobRunner } from "../support/job-runner.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

/** Writes until nothing more goes in. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const size of [1_048_576, 4_096, 1]) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  for (;;) {
    try {
      writeSync(file, block);
    } catch {
      return;
    }
  }
}

test("a full disk costs a clear 500 and nothing else; when there is room the server goes on", async (context) => {
  using disk = mountSmallDisk(32, context);
  await using server = await ServerProcess.start({ dataDir: join(disk.path, "data") });
  const batch = new BatchClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
  await batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: "d",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: ["true"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "16" },
        ],
      },
    }),
  );
  const acknowledged: string[] = [];
  const submit = async (): Promise<void> => {
    const { jobId = "" } = await batch.send(
      new SubmitJobCommand({ jobName: "j", jobQueue: "default", jobDefinition: "d" }),
    );
    acknowledged.push(jobId);
  };
  for (let count = 0; count < 20; count += 1) await submit();

  const filler = join(disk.path, "filler");
  fill(filler);
  const refusal = await waitFor("a submission that does not fit", async () => {
    try {
      await submit();
      return undefined;
    } catch (error) {
      return error as BatchServiceException;
    }
  });
  expect(refusal.name).toBe("ServerException");
  expect(refusal.$metadata.httpStatusCode).toBe(500);
  expect(refusal.message).toMatch(/could not be written to disk and was not made/);
  const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: acknowledged.slice(0, 100) }));
  expect(jobs).toHaveLength(Math.min(acknowledged.length, 100));

  rmSync(filler);
  await waitFor("a submission after there is room", () =>
    submit().then(
      () => true,
      () => undefined,
    ),
  );
  const ended = await waitFor("the end of all that was acknowledged", async () => {
    const described = await batch.send(new DescribeJobsCommand({ jobs: acknowledged.slice(-100) }));
    const isEnded = described.jobs?.every(({ status }) => status === "SUCCEEDED") === true;
    return isEnded ? described.jobs?.length : undefined;
  });
  expect(ended).toBe(Math.min(acknowledged.length, 100));
});

test("a job that cannot start for lack of disk waits, says so, and starts when there is room", async (context) => {
  using disk = mountSmallDisk(64, context);
  const flags = ["--disk-reserve", "32"];
  await using server = await ServerProcess.start({ dataDir: join(disk.path, "data"), flags });
  const clients = new AwsClients(server.url);
  const jobs = new JobRunner(clients.batch);
  const running = await jobs.submit(`until [ -e '${disk.path}/go' ]; do sleep 0.1; done`);
  await jobs.reached(running, "RUNNING");
  const filler = join(disk.path, "filler");
  writeFileSync(filler, Buffer.alloc(40 * 1_048_576));
  await waitFor(
    "the server to see it",
    async () => server.errorOutput.includes("new jobs wait") || undefined,
  );

  const waiting = await jobs.submit("true");
  const because = await waitFor("what the job waits for", async () => {
    const { status, statusReason = "" } = await jobs.describe(waiting);
    return status === "RUNNABLE" && statusReason !== "" ? statusReason : undefined;
  });
  expect(because).toMatch(
    /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - the disk is full: [\d.]+ MiB of 64 MiB are free at /,
  );
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^batchyard_disk_bytes\{kind="scratch"\} \d+$/m);
  expect(metrics).toMatch(/^batchyard_disk_free_bytes\{folder="[^"]+"\} \d+$/m);
  expect((await jobs.describe(running)).status).toBe("RUNNING");

  rmSync(filler);
  writeFileSync(join(disk.path, "go"), "");
  for (const jobId of [running, waiting]) expect((await jobs.ended(jobId)).status).toBe("SUCCEEDED");
  clients.destroy();
});
