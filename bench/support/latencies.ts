import { setTimeout as pause } from "node:timers/promises";

/** So that nothing of the last one is still going on. */
const REST_MS = 5;

/** Measures so many times, one after the other; milliseconds. */
export async function latencies(
  count: number,
  once: () => Promise<number>,
): Promise<{ p50: number; p99: number }> {
  const samples: number[] = [];
  for (let taken = 0; taken < count; taken += 1) {
    samples.push(await once());
    await pause(REST_MS);
  }
  return p50AndP99(samples);
}

/** The values below which half of the samples and all but a hundredth of them lie. */
export function p50AndP99(samples: readonly number[]): { p50: number; p99: number } {
  const sorted = samples.toSorted((a, b) => a - b);
  const quantile = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
