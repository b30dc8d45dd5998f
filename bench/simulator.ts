import { CHECKERS } from "../src/simulator/checkers/checkers.ts";
import type { CreateChecker } from "../src/simulator/checker.ts";
import { describeFailure } from "../src/simulator/describe-run.ts";
import type { Scenario } from "../src/simulator/scenario.ts";
import { DAY } from "../src/simulator/scenarios/day.ts";
import { Simulation } from "../src/simulator/simulation.ts";
import type { SimulationReport } from "../src/simulator/simulation.ts";
import { byItself, timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { eventsPerSecond } from "./reference/event-heap.ts";

/** An hour of the day, on a tenth of its instances. */
const SCENARIO: Scenario = { ...DAY, size: { jobCount: 10_000, instanceCount: 1_000, hours: 1 } };
const SEED = 1;
const AUDIT_STEPS = 1_000;

/** As many things to come as the day has jobs that run. */
const EVENT_LOAD = { pendingCount: 30_000, eventCount: 5_000_000 };

type FigureName = "events" | "lives";

/**
 * An event is what is delivered to a part of the simulated world: see `SimulationReport.eventCount`. A life is a job, or a
 * child of an array, from its submission to its end, while every checker looks on.
 */
export const simulator: Benchmark<FigureName> = {
  question: "How fast does the simulator let a day of the server go by?",
  figures: {
    events: {
      unit: "events/s",
      must: timesReference("at least", 0.05),
      aim: timesReference("at least", 0.12),
    },
    lives: { unit: "lives/s", must: byItself("at least", 5_000), aim: byItself("at least", 20_000) },
  },
  async open() {
    return {
      async product() {
        const unchecked = await run({});
        const checked = await run(CHECKERS);
        return {
          events: unchecked.report.eventCount / unchecked.seconds,
          lives: checked.report.endedCount / checked.seconds,
        };
      },
      // Lives have no reference: the number is not used.
      reference: async () => ({ events: eventsPerSecond(EVENT_LOAD), lives: 1 }),
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function run(
  checkers: Readonly<Record<string, CreateChecker>>,
): Promise<{ readonly report: SimulationReport; readonly seconds: number }> {
  const startedAtMs = performance.now();
  const options = { scenario: SCENARIO, seed: SEED, checkers, auditSteps: AUDIT_STEPS };
  const report = await new Simulation(options).run();
  const seconds = (performance.now() - startedAtMs) / 1000;
  if (report.violations.length > 0) throw new Error(describeFailure(SCENARIO, SEED, report));
  return { report, seconds };
}
