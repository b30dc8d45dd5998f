import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  claimOf,
  halfLifeMsOf,
  isActiveShare,
  reservedPart,
  ShareWeights,
  usageAt,
  weightOf,
} from "./fair-share.ts";

const HALF_LIFE_MS = 600_000;

describe("usageAt", () => {
  test.each<[averageVcpus: number, vcpusInUse: number, elapsedMs: number, expected: number]>([
    // From 0 towards 8 the distance is 8, then 4, 2 and 1 after one, two and three half-lives.
    [0, 8, 600_000, 4],
    [0, 8, 1_200_000, 6],
    [0, 8, 1_800_000, 7],
    // From 8 down to 2 the distance is 6; after two half-lives a quarter of it is left: 2 + 1.5.
    [8, 2, 1_200_000, 3.5],
    // Nothing in use: 4 halves to 2, and after half a half-life is 4 / sqrt(2).
    [4, 0, 600_000, 2],
    [4, 0, 300_000, 2.828_427_124_746_19],
    // A minute of 1 vCPU from the beginning: 1 - 2^(-1/10), and 2^(-1/10) is 0.933032991536807.
    [0, 1, 60_000, 0.066_967_008_463_193],
    [4, 4, 12_345, 4],
    [3, 8, 0, 3],
    // The clock was set back.
    [3, 8, -1, 3],
    // A week later nothing is left of it: 2^(-1008).
    [100, 0, 604_800_000, 0],
  ])("of %d with %d in use is after %d ms %d", (averageVcpus, vcpusInUse, elapsedMs, expected) => {
    expect(usageAt(averageVcpus, vcpusInUse, elapsedMs, HALF_LIFE_MS)).toBeCloseTo(expected, 12);
  });

  test("stays between 0 and the most that was ever in use", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(VCPUS, ELAPSED_MS)), HALF_LIVES_MS, (periods, halfLifeMs) => {
        let average = 0;
        let most = 0;
        for (const [vcpusInUse, elapsedMs] of periods) {
          average = usageAt(average, vcpusInUse, elapsedMs, halfLifeMs);
          most = Math.max(most, vcpusInUse);
          expect(average).toBeGreaterThanOrEqual(0);
          expect(average).toBeLessThanOrEqual(most * ROUNDING);
        }
      }),
    );
  });

  test("keeps the order of two idle shares, whenever each of them is looked at", () => {
    fc.assert(
      fc.property(
        VCPUS,
        VCPUS,
        fc.array(ELAPSED_MS),
        HALF_LIVES_MS,
        (less, difference, times, halfLifeMs) => {
          const more = less + difference;
          const total = times.reduce((sum, elapsedMs) => sum + elapsedMs, 0);
          const oftenLookedAt = times.reduce(
            (average, elapsedMs) => usageAt(average, 0, elapsedMs, halfLifeMs),
            less,
          );
          expect(oftenLookedAt).toBeLessThanOrEqual(usageAt(more, 0, total, halfLifeMs) * ROUNDING);
          expect(usageAt(less, 0, total, halfLifeMs)).toBeLessThanOrEqual(
            usageAt(more, 0, total, halfLifeMs),
          );
        },
      ),
    );
  });

  test("does not depend on how often it is computed", () => {
    fc.assert(
      fc.property(
        VCPUS,
        VCPUS,
        fc.tuple(ELAPSED_MS, ELAPSED_MS),
        HALF_LIVES_MS,
        (average, vcpusInUse, [first, second], halfLifeMs) => {
          const between = usageAt(average, vcpusInUse, first, halfLifeMs);
          const inTwo = usageAt(between, vcpusInUse, second, halfLifeMs);
          expect(inTwo).toBeCloseTo(usageAt(average, vcpusInUse, first + second, halfLifeMs), 6);
        },
      ),
    );
  });
});

test("a claim is the average and what is in use", () => {
  expect(claimOf(2.5, 4)).toBe(6.5);
});

test.each<[shareDecaySeconds: number | undefined, expectedMs: number]>([
  [undefined, 600_000],
  [0, 600_000],
  [599, 600_000],
  [601, 601_000],
  [604_800, 604_800_000],
])("the half-life of shareDecaySeconds %s is %d ms", (shareDecaySeconds, expectedMs) => {
  expect(halfLifeMsOf({ shareDecaySeconds })).toBe(expectedMs);
});

test.each<[liveJobCount: number, activeUntilMs: number | undefined, expected: boolean]>([
  [1, undefined, true],
  [1, 999, true],
  [0, 1001, true],
  [0, 1000, false],
  [0, 999, false],
  [0, undefined, false],
])("at 1000 ms a share of %d live jobs, active until %s, is active: %s", (liveJobCount, until, expected) => {
  expect(isActiveShare(liveJobCount, until, 1000)).toBe(expected);
});

test.each<[computeReservation: number | undefined, activeShareCount: number, expected: number]>([
  // AWS's own examples.
  [50, 1, 0.5],
  [50, 2, 0.25],
  [50, 3, 0.125],
  [25, 1, 0.25],
  [25, 2, 0.0625],
  [25, 3, 0.015_625],
  [99, 2, 0.9801],
  [0, 1, 0],
  [50, 0, 0],
  [undefined, 1, 0],
])(
  "a computeReservation of %s with %d active shares keeps %d free",
  (percent, activeShareCount, expected) => {
    expect(reservedPart(percent, activeShareCount)).toBeCloseTo(expected, 15);
  },
);

