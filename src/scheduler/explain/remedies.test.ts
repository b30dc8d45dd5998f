import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState } from "../../../test/support/builders.ts";
import { runCycle } from "../../../test/support/cycle.ts";
import { ask, CYCLE_MS, inShare, Q, sharedQueue, tell } from "../../../test/support/explained.ts";

describe("what would start a job", () => {
  test.each<[string, Parameters<typeof aComputeEnvironment>[1], number]>([
    ["BEST_FIT adds a whole instance", { instanceTypes: ["c5.2xlarge"], maxvCpus: 9 }, 16],
    ["BEST_FIT adds the smallest that fits", { instanceTypes: ["c5.2xlarge", "c5.large"], maxvCpus: 9 }, 10],
    [
      "other strategies exceed it by one instance",
      { instanceTypes: ["c5.2xlarge"], maxvCpus: 8, allocationStrategy: "BEST_FIT_PROGRESSIVE" },
      9,
    ],
    [
      "as does BEST_FIT on Spot",
      { type: "SPOT", instanceTypes: ["c5.2xlarge"], maxvCpus: 8, allocationStrategy: "BEST_FIT" },
      9,
    ],
  ])("is the lowest maxvCpus that is enough now: %s", (_name, resources, expected) => {
    const state = aState(
      aComputeEnvironment("ce", resources),
      Q,
      aJob("running").at(0).needing({ vcpuMillis: 8000 }),
      aJob("job").at(1),
    );
    runCycle(state, { nowMs: CYCLE_MS });
    const { because, remedies } = ask(state, "job");
    const raise = remedies.find(({ kind }) => kind === "raise-max-vcpus");
    expect([because, raise]).toEqual([
      "environments-full",
      { kind: "raise-max-vcpus", computeEnvironment: "ce", toVcpus: expected },
    ]);
  });

  test("is both a larger type and a higher maxvCpus where one alone would not do", () => {
    const things = [
      aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 2 }),
      Q,
      aJob("job").needing({ vcpuMillis: 4000 }),
    ];
    expect(tell(things, "job")).toMatchObject({
      because: "exceeds-environments",
      sentence:
        "It can never start as things are. It needs 4 vCPU and 100 MiB. ce may have 2 vCPU at most (maxvCpus), and no " +
        "instance type of it is large enough.",
      remedies: [
        "Give ce an instance type with 4 vCPU and 100 MiB for jobs, and maxvCpus of 4 or more.",
        "Submit it again, asking for less.",
      ],
    });
  });

  test("is nothing by itself where the environment is full besides what is reserved", () => {
    const things = [
      aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 4 }),
      ...sharedQueue(50),
      ...[1, 2].map((at) => inShare(`running-${at}`, "a", at)),
      aJobQueue("p", ["ce"], { priority: 9 }),
      aJob("other").inQueue("p").needing({ vcpuMillis: 2000 }),
      inShare("job", "a", 3),
    ];
    expect(tell(things, "job")).toEqual({
      because: "shares-reserved",
      isImpossible: false,
      remedies: [],
      sentence:
        "It is next in its share a and needs 1 vCPU and 100 MiB. The scheduling policy policy (computeReservation 50) keeps " +
        "50 % of the 4 vCPU of the queue's environments for other shares while 1 share is active: of the 2 vCPU that are left " +
        "2 are in use. ce may launch no more for it: its instances have 4 of 4 vCPU (maxvCpus); the one with most room for it " +
        "has 0 vCPU free.",
    });
  });
});
