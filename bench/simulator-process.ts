// A program: for each message it runs the simulation that the benchmark is about, "checked" or "unchecked", and answers with
// what came of it.
import { CHECKERS } from "../src/simulator/checkers/checkers.ts";
import { describeFailure } from "../src/simulator/describe-run.ts";
import type { Scenario } from "../src/simulator/scenario.ts";
import { DAY } from "../src/simulator/scenarios/day.ts";
import { Simulation } from "../src/simulator/simulation.ts";

/** What one run amounts to. */
export interface SimulatedRun {
  readonly eventCount: number;
  readonly endedCount: number;
  readonly seconds: number;
  /** What was found, if anything was: then the numbers say nothing. */
  readonly failure: string | undefined;
}

/** An hour of the day, on a tenth of its instances. */
const SCENARIO: Scenario = { ...DAY, size: { jobCount: 10_000, instanceCount: 1_000, hours: 1 } };
const SEED = 1;
const AUDIT_STEPS = 1_000;

process.on("message", (kind) => {
  void run(kind === "checked").then((result) => process.send?.(result));
});

async function run(isChecked: boolean): Promise<SimulatedRun> {
  const checkers = isChecked ? CHECKERS : {};
  const startedAtMs = performance.now();
  const report = await new Simulation({
    scenario: SCENARIO,
    seed: SEED,
    checkers,
    auditSteps: AUDIT_STEPS,
  }).run();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { eventCount, endedCount, violations } = report;
  const failure = violations.length === 0 ? undefined : describeFailure(SCENARIO, SEED, report);
  return { eventCount, endedCount, seconds, failure };
}
