import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSpotMarket } from "./spot-market.ts";

const HOUR_MS = 3_600_000;
const TYPES = ["c5.large", "c5.xlarge", "m5.large", "r6i.24xlarge", "my.large"];

describe("a market without a seed", () => {
  test("stands still, each type around a third of its on-demand price", () => {
    const market = createSpotMarket();
    expect(market.stepAt(0)).toBe(market.stepAt(1000 * HOUR_MS));
    const quotes = TYPES.map((type) => market.quote(type, 0));
    for (const { pricePart } of quotes) {
      expect(pricePart).toBeGreaterThanOrEqual(0.28);
      expect(pricePart).toBeLessThanOrEqual(0.42);
    }
    const families = new Set(TYPES.map((type) => type.split(".")[0]));
    expect(new Set(quotes.map(({ pricePart }) => pricePart)).size).toBe(families.size);
    expect(new Set(quotes.map(({ depth }) => depth)).size).toBe(TYPES.length);
  });

  test("costs in proportion to what it is told, and never more than on demand", () => {
    const usual = createSpotMarket().quote("c5.large", 0);
    const dear = createSpotMarket({ pricePart: 0.7 }).quote("c5.large", 0);
    expect(dear.pricePart).toBeCloseTo(2 * usual.pricePart);
    expect(dear.depth).toBe(usual.depth);
    for (const type of TYPES) {
      expect(createSpotMarket({ pricePart: 1 }).quote(type, 0).pricePart).toBeLessThanOrEqual(1);
    }
  });
});

describe("a market with a seed", () => {
  test("moves in steps of five minutes", () => {
    const market = createSpotMarket({ seed: 1 });
    expect([0, 299_999, 300_000, HOUR_MS].map((nowMs) => market.stepAt(nowMs))).toEqual([0, 0, 1, 12]);
  });

  test("moves in steps of the length that it is told, along the same prices", () => {
    const [usual, quick] = [createSpotMarket({ seed: 1 }), createSpotMarket({ seed: 1, stepMs: 1000 })];
    expect([0, 999, 1000, 12_500].map((nowMs) => quick.stepAt(nowMs))).toEqual([0, 0, 1, 12]);
    expect([0, 999, 1000].map((nowMs) => quick.nextStepAtMs(nowMs))).toEqual([1000, 1000, 2000]);
    expect(quick.quote("c5.large", 7)).toEqual(usual.quote("c5.large", 7));
  });

  test("goes along straight lines between whole hours", () => {
    const market = createSpotMarket({ seed: 1, pricePart: 0.1 });
    const depths = [0, 3, 6, 12].map((step) => market.quote("c5.large", step).depth);
    const [start = 0, quarter, half, end = 0] = depths;
    expect(start).not.toBe(end);
    expect(quarter).toBeCloseTo(start + (end - start) / 4);
    expect(half).toBeCloseTo((start + end) / 2);
    const logs = [0, 6, 12].map((step) => Math.log2(market.quote("c5.large", step).pricePart));
    expect(logs[1]).toBeCloseTo(((logs[0] ?? 0) + (logs[2] ?? 0)) / 2);
  });

  test("is the same for the same seed, and another for another", () => {
    expect(quotesOf(7)).toEqual(quotesOf(7));
    expect(quotesOf(7)).not.toEqual(quotesOf(8));
  });

  test("stays within its bounds", () => {
    const types = fc.constantFrom(...TYPES);
    fc.assert(
      fc.property(fc.integer(), types, fc.nat(1_000_000), (seed, type, step) => {
        const { pricePart, depth } = createSpotMarket({ seed }).quote(type, step);
        expect(pricePart).toBeGreaterThanOrEqual(0.35 * 2 ** -1.5);
        expect(pricePart).toBeLessThanOrEqual(1);
        expect(depth).toBeGreaterThanOrEqual(0);
        expect(depth).toBeLessThan(1);
      }),
    );
  });

  test("draws evenly over types and hours", () => {
    const market = createSpotMarket({ seed: 3 });
    const depths = TYPES.flatMap((type) =>
      Array.from({ length: 1000 }, (_, hour) => market.quote(type, 12 * hour).depth),
    );
    const tenths = Map.groupBy(depths, (depth) => Math.floor(depth * 10));
    expect(tenths.size).toBe(10);
    for (const { length } of tenths.values()) {
      expect(length).toBeGreaterThan(400);
      expect(length).toBeLessThan(600);
    }
  });
});

function quotesOf(seed: number) {
  return TYPES.flatMap((type) => [0, 50].map((step) => createSpotMarket({ seed }).quote(type, step)));
}
