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
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

/** The value below which that part of the samples lies. */
function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}
