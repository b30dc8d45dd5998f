import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../lib/seeded-random.ts";
import { gammaDensity } from "./gamma.ts";
import type { Gamma } from "./gamma.ts";
import {
  BATCH_MODEL,
  dailyCycle,
  drawArrivals,
  drawRunSeconds,
  drawSize,
  generateLublinFeitelson,
  INTERACTIVE_MODEL,
  sizesFor,
} from "./lublin-feitelson.ts";
import type { RunTimeModel, SizeModel } from "./lublin-feitelson.ts";

const KINDS = [
  { kind: "batch", model: BATCH_MODEL },
  { kind: "interactive", model: INTERACTIVE_MODEL },
];
const DRAW_COUNT = 200_000;

describe.each(KINDS)("$kind jobs of the published model", ({ model }) => {
  test("have the sizes that its parameters give by computation", () => {
    const random = new SeededRandom(1);
    const counts = new Map<number, number>();
    for (let index = 0; index < DRAW_COUNT; index += 1) {
      const size = drawSize(model.sizes, random);
      counts.set(size, (counts.get(size) ?? 0) + 1);
    }
    const largest = Math.round(2 ** model.sizes.high);
    expect(Math.max(...counts.keys())).toBeLessThanOrEqual(
      Math.max(largest, 2 ** Math.round(model.sizes.high)),
    );
    for (let size = 1; size <= 2 ** Math.ceil(model.sizes.high); size += 1) {
      expect((counts.get(size) ?? 0) / DRAW_COUNT, `of size ${size}`).toBeCloseTo(
        partOfSize(model.sizes, size),
        2,
      );
    }
  });

  test.each([1, 8, 32])("have the run times that its parameters give, with %i processors", (processors) => {
    const random = new SeededRandom(2);
    const logs = Array.from({ length: DRAW_COUNT }, () =>
      Math.log(drawRunSeconds(model.runTimes, processors, random)),
    );
    const { mean, variance } = logRunTimeMoments(model.runTimes, processors);
    const meanDrawn = meanOf(logs);
    expect(meanDrawn).toBeCloseTo(mean, 1);
    expect(meanOf(logs.map((log) => (log - meanDrawn) ** 2)) / variance).toBeCloseTo(1, 1);
    expect(Math.max(...logs.slice(0, 100_000))).toBeLessThanOrEqual(12);
  });

  test("arrive with gaps as its parameters give", () => {
    const random = new SeededRandom(3);
    const instants = takeNext(drawArrivals(model.arrivals, random), DRAW_COUNT);
    const weights = dailyCycle(model.arrivals.cycle);

    // The gaps themselves have so long a tail that their mean says little; their logarithms have none.
    const passed = [0, ...instants.map((seconds) => withoutCycle(weights, seconds))];
    const logGaps = instants.map((_, index) => Math.log((passed[index + 1] ?? 0) - (passed[index] ?? 0)));
    const { gap } = model.arrivals;
    const mean = expectation(gap, 13, (x) => x);
    const variance = expectation(gap, 13, (x) => x ** 2) - mean ** 2;
    expect(Math.abs(meanOf(logGaps) - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAW_COUNT));
    expect(Math.min(...logGaps.slice(0, 100_000))).toBeGreaterThan(0);
  });

  test("are spread over the day as its cycle says", () => {
    // About a minute each: those of the model come in bursts, which hide the cycle for years.
    const gap = { shape: 40_000, scale: Math.log(60) / 40_000 };
    const { cycle } = model.arrivals;
    const instants = takeNext(drawArrivals({ gap, cycle }, new SeededRandom(5)), DRAW_COUNT);
    const byHalfHour = Map.groupBy(instants, (seconds) => Math.floor(seconds / 1800) % 48);
    const dayCount = (instants.at(-1) ?? 0) / 86_400;
    for (const [halfHour, weight] of dailyCycle(cycle).entries()) {
      const aDay = (byHalfHour.get(halfHour)?.length ?? 0) / dayCount;
      expect(Math.abs(aDay / 30 - weight), `half hour ${halfHour}`).toBeLessThan(0.02);
    }
  });
});

describe("the daily cycle", () => {
  test.each(KINDS)("of $kind jobs is 1 on average and has its peak at the mode of its gamma", ({ model }) => {
    const { cycle } = model.arrivals;
    const weights = dailyCycle(cycle);
    expect(meanOf(weights)).toBeCloseTo(1, 10);
    const mode = (cycle.shape - 1) * cycle.scale;
    expect(weights.indexOf(Math.max(...weights))).toBe(Math.round(mode) - 1);
  });
});

