/**
 * Lets the server live through days of virtual time and says whether all that it promises held:
 * `npm run simulate -- --scenario NAME [--seed N] [--jobs N] [--instances N] [--hours N] [--faults yes|no] [--unchecked]`
 * runs one seed, `… --seconds N` fresh ones for as long and `… --forever` until it is stopped, of every scenario with
 * `--scenario all`. `--list` tells the scenarios; see `docs/simulator.md`. `--trace FILE.swf` and `--generate JOBS` run a
 * workload and print what each policy makes of it.
 *
 * Exits 0 only if nothing was found. Else it prints each seed that failed, the command that runs it again, what was found,
 * and the fewest steps after which it is. Options that are wrong are told in one line; the exit code is 2 then.
 */
import { comparePolicies, generateWorkload, readTrace } from "./compare-policies.ts";
import type { ChosenWorkload } from "./compare-policies.ts";
import { CHECKERS } from "../src/simulator/checkers/checkers.ts";
import { describeFailure, describeRun } from "../src/simulator/describe-run.ts";
import { commandOf, parseRunOptions } from "../src/simulator/run-options.ts";
import type { RunChoice, ScenarioRun, WorkloadRun } from "../src/simulator/run-options.ts";
import { NO_FAULTS } from "../src/simulator/scenario.ts";
import type { Scenario } from "../src/simulator/scenario.ts";
import { DAY } from "../src/simulator/scenarios/day.ts";
import { FAULTS } from "../src/simulator/scenarios/faults.ts";
import { SCENARIOS } from "../src/simulator/scenarios/scenarios.ts";
import { findShortestPrefix } from "../src/simulator/shortest-prefix.ts";
import { Simulation } from "../src/simulator/simulation.ts";
import type { SimulationReport } from "../src/simulator/simulation.ts";

const chosen = parseRunOptions(process.argv.slice(2));
if (typeof chosen === "string") giveUp(chosen);
else await carryOut(chosen);

async function carryOut(choice: RunChoice): Promise<void> {
  if (choice.kind === "scenario") return run(choice);
  if (choice.kind === "workload") return compare(choice);
  for (const { name, about } of SCENARIOS.values()) console.log(`${name.padEnd(12)}${about}`);
}

async function compare(choice: WorkloadRun): Promise<void> {
  const workload = workloadOf(choice);
  if (typeof workload === "string") return giveUp(workload);
  if (await comparePolicies(workload, choice.seed)) return;
  console.error(`  ${commandOf(choice)}`);
  process.exitCode = 1;
}

function workloadOf({ source, seed, vcpus }: WorkloadRun): ChosenWorkload | string {
  if ("trace" in source) return readTrace(source.trace, source.shareBy, vcpus);
  return generateWorkload(source.generate, seed, vcpus);
}

async function run(choice: ScenarioRun): Promise<void> {
  const scenarios = chosenScenarios(choice);
  const endMs = performance.now() + choice.seconds * 1000;
  let seed = choice.seed ?? Math.floor(Math.random() * 2 ** 31);
  let virtualMs = 0;
  let runCount = 0;
  let failedCount = 0;
  do {
    for (const scenario of scenarios) {
      const report = await runSeed(scenario, seed, choice);
      virtualMs += report.virtualMs;
      runCount += 1;
      if (report.violations.length > 0) failedCount += 1;
    }
    seed += 1;
    console.log(
      `${runCount} runs, ${failedCount} of them failed, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours`,
    );
  } while (performance.now() < endMs);
}

async function runSeed(scenario: Scenario, seed: number, choice: ScenarioRun): Promise<SimulationReport> {
  const startedAtMs = performance.now();
  const checkers = choice.unchecked ? {} : CHECKERS;
  const options = { scenario, seed, checkers, auditSteps: choice.audit };
  const report = await new Simulation(options).run();
  console.log(describeRun(scenario, seed, report, performance.now() - startedAtMs));
  if (report.violations.length === 0) return report;
  process.exitCode = 1;
  const { faults, audit, unchecked } = choice;
  console.error(describeFailure(scenario, seed, report, { ...(faults && { faults }), audit, unchecked }));
  const shortest = await findShortestPrefix(() => options, report.stepCount);
  console.error(`it is found after ${shortest} of ${report.stepCount} steps, and after no fewer`);
  return report;
}

/** All of them but the day, which takes minutes. */
function chosenScenarios(choice: ScenarioRun): readonly Scenario[] {
  const all = [...SCENARIOS.values()];
  const found =
    choice.scenario === "all"
      ? all.filter((scenario) => scenario !== DAY)
      : all.filter(({ name }) => name === choice.scenario);
  return found.map((scenario) => asTold(scenario, choice));
}

/** With what the command line says of it. */
function asTold(found: Scenario, { jobs, instances, hours, faults }: ScenarioRun): Scenario {
  const { size } = found;
  return {
    ...found,
    size: {
      jobCount: jobs ?? size.jobCount,
      instanceCount: instances ?? size.instanceCount,
      hours: hours ?? size.hours,
    },
    ...(faults === "no" && { faults: NO_FAULTS }),
    ...(faults === "yes" && { faults: FAULTS.faults, provider: FAULTS.provider }),
  };
}

function giveUp(text: string): void {
  console.error(text);
  process.exitCode = 2;
}
