/**
 * Lets the server live through days of virtual time and says whether all that it promises held:
 * `npm run simulate -- --scenario NAME [--seed N] [--jobs N] [--instances N] [--hours N] [--faults yes|no] [--unchecked]`
 * runs one seed, `… --seconds N` fresh ones for as long. `--list` tells the scenarios; see `docs/simulator.md`.
 *
 * Exits 0 only if nothing was found. Else it prints the seed, the command that runs it again, what was found, and the
 * fewest steps after which it is.
 */
import { parseArgs } from "node:util";
import { CHECKERS } from "../src/simulator/checkers/checkers.ts";
import { describeFailure, describeRun } from "../src/simulator/describe-run.ts";
import { NO_FAULTS } from "../src/simulator/scenario.ts";
import type { Scenario } from "../src/simulator/scenario.ts";
import { FAULTS } from "../src/simulator/scenarios/faults.ts";
import { SCENARIOS } from "../src/simulator/scenarios/scenarios.ts";
import { findShortestPrefix } from "../src/simulator/shortest-prefix.ts";
import { Simulation } from "../src/simulator/simulation.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "faults" },
    seed: { type: "string" },
    jobs: { type: "string" },
    instances: { type: "string" },
    hours: { type: "string" },
    faults: { type: "string" },
    seconds: { type: "string" },
    audit: { type: "string", default: "1000" },
    unchecked: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

if (values.list) {
  for (const { name, about } of SCENARIOS.values()) console.log(`${name.padEnd(12)}${about}`);
} else {
  await run();
}

async function run(): Promise<void> {
  const scenario = chosenScenario();
  const startedAtMs = performance.now();
  const seconds = wholeNumber("seconds");
  const isWanted = (): boolean => seconds !== undefined && performance.now() - startedAtMs < seconds * 1000;
  let seed = wholeNumber("seed") ?? Math.floor(Math.random() * 2 ** 31);
  let virtualMs = 0;
  let runCount = 0;
  do {
    const elapsedMs = await runSeed(scenario, seed);
    if (elapsedMs === undefined) break;
    virtualMs += elapsedMs;
    runCount += 1;
    seed += 1;
  } while (isWanted());
  console.log(`${runCount} runs held, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours`);
}

/** How much virtual time it took; undefined where something was found. */
async function runSeed(scenario: Scenario, seed: number): Promise<number | undefined> {
  const startedAtMs = performance.now();
  const options = {
    scenario,
    seed,
    checkers: values.unchecked ? {} : CHECKERS,
    auditSteps: wholeNumber("audit") ?? 1_000,
  };
  const report = await new Simulation(options).run();
  console.log(describeRun(scenario, seed, report, performance.now() - startedAtMs));
  if (report.violations.length === 0) return report.virtualMs;
  process.exitCode = 1;
  console.error(describeFailure(scenario, seed, report));
  const shortest = await findShortestPrefix(() => options, report.stepCount);
  console.error(`it is found after ${shortest} of ${report.stepCount} steps, and after no fewer`);
  return undefined;
}

function chosenScenario(): Scenario {
  const found = SCENARIOS.get(values.scenario);
  if (found === undefined) return giveUp(`--scenario takes one of ${[...SCENARIOS.keys()].join(", ")}`);
  const { size } = found;
  return {
    ...found,
    size: {
      jobCount: wholeNumber("jobs") ?? size.jobCount,
      instanceCount: wholeNumber("instances") ?? size.instanceCount,
      hours: wholeNumber("hours") ?? size.hours,
    },
    ...(values.faults === "no" && { faults: NO_FAULTS }),
    ...(values.faults === "yes" && { faults: FAULTS.faults, provider: FAULTS.provider }),
  };
}

function wholeNumber(
  name: "seed" | "jobs" | "instances" | "hours" | "seconds" | "audit",
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0
    ? number
    : giveUp(`--${name} takes a whole number, got ${text}`);
}

function giveUp(text: string): never {
  console.error(text);
  process.exit(2);
}
