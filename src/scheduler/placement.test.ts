import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState } from "../../test/support/builders.ts";
import type { Buildable } from "../../test/support/builders.ts";
import { runCycle } from "../../test/support/cycle.ts";

const LARGE = { instanceTypes: ["c5.large"], maxvCpus: 8 };

function unmanaged(name: string): Buildable {
  const changes = aComputeEnvironment(name)
    .changes()
    .map((change) => {
      if (change.kind !== "compute-environment-put") return change;
      const { computeResources: _none, ...others } = change.computeEnvironment;
      return { ...change, computeEnvironment: { ...others, type: "UNMANAGED" as const } };
    });
  return { changes: () => changes };
}

/** What becomes of a job of two nodes whose queue has these environments, in their order. */
function cycleOf(environments: Readonly<Record<string, Buildable>>) {
  const state = aState(
    ...Object.values(environments),
    aJobQueue("q", Object.keys(environments)),
    aJob("gang").nodes(2),
  );
  const { placed, launched, blocked } = runCycle(state);
  return { placed, launched, blocked };
}

describe("a multi-node job", () => {
  const spot = aComputeEnvironment("spot", { ...LARGE, type: "SPOT" });
  const small = aComputeEnvironment("small", { ...LARGE, maxvCpus: 2 });
  const large = aComputeEnvironment("large", LARGE);
  const onLarge = {
    placed: ["gang on large"],
    launched: ["c5.large in large", "c5.large in large"],
    blocked: [],
  };

  test.each([
    ["is placed on EC2", aComputeEnvironment("ce", LARGE), undefined],
    ["is placed on this machine", aComputeEnvironment("ce"), undefined],
    [
      "is not placed on Spot",
      aComputeEnvironment("ce", { ...LARGE, type: "SPOT" }),
      "multi-node-unsupported",
    ],
    ["is not placed on Fargate", aComputeEnvironment("ce", { type: "FARGATE" }), "multi-node-unsupported"],
    ["is not placed on what is UNMANAGED", unmanaged("ce"), "multi-node-unsupported"],
    [
      "is not placed where all is DISABLED, which is told first",
      aComputeEnvironment("ce", { ...LARGE, type: "SPOT", state: "DISABLED" }),
      "environments-unavailable",
    ],
  ])("%s", (_name, ce, because) => {
    const { placed, blocked } = cycleOf({ ce });
    expect({ placed, blocked }).toEqual(
      because === undefined
        ? { placed: ["gang on ce"], blocked: [] }
        : { placed: [], blocked: [`gang: ${because}`] },
    );
  });

  test("passes over environments that take no multi-node jobs, and those that take nothing", () => {
    const off = aComputeEnvironment("off", { ...LARGE, state: "DISABLED" });
    const broken = aComputeEnvironment("broken", { ...LARGE, status: "INVALID" });
    expect(cycleOf({ spot, off, broken, large })).toEqual(onLarge);
    expect(cycleOf({ mine: unmanaged("mine"), large })).toEqual(onLarge);
  });

  test("is blocked by the first environment that takes such jobs and cannot supply it", () => {
    expect(cycleOf({ spot, small, large })).toEqual({
      placed: [],
      launched: [],
      blocked: ["gang: exceeds-environments"],
    });
  });
});