describe("a generated workload", () => {
  test("is the same for the same seed and another for another", () => {
    const [first, again, other] = [7, 7, 8].map((seed) => take(50, 128, seed));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("mixes both kinds in the order of their arrival", () => {
    const jobs = take(2000, 128, 1);
    const instants = jobs.map(({ submitAtMs }) => submitAtMs);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    const shares = new Set(jobs.map(({ shareIdentifier }) => shareIdentifier));
    expect(shares).toEqual(new Set(["batch", "interactive"]));
  });

  test("grows its largest jobs with the system and leaves the smallest", () => {
    expect(sizesFor(128, BATCH_MODEL.sizes)).toEqual(BATCH_MODEL.sizes);
    expect(sizesFor(1024, BATCH_MODEL.sizes)).toEqual({ ...BATCH_MODEL.sizes, medium: 8, high: 10 });
    const jobs = take(20_000, 1024, 1);
    expect(Math.max(...jobs.map(({ vcpuCount }) => vcpuCount))).toBe(1024);
  });
});

function take(count: number, vcpuCount: number, seed: number) {
  return takeNext(generateLublinFeitelson(vcpuCount, new SeededRandom(seed)), count);
}

function takeNext<Item>(items: Generator<Item, never>, count: number): readonly Item[] {
  return Array.from({ length: count }, () => items.next().value);
}

/** What has passed since midnight on a clock that goes as fast as the half hour has weight. */
function withoutCycle(weights: readonly number[], seconds: number): number {
  const halfHours = Math.floor(seconds / 1800);
  const today = weights.slice(0, halfHours % 48).reduce((sum, weight) => sum + weight, 0);
  const now = (weights[halfHours % 48] ?? 0) * (seconds / 1800 - halfHours);
  return 1800 * (48 * Math.floor(halfHours / 48) + today + now);
}

/** The part of the jobs that asks for so many processors: sizes are rounded, those of powers of two before they are raised. */
function partOfSize(sizes: SizeModel, size: number): number {
  const { serialPart, powerOfTwoPart } = sizes;
  const between = (from: number, to: number) => belowLog(sizes, to) - belowLog(sizes, from);
  const log = Math.log2(size);
  const serial = size === 1 ? serialPart : 0;
  const power = Number.isInteger(log) ? powerOfTwoPart * between(log - 0.5, log + 0.5) : 0;
  const otherPart = 1 - serialPart - powerOfTwoPart;
  return serial + power + otherPart * between(Math.log2(size - 0.5), Math.log2(size + 0.5));
}

/** The part of parallel jobs whose logarithm is below this: the two-stage uniform distribution. */
function belowLog({ low, medium, high, lowPart }: SizeModel, log: number): number {
  const stage = (from: number, to: number) => Math.min(1, Math.max(0, (log - from) / (to - from)));
  return lowPart * stage(low, medium) + (1 - lowPart) * stage(medium, high);
}

/** Of the mixture of both gammas, each cut off at 12; drawing again weighs a gamma by what it has below. */
function logRunTimeMoments(
  { short, long, shortPart, shortPartPerProcessor }: RunTimeModel,
  processors: number,
) {
  const part = shortPart + shortPartPerProcessor * processors;
  const shortWeight = part * partBelow(short, 12);
  const longWeight = (1 - part) * partBelow(long, 12);
  const moment = (power: number) =>
    (shortWeight * expectation(short, 12, (x) => x ** power) +
      longWeight * expectation(long, 12, (x) => x ** power)) /
    (shortWeight + longWeight);
  return { mean: moment(1), variance: moment(2) - moment(1) ** 2 };
}

function partBelow(gamma: Gamma, max: number): number {
  return integral(0, max, (x) => gammaDensity(gamma, x)) / integral(0, 100, (x) => gammaDensity(gamma, x));
}

/** Of what a gamma gives up to `max`. */
function expectation(gamma: Gamma, max: number, value: (x: number) => number): number {
  return (
    integral(0, max, (x) => value(x) * gammaDensity(gamma, x)) /
    integral(0, max, (x) => gammaDensity(gamma, x))
  );
}

function integral(from: number, to: number, value: (x: number) => number): number {
  const stepCount = 20_000;
  const step = (to - from) / stepCount;
  let sum = 0;
  for (let index = 0; index < stepCount; index += 1) sum += value(from + (index + 0.5) * step);
  return sum * step;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
