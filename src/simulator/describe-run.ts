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

/** What was found, and how to see it again. */
export function describeFailure(scenario: Scenario, seed: number, report: SimulationReport): string {
  const { name, size } = scenario;
  const found = report.violations.slice(0, VIOLATIONS_SHOWN);
  return [
    `seed ${seed} of ${name}, step ${report.stepCount}:`,
    ...found.map(({ checker, message }) => `  ${checker}: ${message}`),
    `  npm run simulate -- --scenario ${name} --seed ${seed} --jobs ${size.jobCount} --instances ${size.instanceCount} --hours ${size.hours}`,
  ].join("\n");
}
