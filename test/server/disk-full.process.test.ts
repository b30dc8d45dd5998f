import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  BatchClient,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
} from "@aws-sdk/client-batch";
import type { BatchServiceException } from "@aws-sdk/client-batch";
import { expect, test } from "vitest";
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
