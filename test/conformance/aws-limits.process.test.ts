import { expect, test } from "vitest";
import { clientException, refusalOf } from "../support/refusals.ts";
import { useServer } from "../support/use-server.ts";

const used = useServer({ flags: ["--aws-limits"] });

function register(commandLength: number): Promise<unknown> {
  return used.batch.registerJobDefinition({
    jobDefinitionName: "long",
    type: "container",
    containerProperties: { image: "busybox", command: ["x".repeat(commandLength)], vcpus: 1, memory: 64 },
  });
}

function createEnvironment(computeEnvironmentName: string): Promise<unknown> {
  return used.batch.createComputeEnvironment({
    computeEnvironmentName,
    type: "UNMANAGED",
    serviceRole: "batch",
  });
}

function submitServiceJob(): Promise<unknown> {
  return used.batch.submitServiceJob({
    jobName: "fast",
    jobQueue: "nowhere",
    serviceJobType: "SAGEMAKER_TRAINING",
    serviceRequestPayload: "{}",
  });
}

test("a definition of more than 24 KiB is refused", async () => {
  await register(24_000);
  expect((await refusalOf(register(25_000))).message).toMatch(
    /^a job definition must have at most 24576 bytes, got 25\d{3}$/,
  );
});

test("a submission of more than 30 KiB is refused", async () => {
  await register(1);
  const containerOverrides = { command: ["x".repeat(31_000)] };
  const submission = { jobName: "long", jobQueue: "default", jobDefinition: "long", containerOverrides };
  expect((await refusalOf(used.batch.submitJob(submission))).message).toMatch(
    /^a submission must have at most 30720 bytes, got 31\d{3}$/,
  );
});

test("the 51st compute environment is refused", async () => {
  // The first resources have one already.
  for (let number = 2; number <= 50; number += 1) await createEnvironment(`environment-${number}`);
  expect(await refusalOf(createEnvironment("one-too-many"))).toEqual(
    clientException("there can be at most 50 compute environments in an account and region, there are 50"),
  );
});

test("service jobs that come too fast are refused as AWS refuses them", async () => {
  const refusals = await Promise.all(Array.from({ length: 30 }, () => refusalOf(submitServiceJob())));
  expect(refusals).toContainEqual({
    code: "TooManyRequestsException",
    status: 429,
    message: "Too Many Requests",
  });
});
