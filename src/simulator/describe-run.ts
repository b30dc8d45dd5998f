import { AUDIT_STEPS, commandOf } from "./run-options.ts";
import type { ScenarioRun } from "./run-options.ts";
import type { Scenario } from "./scenario.ts";
import type { SimulationReport } from "./simulation.ts";

/** At most so many of the things that were found at once. */
const VIOLATIONS_SHOWN = 5;

/** One line on a run. */
export function describeRun(
  { name }: Scenario,
  seed: number,
  report: SimulationReport,
  elapsedMs: number,
): string {
  const { stepCount, submissionCount, tickCount, crashCount, virtualMs, endedCount } = report;
  const seconds = elapsedMs / 1000;
  return [
    `${name} seed ${seed}: ${report.violations.length === 0 ? "held" : "FAILED"}`,
    `${submissionCount} submissions, ${endedCount} jobs and children ended, ${crashCount} crashes`,
    `${(virtualMs / 3_600_000).toFixed(1)} virtual hours, ${tickCount} ticks, ${stepCount} steps`,
    `${seconds.toFixed(1)} s, ${Math.round(endedCount / seconds)} lives a second`,
  ].join("; ");
}

/**
 * What was found, and how to see it again.
 *
 * @param told what the command line said besides; a run that no command line asked for says how often it was audited.
 */
export function describeFailure(
  scenario: Scenario,
  seed: number,
  report: SimulationReport,
  told: Partial<Pick<ScenarioRun, "faults" | "audit" | "unchecked">> = {},
): string {
  const { name, size } = scenario;
  const found = report.violations.slice(0, VIOLATIONS_SHOWN);
  const command = commandOf({
    kind: "scenario",
    scenario: name,
    seed,
    jobs: size.jobCount,
    instances: size.instanceCount,
    hours: size.hours,
    audit: AUDIT_STEPS,
    unchecked: false,
    ...told,
    seconds: 0,
  });
  return [
    `seed ${seed} of ${name}, step ${report.stepCount}:`,
    ...found.map(({ checker, message }) => `  ${checker}: ${message}`),
    `  ${command}`,
  ].join("\n");
}
