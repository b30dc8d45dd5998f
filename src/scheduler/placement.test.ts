import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState, HOST, SCOPE } from "../../test/support/builders.ts";
import type { Buildable } from "../../test/support/builders.ts";
import { runCycle } from "../../test/support/cycle.ts";
import { anInstance } from "../../test/support/store-examples.ts";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import type { Resources } from "../batch/resources.ts";
import { assert } from "../lib/assert.ts";
import { LiveInstances } from "../store/live-instances.ts";
import { findInstances } from "./placement.ts";
import { CatalogueSupply } from "./scaling/catalogue-supply.ts";
import { instancesFor } from "./scaling/scale-out.ts";

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

test("a multi-node job costs what is idle or boots, not what its environment has in all", () => {
  const things = [aComputeEnvironment("ce", LARGE), aJobQueue("q", ["ce"]), aJob("gang").nodes(2)] as const;
  const { computeEnvironments, jobs } = aState(...things);
  const [environment] = computeEnvironments.values();
  const gang = jobs.find(SCOPE, "gang");
  assert(environment !== undefined && gang !== undefined, "what was made is not there");
  const live = new LiveInstances();
  const put = (id: string, registeredAtMs?: number) =>
    live.put(
      anInstance(id, {
        computeEnvironmentArn: environment.arn,
        resources: { vcpuMillis: 2000, memoryMiB: 4000, gpuCount: 0 },
        instanceType: "c5.large",
        launchedAtMs: 1,
        ...(registeredAtMs !== undefined && { registeredAtMs }),
      }),
    );
  put("i-1");
  put("i-2", 1);
  put("i-3");
  // It is idle now, before that which was launched before it.
  put("i-1", 2);
  const present = live.ofEnvironment(environment.arn);
  const { vcpuMillis, booting, leaving, idle } = present;
  const ofEnvironment = () => ({
    vcpuMillis,
    booting,
    leaving,
    idle,
    findRoom: (resources: Resources) => present.findRoom(resources),
    get all(): never {
      throw new Error("all instances are walked");
    },
  });
  const state = { instances: { ofEnvironment } };
  const found = findInstances(environment, gang, state)?.map(({ instance }) => instance.instanceId);
  expect(found).toEqual(["i-1", "i-2"]);
  const capacity = { host: HOST, supply: new CatalogueSupply(EC2_CATALOGUE, 0) };
  const facts = { state, capacity, demandVcpuMillis: 2000, nowMs: 2 };
  expect(instancesFor(gang, environment, facts)).toBe("instances-starting");
});

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
