/**
 * Lets the server live through days of virtual time and says whether all that it promises held:
 * `npm run simulate -- --scenario NAME [--seed N] [--jobs N] [--instances N] [--hours N] [--faults yes|no] [--unchecked]`
 * runs one seed, `… --seconds N` fresh ones for as long and `… --forever` until it is stopped, of every scenario with
 * `--scenario all`. `--list` tells the scenarios; see `docs/simulator.md`. `--trace FILE.swf` and `--generate JOBS` run a
 * workload and print what each policy makes of it.
 *
 * Exits 0 only if nothing was found. Else it prints each seed that failed, the command that runs it again, what was found,
 * and the fewest steps after which it is.
 */
import { parseArgs } from "node:util";
import { comparePolicies, generateWorkload, readTrace } from "./compare-policies.ts";
import type { ChosenWorkload } from "./compare-policies.ts";
import { CHECKERS } from "../src/simulator/checkers/checkers.ts";
import { describeFailure, describeRun } from "../src/simulator/describe-run.ts";
import { NO_FAULTS } from "../src/simulator/scenario.ts";
import type { Scenario } from "../src/simulator/scenario.ts";
import { DAY } from "../src/simulator/scenarios/day.ts";
import { FAULTS } from "../src/simulator/scenarios/faults.ts";
import { SCENARIOS } from "../src/simulator/scenarios/scenarios.ts";
import { findShortestPrefix } from "../src/simulator/shortest-prefix.ts";
import { Simulation } from "../src/simulator/simulation.ts";
import type { SimulationReport } from "../src/simulator/simulation.ts";

const GROUPINGS = ["user", "group", "queue", "partition"] as const;

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "faults" },
    seed: { type: "string" },
    jobs: { type: "string" },
    instances: { type: "string" },
    hours: { type: "string" },
    faults: { type: "string" },
    seconds: { type: "string" },
    forever: { type: "boolean", default: false },
    trace: { type: "string" },
    generate: { type: "string" },
    vcpus: { type: "string" },
    "share-by": { type: "string", default: "user" },
    audit: { type: "string", default: "1000" },
    unchecked: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

if (values.list) {
  for (const { name, about } of SCENARIOS.values()) console.log(`${name.padEnd(12)}${about}`);
} else if (values.trace !== undefined || values.generate !== undefined) {
  if (!(await comparePolicies(chosenWorkload(), wholeNumber("seed") ?? 1))) process.exitCode = 1;
} else {
  await run();
}

function chosenWorkload(): ChosenWorkload {
  const vcpuCount = wholeNumber("vcpus");
  if (values.trace === undefined) {
    return generateWorkload(wholeNumber("generate") ?? 0, wholeNumber("seed") ?? 1, vcpuCount);
  }
  const shareBy = GROUPINGS.find((grouping) => grouping === values["share-by"]);
  if (shareBy === undefined) return giveUp(`--share-by takes one of ${GROUPINGS.join(", ")}`);
  const workload = readTrace(values.trace, shareBy, vcpuCount);
  return typeof workload === "string" ? giveUp(workload) : workload;
}

async function run(): Promise<void> {
  const scenarios = chosenScenarios();
  const startedAtMs = performance.now();
  const endMs = values.forever ? Infinity : startedAtMs + (wholeNumber("seconds") ?? 0) * 1000;
  let seed = wholeNumber("seed") ?? Math.floor(Math.random() * 2 ** 31);
  let virtualMs = 0;
  let runCount = 0;
  let failedCount = 0;
  do {
    for (const scenario of scenarios) {
      const report = await runSeed(scenario, seed);
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

async function runSeed(scenario: Scenario, seed: number): Promise<SimulationReport> {
  const startedAtMs = performance.now();
  const options = {
    scenario,
    seed,
    checkers: values.unchecked ? {} : CHECKERS,
    auditSteps: wholeNumber("audit") ?? 1_000,
  };
  const report = await new Simulation(options).run();
  console.log(describeRun(scenario, seed, report, performance.now() - startedAtMs));
  if (report.violations.length === 0) return report;
  process.exitCode = 1;
  console.error(describeFailure(scenario, seed, report));
  const shortest = await findShortestPrefix(() => options, report.stepCount);
  console.error(`it is found after ${shortest} of ${report.stepCount} steps, and after no fewer`);
  return report;
}

/** All of them but the day, which takes minutes. */
function chosenScenarios(): readonly Scenario[] {
  if (values.scenario === "all")
    return [...SCENARIOS.values()].filter((scenario) => scenario !== DAY).map(sized);
  const found = SCENARIOS.get(values.scenario);
  return found === undefined
    ? giveUp(`--scenario takes all or one of ${[...SCENARIOS.keys()].join(", ")}`)
    : [sized(found)];
}

/** With what the command line says of it. */
function sized(found: Scenario): Scenario {
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

type NumberOption = "seed" | "jobs" | "instances" | "hours" | "seconds" | "audit" | "generate" | "vcpus";

function wholeNumber(name: NumberOption): number | undefined {
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
