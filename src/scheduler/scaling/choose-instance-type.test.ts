import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ec2Request, spotRequest } from "../../../test/support/environment-values.ts";
import { EC2_CATALOGUE } from "../../batch/instance-catalogue.ts";
import { fitsIn } from "../../batch/resources.ts";
import { createSpotMarket } from "../../batch/spot-market.ts";
import type { SpotMarket, SpotQuote } from "../../batch/spot-market.ts";
import type { ComputeResource, CRAllocationStrategy } from "../../model/batch.ts";
import { TypeChoice } from "./choose-instance-type.ts";
import type { InstanceNeed } from "./instance-supply.ts";

const NOW_MS = 1_700_000_000_000;
const STANDING_STILL = createSpotMarket();

interface Need {
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly gpus?: number;
  /** vCPUs. */
  readonly demand?: number;
  /** vCPUs. */
  readonly left?: number;
}

function needOf({ vcpus = 1, memoryMiB = 512, gpus = 0, demand = vcpus, left = 1000 }: Need): InstanceNeed {
  return {
    resources: { vcpuMillis: vcpus * 1000, memoryMiB, gpuCount: gpus },
    demandVcpuMillis: demand * 1000,
    vcpuMillisLeft: left * 1000,
  };
}

/** The name of the type that is chosen, or why none is. */
function choose(resources: ComputeResource, need: Need, market: SpotMarket = STANDING_STILL): string {
  const chosen = new TypeChoice(resources, EC2_CATALOGUE, market).choose(needOf(need), NOW_MS);
  return typeof chosen === "string" ? chosen : chosen.name;
}

/** A market that stands still, with these quotes: price part, depth. */
function marketOf(quotes: Readonly<Record<string, readonly [pricePart: number, depth: number]>>): SpotMarket {
  return {
    stepAt: () => 0,
    nextStepAtMs: () => Infinity,
    quote: (type): SpotQuote => {
      const [pricePart, depth] = quotes[type] ?? [1, 0];
      return { pricePart, depth };
    },
  };
}

// On demand a c5.large has 2 vCPUs and 4 GiB for USD 0.085, an m5.large 2 and 8 GiB for 0.096, an r5.large 2 and 16 GiB
// for 0.126; the other sizes have and cost a multiple of it.

describe("BEST_FIT", () => {
  test.each<[instanceTypes: string[], need: Need, chosen: string]>([
    [["m5", "c5"], { vcpus: 2, memoryMiB: 2048 }, "c5.large"],
    [["m5", "c5"], { vcpus: 1, demand: 500 }, "c5.large"],
    // 4096 MiB do not fit in 4 GiB: an m5.large costs 0.096, a c5.xlarge 0.17.
    [["m5", "c5"], { vcpus: 1, memoryMiB: 4096 }, "m5.large"],
    // Nor do 8192 in 8 GiB: an r5.large costs 0.126, an m5.xlarge 0.192.
    [["m5", "c5", "r5"], { vcpus: 1, memoryMiB: 8192 }, "r5.large"],
    [["m5", "c5", "r5"], { vcpus: 3, memoryMiB: 8192 }, "m5.xlarge"],
    [["c5"], { vcpus: 96 }, "c5.24xlarge"],
    [["c5"], { vcpus: 97 }, "exceeds-instance-types"],
    [["c5"], { vcpus: 1, memoryMiB: 196_608 }, "exceeds-instance-types"],
    [["c5"], { gpus: 1 }, "exceeds-instance-types"],
    [["local.host"], {}, "exceeds-instance-types"],
    [["c5"], { vcpus: 2, left: 2 }, "c5.large"],
    [["c5"], { vcpus: 1, left: 1 }, "environments-full"],
    [["c5"], { vcpus: 16, left: 15 }, "environments-full"],
    [["c5"], { vcpus: 1, left: 0 }, "environments-full"],
    [["c5"], { vcpus: 1, left: -94 }, "environments-full"],
    [["c5"], { vcpus: 97, left: 0 }, "exceeds-instance-types"],
    // Cheaper than all sizes of c5 that could hold it is nothing that would stay within the maximum.
    [["c5", "r5"], { vcpus: 1, memoryMiB: 20_000, left: 4 }, "r5.xlarge"],
    [["c5", "r5"], { vcpus: 1, memoryMiB: 20_000, left: 3 }, "environments-full"],
  ])("of %j takes for %j: %s", (instanceTypes, need, chosen) => {
    expect(choose(ec2Request({ instanceTypes }), need)).toBe(chosen);
  });

  test("takes a type without a price only where no other is large enough", () => {
    const resources = ec2Request({ instanceTypes: ["g3s.xlarge", "p3.2xlarge"] });
    expect(choose(resources, { gpus: 1 })).toBe("p3.2xlarge");
    expect(choose(ec2Request({ instanceTypes: ["g3s.xlarge"] }), { gpus: 1 })).toBe("g3s.xlarge");
  });
});

