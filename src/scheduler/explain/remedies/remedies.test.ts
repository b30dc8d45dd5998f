import { describe, expect, test } from "vitest";
import {
  aComputeEnvironment,
  aConsumable,
  aJob,
  aJobQueue,
  aState,
  SCOPE,
} from "../../../../test/support/builders.ts";
import type { Buildable } from "../../../../test/support/builders.ts";
import { runCycle } from "../../../../test/support/cycle.ts";
import { ask, CYCLE_MS, inShare, Q, sharedQueue, tell, tellOf } from "../../../../test/support/explained.ts";
import { consumableResourceArn } from "../../../batch/arn.ts";

/** Of a consumable resource. */
function holding(jobId: string, at: number, quantity: number): Buildable {
  const consumableResource = consumableResourceArn(SCOPE, "ticket");
  return aJob(jobId).at(at).consuming([{ consumableResource, quantity }]);
}

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

  test("is an end that gives back enough of what is reserved and of a full environment", () => {
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
      remedies: ["The end of job running-1 (for 5 min)."],
      sentence:
        "It is next in its share a and needs 1 vCPU and 100 MiB. The scheduling policy policy (computeReservation 50) keeps " +
        "50 % of the 4 vCPU of the queue's environments for other shares while 1 share is active: of the 2 vCPU that are left " +
        "2 are in use. ce may launch no more for it: its instances have 4 of 4 vCPU (maxvCpus); the one with most room for it " +
        "has 0 vCPU free.",
    });
  });

  test("is the end of what keeps a multi-node job from an empty instance, and a maxvCpus that adds what is missing", () => {
    const things = [
      aComputeEnvironment("ce", {
        instanceTypes: ["c5.xlarge"],
        maxvCpus: 8,
        allocationStrategy: "BEST_FIT_PROGRESSIVE",
      }),
      Q,
      aJob("running").at(0),
      aJob("job").at(1).nodes(2),
    ];
    expect(tell(things, "job")).toMatchObject({
      because: "environments-full",
      remedies: ["The end of job running (for 5 min).", "Raise maxvCpus of ce to 9 or more."],
    });
    const state = aState(...things);
    runCycle(state, { nowMs: CYCLE_MS });
    expect(tellOf(state, "job", { bootMs: 3000 }).remedies).toEqual([
      "The end of job running (for 5 min), and 3 s for an instance to start.",
      "Raise maxvCpus of ce to 9 or more.",
    ]);
  });

  test.each(["SPOT", "FARGATE"] as const)(
    "is an environment of the type EC2 for a multi-node job whose queue has %s only",
    (type) => {
      const things = [aComputeEnvironment("ce", { type }), Q, aJob("job").nodes(2)];
      expect(tell(things, "job")).toMatchObject({
        because: "multi-node-unsupported",
        isImpossible: true,
        remedies: ["Give the queue q a compute environment of the type EC2."],
      });
    },
  );

  test("is no further environment for a multi-node job where one of the type EC2 is too small", () => {
    const things = [
      aComputeEnvironment("spot", { type: "SPOT" }),
      aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 2 }),
      aJobQueue("q", ["spot", "ce"]),
      aJob("job").nodes(2),
    ];
    expect(tell(things, "job").remedies[0]).toBe("Raise maxvCpus of ce to 4 or more.");
  });

  describe("of a consumable resource", () => {
    const TICKET = aConsumable("ticket", 4);
    const HOLDERS = [1, 2, 3, 4].map((at) => holding(`holder-${at}`, at, 1));

    test("is the end of as many holders as are enough", () => {
      const things = [aComputeEnvironment("ce"), Q, TICKET, ...HOLDERS, holding("job", 5, 2)];
      expect(tell(things, "job").remedies).toEqual([
        "The end of job holder-1 (for 5 min) and job holder-2 (for 5 min).",
        "Raise the total quantity of ticket to 6 or more.",
      ]);
    });

    test("is more of it than is held where it was set lower", () => {
      const state = aState(aComputeEnvironment("ce"), Q, TICKET, ...HOLDERS.slice(0, 2));
      runCycle(state, { nowMs: CYCLE_MS });
      const things = [aConsumable("ticket", 1), holding("job", 5, 1)];
      for (const thing of things) for (const change of thing.changes()) state.apply(change);
      expect(tellOf(state, "job").remedies).toEqual([
        "The end of job holder-1 (for 5 min) and job holder-2 (for 5 min).",
        "Raise the total quantity of ticket to 3 or more.",
      ]);
    });

    test("is no end where it does not come back", () => {
      const used = aConsumable("ticket", 1, "NON_REPLENISHABLE");
      const things = [aComputeEnvironment("ce"), Q, used, holding("holder", 1, 1), holding("job", 2, 1)];
      expect(tell(things, "job").remedies).toEqual(["Raise the total quantity of ticket to 2 or more."]);
    });

    test("is to create it where there is none", () => {
      const things = [aComputeEnvironment("ce"), Q, holding("job", 5, 2)];
      expect(tell(things, "job")).toMatchObject({
        isImpossible: true,
        sentence:
          "It can never start as things are. It needs 2 of ticket, and there is no consumable resource of that name.",
        remedies: ["Create the consumable resource ticket, 2 or more of it."],
      });
    });

    test("is nothing by itself where there is no room either", () => {
      const things = [
        aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 2 }),
        Q,
        aConsumable("ticket", 1),
        holding("holder", 1, 1),
        aJob("running").at(2),
        holding("job", 5, 1),
      ];
      expect(tell(things, "job")).toMatchObject({ because: "consumables-unavailable", remedies: [] });
    });
  });

  test("is all that an environment lacks that is neither VALID nor large enough", () => {
    const things = [
      aComputeEnvironment("ce", { instanceTypes: ["c5.large"], status: "INVALID" }),
      Q,
      aJob("job").needing({ vcpuMillis: 4000 }),
    ];
    expect(tell(things, "job")).toEqual({
      because: "environments-unavailable",
      isImpossible: true,
      sentence:
        "It can never start as things are. It needs 4 vCPU and 100 MiB. ce is INVALID (ComputeEnvironment Healthy). No " +
        "instance type of ce is large enough: the nearest, c5.large, gives 2 vCPU.",
      remedies: [
        "Repair ce.",
        "Give ce an instance type with 4 vCPU and 100 MiB for jobs.",
        "Submit it again, asking for less.",
      ],
    });
  });
});
