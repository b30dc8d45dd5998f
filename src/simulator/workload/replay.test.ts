import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { replay } from "./replay.ts";
import { parseSwf, SwfProblem, workloadOf } from "./swf.ts";
import type { WorkloadJob } from "./workload-job.ts";

function smallTrace(): readonly WorkloadJob[] {
  const trace = parseSwf(readFileSync(new URL("small-trace.swf", import.meta.url), "utf8"));
  if (trace instanceof SwfProblem) throw new Error(trace.toString());
  return workloadOf(trace, "user");
}

test("a trace runs to its end on the machine that it was recorded on", async () => {
  const { figures, violations } = await replay({
    jobs: smallTrace(),
    vcpuCount: 64,
    policy: "FIFO",
    seed: 1,
  });
  expect(violations).toEqual([]);
  expect(figures.jobCount).toBe(smallTrace().length);
  expect(figures.meanWaitSeconds).toBeLessThan(0.1);
  expect(figures.averageBoundedSlowdown).toBeCloseTo(1, 2);
});

/** Two jobs of one share fill the machine one after the other; the third, of another share, comes last. */
const CONTENDED: readonly WorkloadJob[] = [
  contender(0, "greedy"),
  contender(1_000, "greedy"),
  contender(2_000, "modest"),
];

function contender(submitAtMs: number, shareIdentifier: string): WorkloadJob {
  return { submitAtMs, shareIdentifier, vcpuCount: 8, runTimeMs: 100_000 };
}

test.each([
  // Waits of 0, 99 and 198 seconds by FIFO; by fair share the third job goes before the second.
  { policy: "FIFO", waits: [99, 198] },
  { policy: "fair share", waits: [98, 199] },
] as const)("$policy decides who waits on a full machine", async ({ policy, waits }) => {
  const { figures, violations } = await replay({ jobs: CONTENDED, vcpuCount: 8, policy, seed: 1 });
  expect(violations).toEqual([]);
  expect([figures.medianWaitSeconds, figures.wait99Seconds].map(Math.round)).toEqual(waits);
  expect(figures.utilisation).toBeCloseTo(1, 2);
});

test("what is larger than the machine is left out", async () => {
  const { figures } = await replay({ jobs: smallTrace(), vcpuCount: 8, policy: "FIFO", seed: 1 });
  expect(figures.jobCount).toBe(smallTrace().filter(({ vcpuCount }) => vcpuCount <= 8).length);
});