describe("BEST_FIT_PROGRESSIVE", () => {
  const allocationStrategy = "BEST_FIT_PROGRESSIVE";

  test.each<[instanceTypes: string[], need: Need, chosen: string]>([
    [["m5", "c5"], { vcpus: 1, demand: 1 }, "c5.large"],
    [["m5", "c5"], { vcpus: 1, demand: 10 }, "c5.2xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 16 }, "c5.4xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 10_000 }, "c5.24xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 10_000, left: 40 }, "c5.9xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 10_000, left: 4 }, "c5.xlarge"],
    // One instance may exceed the maximum while anything is left to it.
    [["m5", "c5"], { vcpus: 1, demand: 10_000, left: 1 }, "c5.large"],
    [["m5", "c5"], { vcpus: 90, demand: 90, left: 1 }, "c5.24xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 10_000, left: 0 }, "environments-full"],
    [["m5", "c5"], { vcpus: 97, left: 0 }, "exceeds-instance-types"],
    [["m5", "c5"], { vcpus: 1, memoryMiB: 4096 }, "c5.xlarge"],
    // A c5.4xlarge costs 0.68 and an m5.2xlarge 0.384, but 0.0425 and 0.048 per vCPU.
    [["m5", "c5"], { vcpus: 1, memoryMiB: 20_000 }, "c5.4xlarge"],
    // No c5 has more than 192 GiB.
    [["m5", "c5"], { vcpus: 1, memoryMiB: 200_000 }, "m5.16xlarge"],
    // Of c4's sizes, 0.05, 0.04975, 0.04975, 0.04975 and 0.0442 per vCPU, the largest is the cheapest.
    [["c4"], { vcpus: 1 }, "c4.8xlarge"],
  ])("of %j takes for %j: %s", (instanceTypes, need, chosen) => {
    expect(choose(ec2Request({ instanceTypes, allocationStrategy }), need)).toBe(chosen);
  });
});

describe("BEST_FIT_PROGRESSIVE_ORDERED", () => {
  const allocationStrategy = "BEST_FIT_PROGRESSIVE_ORDERED";

  test.each<[instanceTypes: string[], need: Need, chosen: string]>([
    // AWS's own example: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
    [["m7a.4xlarge", "m7a", "m6a"], { vcpus: 1 }, "m7a.4xlarge"],
    [["m7a.4xlarge", "m7a", "m6a"], { vcpus: 17 }, "m7a.8xlarge"],
    [["m7a", "m7a.4xlarge", "m6a"], { vcpus: 1, demand: 16 }, "m7a.2xlarge"],
    [["m5", "c5"], { vcpus: 1, demand: 8 }, "m5.2xlarge"],
    [["c5.large", "m5"], { vcpus: 1, demand: 8 }, "c5.large"],
    [["c5.large", "m5"], { vcpus: 4 }, "m5.xlarge"],
    [["c5.large", "m5.large", "r5.large"], { vcpus: 1, memoryMiB: 8192 }, "r5.large"],
    [["c5.large", "m5"], { vcpus: 1, left: 1 }, "c5.large"],
    [["c5.large", "m5.large"], { vcpus: 3 }, "exceeds-instance-types"],
  ])("of %j takes for %j: %s", (instanceTypes, need, chosen) => {
    expect(choose(ec2Request({ instanceTypes, allocationStrategy }), need)).toBe(chosen);
  });
});

describe("types with GPUs", () => {
  test.each<[instanceTypes: string[], need: Need, chosen: string]>([
    [["g4dn", "c5"], { gpus: 1 }, "g4dn.xlarge"],
    [["g4dn", "c5"], { gpus: 2 }, "g4dn.12xlarge"],
    [["g4dn", "c5"], { gpus: 9 }, "exceeds-instance-types"],
    [["g4dn", "c5"], {}, "c5.large"],
    [["g4dn"], {}, "g4dn.xlarge"],
    // 8 vCPUs are more than a c5.large has.
    [["g4dn", "c5.large"], { vcpus: 8 }, "g4dn.2xlarge"],
    [["g4dn.xlarge", "c5.24xlarge"], { vcpus: 1, left: 4 }, "environments-full"],
  ])("%j, for %j: %s", (instanceTypes, need, chosen) => {
    expect(choose(ec2Request({ instanceTypes }), need)).toBe(chosen);
  });

  test("stay behind the user's other types, whatever the order", () => {
    const resources = ec2Request({
      instanceTypes: ["g4dn", "c5"],
      allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED",
    });
    expect(choose(resources, {})).toBe("c5.large");
  });
});

