import { describe, expect, test } from "vitest";
import { consumableResourceArn, schedulingPolicyArn } from "../batch/arn.ts";
import {
  aComputeEnvironment,
  aConsumable,
  aJob,
  aJobQueue,
  aPolicy,
  aState,
  HOST,
  SCOPE,
} from "../../test/support/builders.ts";
import { runCycle as cycle } from "../../test/support/cycle.ts";

/** Shares compete for four vCPUs, in instances of two; half is reserved, with two active shares a quarter. */
const FAIR_QUEUE = [
  aComputeEnvironment("ce", { maxvCpus: 4, instanceTypes: ["c5.large"] }),
  aPolicy("fair", { computeReservation: 50 }),
  aJobQueue("q", ["ce"], { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") }),
];

describe("schedule", () => {
  test("places in the order of submission, retried jobs first", () => {
    const state = aState(
      aComputeEnvironment("ce"),
      aJobQueue("q", ["ce"]),
      aJob("first").inQueue("q").at(1),
      aJob("second").inQueue("q").at(2),
      aJob("retried").inQueue("q").at(-1),
    );
    expect(cycle(state).placed).toEqual(["retried on ce", "first on ce", "second on ce"]);
  });

  test("serves the queue of higher priority first on a shared environment (16.42)", () => {
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 2 }),
      aJobQueue("low", ["ce"], { priority: 1 }),
      aJobQueue("high", ["ce"], { priority: 9 }),
      aJob("of-low").inQueue("low").at(1).needing({ vcpuMillis: 2000 }),
      aJob("of-high").inQueue("high").at(2).needing({ vcpuMillis: 2000 }),
    );
    const { placed, blocked } = cycle(state);
    expect({ placed, blocked }).toEqual({
      placed: ["of-high on ce"],
      blocked: ["of-low: environments-full"],
    });
  });

  test("tries environments in their order and goes on to the next when one is full", () => {
    const state = aState(
      aComputeEnvironment("small", { maxvCpus: 1 }),
      aComputeEnvironment("large", { maxvCpus: 8 }),
      aJobQueue("q", ["small", "large"]),
      ...[1, 2, 3].map((at) => aJob(`job-${at}`).inQueue("q").at(at)),
    );
    expect(cycle(state).placed).toEqual(["job-1 on small", "job-2 on large", "job-3 on large"]);
  });

  test("passes over environments that are DISABLED or INVALID", () => {
    const state = aState(
      aComputeEnvironment("off", { state: "DISABLED" }),
      aComputeEnvironment("broken", { status: "INVALID" }),
      aComputeEnvironment("good"),
      aJobQueue("q", ["off", "broken", "good"]),
      aJob("job").inQueue("q").at(1),
    );
    expect(cycle(state).placed).toEqual(["job on good"]);
  });

  test("lets a head that does not fit block its queue, and only its queue", () => {
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 4 }),
      aJobQueue("a", ["ce"], { priority: 2 }),
      aJobQueue("b", ["ce"], { priority: 1 }),
      aJob("too-wide").inQueue("a").at(1).needing({ vcpuMillis: 5000 }),
      aJob("behind").inQueue("a").at(2),
      aJob("elsewhere").inQueue("b").at(3),
    );
    const { placed, blocked } = cycle(state);
    expect({ placed, blocked }).toEqual({
      placed: ["elsewhere on ce"],
      blocked: ["too-wide: exceeds-environments"],
    });
  });

  test("never promises more of the host than it has, over all environments together", () => {
    const host = { vcpuMillis: 100_000, memoryMiB: 1000, gpuCount: 0 };
    const state = aState(
      aComputeEnvironment("a"),
      aComputeEnvironment("b"),
      aJobQueue("qa", ["a"], { priority: 2 }),
      aJobQueue("qb", ["b"], { priority: 1 }),
      aJob("half-a").inQueue("qa").at(1).needing({ memoryMiB: 600 }),
      aJob("half-b").inQueue("qb").at(2).needing({ memoryMiB: 600 }),
      aJob("huge").inQueue("qb").at(3).needing({ memoryMiB: 1001 }),
    );
    const { placed, blocked } = cycle(state, { host });
    expect({ placed, blocked }).toEqual({ placed: ["half-a on a"], blocked: ["half-b: host-full"] });
    expect(state.jobs.hostUsage.memoryMiB).toBe(600);
  });

  test.each([
    ["no environment takes jobs", { state: "DISABLED" }, {}, "environments-unavailable"],
    [
      "its environment runs pods",
      { eksConfiguration: { eksClusterArn: "c", kubernetesNamespace: "n" } },
      {},
      "kubernetes-unavailable",
    ],
    ["more vCPUs than maxvCpus", { maxvCpus: 1 }, { vcpuMillis: 2000 }, "exceeds-environments"],
    ["more memory than the host has", {}, { memoryMiB: HOST.memoryMiB + 1 }, "exceeds-host"],
    ["a GPU where there is none", {}, { gpuCount: 1 }, "exceeds-host"],
  ] as const)("says why a head waits: %s", (_name, environment, needs, because) => {
    const state = aState(
      aComputeEnvironment("ce", environment),
      aJobQueue("q", ["ce"]),
      aJob("job").inQueue("q").at(1).needing(needs),
    );
    expect(cycle(state).blocked).toEqual([`job: ${because}`]);
  });

  describe.each([
    ["more vCPUs than maxvCpus", { vcpuMillis: 9000 }, "exceeds-environments"],
    ["more memory than its type has", { memoryMiB: 5000 }, "exceeds-instance-types"],
    ["no more than there can be", {}, undefined],
  ] as const)("of a head that asks for %s says so", (_name, needs, tooMuch) => {
    const head = aJob("head").inQueue("q").inShare("b").at(2).needing(needs);

    test("even where the rest is reserved for other shares", () => {
      const state = aState(
        ...FAIR_QUEUE,
        aJob("wide").inQueue("q").inShare("a").at(1).needing({ vcpuMillis: 2000 }),
      );
      cycle(state);
      for (const change of head.needing({ vcpuMillis: 2000, ...needs }).changes()) state.apply(change);
      // One vCPU is left to the two active shares together.
      expect(cycle(state).blocked).toEqual([`head: ${tooMuch ?? "shares-reserved"}`]);
    });

    test("even where it lacks a consumable resource", () => {
      const consumables = [{ consumableResource: consumableResourceArn(SCOPE, "licence"), quantity: 1 }];
      const state = aState(
        ...FAIR_QUEUE,
        aConsumable("licence", 1),
        aJob("first").inQueue("q").inShare("a").at(1).consuming(consumables),
        head.consuming(consumables),
      );
      expect(cycle(state).blocked).toEqual([`head: ${tooMuch ?? "consumables-unavailable"}`]);
    });
  });

  test("tells of a head that can never be had before that of another share which waits for its turn", () => {
    const state = aState(
      ...FAIR_QUEUE,
      aJob("runs").inQueue("q").inShare("a").at(1).needing({ vcpuMillis: 2000 }),
      aJob("next").inQueue("q").inShare("b").at(2).needing({ vcpuMillis: 2000 }),
      aJob("never").inQueue("q").inShare("c").at(3).needing({ vcpuMillis: 9000 }),
    );
    expect(cycle(state).blocked).toEqual(["never: exceeds-environments"]);
  });

  test("stops at its limit and says that there is more", () => {
    const state = aState(
      aComputeEnvironment("ce"),
      aJobQueue("q", ["ce"]),
      ...[1, 2, 3].map((at) => aJob(`job-${at}`).inQueue("q").at(at)),
    );
    const first = cycle(state, { limit: 2 });
    expect([first.placed.length, first.report.isCutShort]).toEqual([2, true]);
    const second = cycle(state, { limit: 2 });
    expect([second.placed, second.report.isCutShort]).toEqual([["job-3 on ce"], false]);
  });

  test("still dispatches what a DISABLED queue holds, and nothing of one being deleted", () => {
    const state = aState(
      aComputeEnvironment("ce"),
      aJobQueue("off", ["ce"], { state: "DISABLED" }),
      aJobQueue("going", ["ce"], { status: "DELETING" }),
      aJob("held").inQueue("off").at(1),
      aJob("lost").inQueue("going").at(2),
    );
    expect(cycle(state).placed).toEqual(["held on ce"]);
  });
});
