import { expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState } from "../../test/support/builders.ts";
import { runCycle } from "../../test/support/cycle.ts";

const LARGE = { instanceTypes: ["c5.large"] };
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

test.each<[name: string, environment: Parameters<typeof aComputeEnvironment>[1], expected: object]>([
  [
    "names the type that could hold it",
    { instanceTypes: ["c5.large", "c5.9xlarge"] },
    { because: "exceeds-host", wanted: { instanceType: "c5.9xlarge" } },
  ],
  ["names no type on Fargate", { type: "FARGATE" }, { because: "exceeds-host", wanted: {} }],
  ["wants nothing that could be had where no type is enough", LARGE, { because: "exceeds-host" }],
  [
    "wants nothing that could be had where the only type exceeds maxvCpus for ever",
    { instanceTypes: ["c5.9xlarge"], maxvCpus: 4 },
    { because: "exceeds-host" },
  ],
  ["wants nothing that could be had of the host itself", {}, { because: "exceeds-host" }],
])("a head that is too large for the host %s", (_name, environment, expected) => {
  const state = aState(
    aComputeEnvironment("ce", environment),
    aJobQueue("q", ["ce"]),
    aJob("job").needing({ memoryMiB: 60_000 }),
  );
  const [blocked] = runCycle(state, { host: HOST }).report.blocked;
  expect(blocked).toEqual({ jobQueueArn: expect.stringMatching(/q$/), jobId: "job", ...expected });
});

test.each([
  ["names the type where maxvCpus are enough for all of its nodes", 4, { instanceType: "c5.large" }],
  ["wants nothing that could be had where they are enough for each of its nodes only", 2, undefined],
])("a multi-node job that is too large for the host %s", (_name, maxvCpus, wanted) => {
  const state = aState(
    aComputeEnvironment("ce", { ...LARGE, maxvCpus }),
    aJobQueue("q", ["ce"]),
    aJob("gang").nodes(2),
  );
  const [blocked] = runCycle(state, { host: { ...HOST, memoryMiB: 150 } }).report.blocked;
  expect(blocked).toEqual({
    jobQueueArn: expect.stringMatching(/q$/),
    jobId: "gang",
    because: "exceeds-host",
    ...(wanted && { wanted }),
  });
});

test("a head that is too large for the host names the type for all that its queue asks for", () => {
  const large = { vcpuMillis: 36_000, memoryMiB: 60_000 };
  const state = aState(
    aComputeEnvironment("ce", { instanceTypes: ["c5"], allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
    aJobQueue("q", ["ce"]),
    aJob("job").at(1).needing(large),
    aJob("other").at(2).needing(large),
  );
  expect(runCycle(state, { host: HOST }).report.blocked).toMatchObject([
    { jobId: "job", because: "exceeds-host", wanted: { instanceType: "c5.18xlarge" } },
  ]);
});

test.each([
  [
    "a multi-node job is offered by the first environment that takes such jobs only",
    aJob("job").nodes(2),
    {},
  ],
  [
    "a single job is offered by the next, too",
    aJob("job").needing({ memoryMiB: 200 }),
    { wanted: { instanceType: "c5.large" } },
  ],
])("what %s", (_name, job, expected) => {
  const state = aState(
    aComputeEnvironment("host"),
    aComputeEnvironment("ce", LARGE),
    aJobQueue("q", ["host", "ce"]),
    job,
  );
  const { blocked } = runCycle(state, { host: { ...HOST, memoryMiB: 150 } }).report;
  expect(blocked.map(({ jobQueueArn: _arn, ...others }) => others)).toEqual([
    { jobId: "job", because: "exceeds-host", ...expected },
  ]);
});

test.each([
  ["jobs", [1, 2, 3, 4].map((at) => aJob(`job-${at}`).at(at))],
  ["nodes", [aJob("gang").nodes(4)]],
])(
  "the type that is named is the one that is launched once the host has room, for four %s",
  (_name, jobs) => {
    const cycleOn = (memoryMiB: number) => {
      const state = aState(
        aComputeEnvironment("host"),
        aComputeEnvironment("ce", { instanceTypes: ["c5"], allocationStrategy: "BEST_FIT_PROGRESSIVE" }),
        aJobQueue("first", ["host"], { priority: 9 }),
        aJobQueue("q", ["ce"]),
        aJob("running").inQueue("first").needing({ memoryMiB: 950 }),
        ...jobs,
      );
      return runCycle(state, { host: { ...HOST, memoryMiB } });
    };
    expect(cycleOn(1_000).report.blocked).toMatchObject([
      { because: "host-full", wanted: { instanceType: "c5.xlarge" } },
    ]);
    expect(cycleOn(2_000).launched.slice(0, 2)).toEqual(["local.host in host", "c5.xlarge in ce"]);
  },
);