describe("SPOT", () => {
  const instanceTypes = ["r5.large", "m5.large", "c5.large"];
  const takes = (allocationStrategy: CRAllocationStrategy, quotes: Parameters<typeof marketOf>[0]): string =>
    choose(spotRequest({ instanceTypes, allocationStrategy }), {}, marketOf(quotes));

  test("BEST_FIT and BEST_FIT_PROGRESSIVE go by the market's price", () => {
    // USD 0.0425, 0.048 and 0.0504.
    const quotes = { "c5.large": [0.5, 0], "m5.large": [0.5, 0], "r5.large": [0.4, 1] } as const;
    expect(takes("BEST_FIT", quotes)).toBe("c5.large");
    expect(takes("BEST_FIT_PROGRESSIVE", quotes)).toBe("c5.large");
    expect(takes("BEST_FIT", { ...quotes, "r5.large": [0.3, 1] })).toBe("r5.large");
    expect(takes("BEST_FIT_PROGRESSIVE", { ...quotes, "r5.large": [0.3, 1] })).toBe("r5.large");
  });

  test("BEST_FIT may exceed the maximum by one instance", () => {
    const resources = spotRequest({ instanceTypes, allocationStrategy: "BEST_FIT" });
    expect(choose(resources, { left: 1 })).toMatch(/\.large$/);
    expect(choose(resources, { left: 0 })).toBe("environments-full");
  });

  test("SPOT_CAPACITY_OPTIMIZED takes the deepest pool, at any price", () => {
    const quotes = { "c5.large": [0.1, 0.5], "m5.large": [0.9, 0.51], "r5.large": [0.1, 0.2] } as const;
    expect(takes("SPOT_CAPACITY_OPTIMIZED", quotes)).toBe("m5.large");
  });

  test("SPOT_PRICE_CAPACITY_OPTIMIZED weighs price and depth", () => {
    // Per vCPU 0.01275 × 1.8 = 0.02295, 0.0192 × 1.1 = 0.02112 and 0.0252 × 1 = 0.0252.
    const quotes = { "c5.large": [0.3, 0.2], "m5.large": [0.4, 0.9], "r5.large": [0.4, 1] } as const;
    expect(takes("SPOT_PRICE_CAPACITY_OPTIMIZED", quotes)).toBe("m5.large");
    // 0.01275 × 1.6 = 0.0204.
    expect(takes("SPOT_PRICE_CAPACITY_OPTIMIZED", { ...quotes, "c5.large": [0.3, 0.4] })).toBe("c5.large");
  });

  test("SPOT_CAPACITY_OPTIMIZED_PRIORITIZED takes the first type of the user's among the deep pools", () => {
    const quotes = { "c5.large": [0.3, 0.95], "m5.large": [0.3, 0.81], "r5.large": [0.3, 0.79] } as const;
    expect(takes("SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", quotes)).toBe("m5.large");
    const deep = { ...quotes, "r5.large": [0.3, 0.8] } as const;
    expect(takes("SPOT_CAPACITY_OPTIMIZED_PRIORITIZED", deep)).toBe("r5.large");
  });

  test.each([
    [40, "m5.large"],
    [39, "c5.large"],
    [30, "c5.large"],
    [29, "above-bid"],
    [undefined, "m5.large"],
  ])("a bid of %j percent takes %s", (bidPercentage, chosen) => {
    const market = marketOf({ "c5.large": [0.3, 0.2], "m5.large": [0.4, 0.9], "r5.large": [1, 0] });
    expect(choose(spotRequest({ instanceTypes, bidPercentage }), {}, market)).toBe(chosen);
  });

  test("what is too small, too dear and too much is said in that order", () => {
    const resources = spotRequest({ instanceTypes, bidPercentage: 10 });
    expect(choose(resources, { vcpus: 3, left: 0 })).toBe("exceeds-instance-types");
    expect(choose(resources, { left: 0 })).toBe("environments-full");
    expect(choose(resources, { left: 1 })).toBe("above-bid");
  });

  test("the choice moves with the market", () => {
    const market: SpotMarket = {
      stepAt: (nowMs) => nowMs,
      nextStepAtMs: (nowMs) => nowMs + 1,
      quote: (type, step) => ({ pricePart: 0.3, depth: type === instanceTypes[step] ? 1 : 0 }),
    };
    const choice = new TypeChoice(spotRequest({ instanceTypes }), EC2_CATALOGUE, market);
    const chosen = [0, 1, 2, 1].map((nowMs) => choice.choose(needOf({}), nowMs));
    const expected = ["r5.large", "m5.large", "c5.large", "m5.large"];
    expect(chosen).toEqual(expected.map((name) => EC2_CATALOGUE.find(name)));
  });
});

