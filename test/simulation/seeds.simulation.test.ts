import { describe, expect, test } from "vitest";
import type { BatchOperations } from "../../src/model/batch.ts";
import { CHECKERS } from "../../src/simulator/checkers/checkers.ts";
import { describeFailure } from "../../src/simulator/describe-run.ts";
import type { Scenario } from "../../src/simulator/scenario.ts";
import { ARRAYS } from "../../src/simulator/scenarios/arrays.ts";
import { BURST } from "../../src/simulator/scenarios/burst.ts";
import { CHANGES } from "../../src/simulator/scenarios/changes.ts";
import { CHAINS } from "../../src/simulator/scenarios/chains.ts";
import { DAY } from "../../src/simulator/scenarios/day.ts";
import { FAIR_SHARE } from "../../src/simulator/scenarios/fair-share.ts";
import { FAULTS } from "../../src/simulator/scenarios/faults.ts";
import { GANGS } from "../../src/simulator/scenarios/gangs.ts";
import { SPOT } from "../../src/simulator/scenarios/spot.ts";
import { STEADY } from "../../src/simulator/scenarios/steady.ts";
import { Simulation } from "../../src/simulator/simulation.ts";
import type { SimulationReport } from "../../src/simulator/simulation.ts";

const AUDIT_STEPS = 2_000;

/** As many seeds of each as two minutes have room for. */
const RUNS: readonly (readonly [scenario: Scenario, seedCount: number])[] = [
  [STEADY, 3],
  [BURST, 3],
  [ARRAYS, 5],
  [CHAINS, 5],
  [GANGS, 5],
  [SPOT, 5],
  [FAIR_SHARE, 2],
  [FAULTS, 40],
  // An hour of the day, on fewer instances.
  [{ ...DAY, size: { jobCount: 10_000, instanceCount: 1_500, hours: 1 } }, 2],
];

/** What administrators do in the runs of the scenario that has them. */
const ADMINISTERED: readonly (keyof BatchOperations)[] = [
  "CreateComputeEnvironment",
  "CreateConsumableResource",
  "CreateJobQueue",
  "DeleteComputeEnvironment",
  "DeleteConsumableResource",
  "DeleteJobQueue",
  "DescribeComputeEnvironments",
  "DescribeJobQueues",
  "GetJobQueueSnapshot",
  "ListConsumableResources",
  "UpdateComputeEnvironment",
  "UpdateConsumableResource",
  "UpdateJobQueue",
  "UpdateSchedulingPolicy",
];
const ADMINISTERED_SEEDS = 14;

/** Runs that once failed, and what was found. */
const ONCE_FAILED: readonly (readonly [found: string, scenario: Scenario, seed: number])[] = [
  ["the engine was not called when instances that a cycle had launched had booted", BURST, 1],
  ["children of an array took more licences in one cycle than there were", FAULTS, 4],
  ["a share was judged by what it had before all of them competed", FAIR_SHARE, 1_051],
];

async function expectToHold(scenario: Scenario, seed: number): Promise<SimulationReport> {
  const report = await new Simulation({ scenario, seed, checkers: CHECKERS, auditSteps: AUDIT_STEPS }).run();
  if (report.violations.length > 0)
    expect.fail(describeFailure(scenario, seed, report, { audit: AUDIT_STEPS }));
  // Children that end before they are spawned are not counted.
  expect(report.endedCount).toBeGreaterThan(scenario.size.jobCount / 2);
  return report;
}

describe.each(RUNS)("$name", (scenario, seedCount) => {
  const seeds = Array.from({ length: seedCount }, (_, index) => index + 1);
  test.each(seeds)("holds for seed %i", async (seed) => {
    await expectToHold(scenario, seed);
  });
});

test(`changes holds for ${ADMINISTERED_SEEDS} seeds, in which administrators do all that they can`, async () => {
  const done = new Set<string>();
  for (let seed = 1; seed <= ADMINISTERED_SEEDS; seed += 1) {
    const { administered } = await expectToHold(CHANGES, seed);
    for (const name of administered?.keys() ?? []) done.add(name);
  }
  expect([...done].sort()).toEqual(ADMINISTERED);
});

test.each(ONCE_FAILED)("once %s", async (_found, scenario, seed) => {
  await expectToHold(scenario, seed);
});
