import { expect, test } from "vitest";
import { CHECKERS } from "../../src/simulator/checkers/checkers.ts";
import { FAULTS } from "../../src/simulator/scenarios/faults.ts";
import { BURST } from "../../src/simulator/scenarios/burst.ts";
import { findShortestPrefix } from "../../src/simulator/shortest-prefix.ts";
import { Simulation } from "../../src/simulator/simulation.ts";
import type { SimulationOptions } from "../../src/simulator/simulation.ts";

const OPTIONS: SimulationOptions = {
  scenario: { ...FAULTS, size: { ...FAULTS.size, jobCount: 300 } },
  seed: 11,
  checkers: CHECKERS,
  auditSteps: 500,
  hasDigest: true,
};

test("one seed gives one run, bit for bit, and another seed another", { timeout: 60_000 }, async () => {
  const first = await new Simulation(OPTIONS).run();
  expect(first.violations).toEqual([]);
  expect(first.crashCount).toBeGreaterThan(5);
  expect(await new Simulation(OPTIONS).run()).toEqual(first);
  const other = await new Simulation({ ...OPTIONS, seed: 12 }).run();
  expect(other.digest).not.toEqual(first.digest);
});

test(
  "a fault that only an audit sees is traced back to the step that made it",
  { timeout: 60_000 },
  async () => {
    let submissionCount = 0;
    const create = (): SimulationOptions => {
      submissionCount = 0;
      return {
        scenario: { ...BURST, size: { ...BURST.size, jobCount: 400 } },
        seed: 1,
        checkers: CHECKERS,
        auditSteps: 200,
        plant: (changes) =>
          changes.map((change) => {
            if (change.kind !== "job-submitted") return change;
            submissionCount += 1;
            if (submissionCount < 300) return change;
            return {
              ...change,
              progress: { ...change.progress, queuePosition: change.progress.queuePosition + 0.5 },
            };
          }),
      };
    };
    const { stepCount, violations } = await new Simulation(create()).run();
    expect(violations.map(({ checker }) => checker)).toContain("live-state");
    const shortest = await findShortestPrefix(create, stepCount);
    expect(shortest).toBeLessThan(stepCount);
    const endsAfter = async (stepsMax: number) =>
      (await new Simulation({ ...create(), stepsMax }).run()).violations;
    expect(await endsAfter(shortest - 1)).toEqual([]);
    expect(await endsAfter(shortest)).not.toEqual([]);
  },
);
