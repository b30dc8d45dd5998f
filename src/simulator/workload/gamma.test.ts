import { expect, test } from "vitest";
import { SeededRandom } from "../../lib/seeded-random.ts";
import { drawGamma, gammaDensity } from "./gamma.ts";

const DRAW_COUNT = 200_000;

test.each([
  { shape: 1, scale: 2 },
  { shape: 3.8351, scale: 0.6605 },
  { shape: 639.1, scale: 0.0156 },
])("a gamma of $shape and $scale has mean shape x scale and variance shape x scale²", (gamma) => {
  const random = new SeededRandom(1);
  const draws = Array.from({ length: DRAW_COUNT }, () => drawGamma(gamma, random));
  const { shape, scale } = gamma;
  const mean = meanOf(draws);
  expect(mean / (shape * scale)).toBeCloseTo(1, 2);
  expect(meanOf(draws.map((draw) => (draw - mean) ** 2)) / (shape * scale ** 2)).toBeCloseTo(1, 1);
});

test("draws are spread as the density says", () => {
  const gamma = { shape: 6.57, scale: 0.823 };
  const random = new SeededRandom(2);
  const counts = Array.from({ length: 13 }, () => 0);
  for (let index = 0; index < DRAW_COUNT; index += 1) {
    const bin = Math.floor(drawGamma(gamma, random));
    if (bin < counts.length) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const masses = counts.map((_count, bin) => massOf(gamma, bin, bin + 1));
  const total = massOf(gamma, 0, 60);
  for (const [bin, mass] of masses.entries()) {
    expect((counts[bin] ?? 0) / DRAW_COUNT, `from ${bin}`).toBeCloseTo(mass / total, 2);
  }
});

function massOf(gamma: Parameters<typeof gammaDensity>[0], from: number, to: number): number {
  const stepCount = 1000 * (to - from);
  const step = (to - from) / stepCount;
  return step * sumOver(stepCount, (index) => gammaDensity(gamma, from + (index + 0.5) * step));
}

function sumOver(count: number, term: (index: number) => number): number {
  return Array.from({ length: count }, (_, index) => term(index)).reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