describe("whatever is asked", () => {
  const entry = fc.constantFrom("optimal", "c5", "m5", "c4", "g4dn", "p3.2xlarge", "g3s", "t3.nano", "local");
  const strategies = fc.constantFrom(
    ["EC2", "BEST_FIT"] as const,
    ["EC2", "BEST_FIT_PROGRESSIVE"] as const,
    ["EC2", "BEST_FIT_PROGRESSIVE_ORDERED"] as const,
    ["SPOT", "BEST_FIT"] as const,
    ["SPOT", "BEST_FIT_PROGRESSIVE"] as const,
    ["SPOT", "SPOT_CAPACITY_OPTIMIZED"] as const,
    ["SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED"] as const,
    ["SPOT", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"] as const,
  );
  const need = fc.record({
    vcpus: fc.integer({ min: 1, max: 130 }),
    memoryMiB: fc.integer({ min: 4, max: 600_000 }),
    gpus: fc.constantFrom(0, 0, 0, 1, 4),
    demand: fc.integer({ min: 1, max: 500 }),
    left: fc.integer({ min: -50, max: 300 }),
  });
  const situation = fc.record({
    strategy: strategies,
    entries: fc.uniqueArray(entry, { minLength: 1 }),
    bidPercentage: fc.integer({ min: 1, max: 100 }),
    need,
    nowMs: fc.nat(100_000_000),
  });

  test("a chosen type holds what is needed, is one of the environment's, and exceeds the maximum by itself alone", () => {
    const market = createSpotMarket({ seed: 11 });
    let chosenCount = 0;
    fc.assert(
      fc.property(situation, ({ strategy: [type, allocationStrategy], entries, bidPercentage, ...facts }) => {
        const resources: ComputeResource = {
          ...ec2Request({ type, allocationStrategy, instanceTypes: entries }),
          ...(type === "SPOT" && { bidPercentage }),
        };
        const wanted = needOf(facts.need);
        const chosen = new TypeChoice(resources, EC2_CATALOGUE, market).choose(wanted, facts.nowMs);
        const all = EC2_CATALOGUE.groups(entries).flat();
        const holding = all.filter(({ usable }) => fitsIn(wanted.resources, usable));
        if (typeof chosen === "string") {
          expect(chosen === "exceeds-instance-types").toBe(holding.length === 0);
          return;
        }
        chosenCount += 1;
        expect(holding).toContain(chosen);
        expect(wanted.vcpuMillisLeft).toBeGreaterThan(0);
        if (allocationStrategy === "BEST_FIT" && type === "EC2") {
          expect(chosen.resources.vcpuMillis).toBeLessThanOrEqual(wanted.vcpuMillisLeft);
        }
        if (type === "SPOT") {
          const { pricePart } = market.quote(chosen.name, market.stepAt(facts.nowMs));
          expect(pricePart * 100).toBeLessThanOrEqual(bidPercentage);
        }
      }),
      { numRuns: 500 },
    );
    expect(chosenCount).toBeGreaterThan(50);
  });

  test("the choice does not depend on what was chosen before", () => {
    const market = createSpotMarket({ seed: 11 });
    const resources = spotRequest({ instanceTypes: ["optimal", "g4dn"] });
    const used = new TypeChoice(resources, EC2_CATALOGUE, market);
    fc.assert(
      fc.property(need, fc.nat(100_000_000), (wanted, nowMs) => {
        const fresh = new TypeChoice(resources, EC2_CATALOGUE, market);
        expect(used.choose(needOf(wanted), nowMs)).toEqual(fresh.choose(needOf(wanted), nowMs));
      }),
    );
  });
});
