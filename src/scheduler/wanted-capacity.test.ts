import { expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState } from "../../test/support/builders.ts";
import { runCycle } from "../../test/support/cycle.ts";

const HOST = { vcpuMillis: 64_000, memoryMiB: 1_000, gpuCount: 0 };

test.each([
  [
    "the type that it would launch",
    { instanceTypes: ["m5.large", "c5.large"] },
    { instanceType: "c5.large" },
  ],
  ["no type on Fargate", { type: "FARGATE" }, {}],
  ["nothing where the environment is the host itself, which is full then", {}, undefined],
] as const)("a head that waits for the host's room names %s", (_name, environment, wanted) => {
  const state = aState(
    aComputeEnvironment("ce", environment),
    aJobQueue("q", ["ce"]),
    aJob("running").at(1).needing({ memoryMiB: 600 }),
    aJob("job").at(2).needing({ memoryMiB: 600 }),
  );
  const { blocked } = runCycle(state, { host: HOST }).report;
  expect(blocked).toEqual([
    {
      jobQueueArn: expect.stringMatching(/q$/),
      jobId: "job",
      because: wanted === undefined ? "environments-full" : "host-full",
      ...(wanted && { wanted }),
    },
  ]);
});