describe("ShareWeights", () => {
  const weights = new ShareWeights({
    shareDistribution: [
      { shareIdentifier: "UserB*", weightFactor: 0.5 },
      { shareIdentifier: "UserA*", weightFactor: 1 },
      { shareIdentifier: "User", weightFactor: 4 },
      { shareIdentifier: "plain" },
      { shareIdentifier: "Z*", weightFactor: 3 },
    ],
  });

  test.each<[shareIdentifier: string, activeMatching: number, expected: number]>([
    // AWS's example: two active users of `UserA*` have the weight 2 each.
    ["UserA-1", 2, 2],
    ["UserA", 1, 1],
    ["UserAll", 3, 3],
    ["UserB7", 3, 1.5],
    ["Zebra", 1, 3],
    // The count is that of the entry, and an entry without an asterisk names one share.
    ["User", 9, 4],
    ["plain", 2, 1],
    // No entry.
    ["UserC", 5, 1],
    ["Use", 5, 1],
    ["User-1", 5, 1],
    ["plainer", 5, 1],
    ["usera", 5, 1],
    ["0", 5, 1],
    // A share that is looked at before it counts as active.
    ["UserB", 0, 0.5],
  ])("of %s with %d active shares of its entry is %d", (shareIdentifier, activeMatching, expected) => {
    expect(weightOf(weights.entryOf(shareIdentifier), activeMatching)).toBe(expected);
  });

  test("tells by one object which shares have an entry in common", () => {
    expect(weights.entryOf("UserA-1")).toEqual({ text: "UserA", isPrefix: true, weightFactor: 1 });
    expect(weights.entryOf("UserA-1")).toBe(weights.entryOf("UserA-2"));
    expect(weights.entryOf("UserC")).toBeUndefined();
  });

  test("are 1 without a distribution", () => {
    expect(weightOf(new ShareWeights({}).entryOf("any"), 3)).toBe(1);
  });

  test("find the entry that looking at each of them finds", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 3 });
    const entries = fc.uniqueArray(fc.tuple(text, fc.boolean()), { selector: ([one]) => one });
    fc.assert(
      fc.property(entries, text, (wanted, shareIdentifier) => {
        const allowed = wanted.filter(
          ([one]) => !wanted.some(([other, isPrefix]) => isPrefix && other !== one && one.startsWith(other)),
        );
        const found = allowed.find(([one, isPrefix]) =>
          isPrefix ? shareIdentifier.startsWith(one) : shareIdentifier === one,
        );
        const shareDistribution = allowed.map(([one, isPrefix]) => ({
          shareIdentifier: isPrefix ? `${one}*` : one,
        }));
        const entry = new ShareWeights({ shareDistribution }).entryOf(shareIdentifier);
        expect(entry && [entry.text, entry.isPrefix]).toEqual(found);
      }),
    );
  });
});

describe("a saturated queue", () => {
  test.each<[weights: readonly number[], jobSeconds: number, capacity: number]>([
    [[0.125, 1], 30, 90],
    [[0.125, 1], 300, 90],
    [[0.125, 1], 300, 100],
    [[0.125, 1], 3600, 90],
    [[1, 1], 300, 90],
    [[0.5, 1, 2], 300, 70],
  ])("gives shares of weights %j what is the inverse of them", (weights, jobSeconds, capacity) => {
    const vcpuSeconds = useUp(weights, jobSeconds, capacity);
    const [first = 0, ...others] = vcpuSeconds.map((used, index) => used * (weights[index] ?? 0));
    for (const other of others) expect(Math.abs(first / other - 1)).toBeLessThan(0.02);
  });
});

const STEP_MS = 10_000;
const STEPS = 6000;

interface RunningJob {
  readonly share: Share;
  readonly endStep: number;
}

interface Share {
  readonly weight: number;
  average: number;
  inUse: number;
  vcpuSeconds: number;
}

/** Shares that always have jobs waiting, of one vCPU and about this length each, and what they get of the capacity. */
function useUp(weights: readonly number[], jobSeconds: number, capacity: number): number[] {
  const shares = weights.map((weight): Share => ({ weight, average: 0, inUse: 0, vcpuSeconds: 0 }));
  let running: RunningJob[] = [];
  let placedCount = 0;
  for (let step = 0; step < STEPS; step += 1) {
    for (const share of shares) {
      share.average = usageAt(share.average, share.inUse, STEP_MS, HALF_LIFE_MS);
      share.vcpuSeconds += (share.inUse * STEP_MS) / 1000;
    }
    for (const { share, endStep } of running) if (endStep <= step) share.inUse -= 1;
    running = running.filter(({ endStep }) => endStep > step);
    while (running.length < capacity) {
      const share = shares.reduce((best, one) => (rankOf(one) < rankOf(best) ? one : best));
      share.inUse += 1;
      placedCount += 1;
      // From half to one and a half of the length, so that jobs do not end all at once.
      const length = (jobSeconds * 1000 * (50 + ((placedCount * 37) % 101))) / 100;
      running.push({ share, endStep: step + Math.max(1, Math.round(length / STEP_MS)) });
    }
  }
  return shares.map(({ vcpuSeconds }) => vcpuSeconds);
}

function rankOf({ average, inUse, weight }: Share): number {
  return claimOf(average, inUse) * weight;
}

const VCPUS = fc.oneof(fc.constantFrom(0, 0.25, 1, 96), fc.double({ min: 0, max: 1e6, noNaN: true }));
const ELAPSED_MS = fc.oneof(fc.constantFrom(0, 1), fc.nat(10_000_000));
const HALF_LIVES_MS = fc.integer({ min: 600_000, max: 604_800_000 });
/** What floating point may add. */
const ROUNDING = 1 + 1e-12;
