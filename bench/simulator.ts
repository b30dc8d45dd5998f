import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { byItself, timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { eventsPerSecond } from "./reference/event-heap.ts";
import type { SimulatedRun } from "./simulator-process.ts";

/** As `npm run simulate` starts Node: most of what a simulation makes does not live for long. */
const NODE_FLAGS = ["--max-semi-space-size=64"];

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
    const child = fork(new URL("simulator-process.ts", import.meta.url), { execArgv: NODE_FLAGS });
    return {
      async product() {
        const unchecked = await run(child, "unchecked");
        const checked = await run(child, "checked");
        return {
          events: unchecked.eventCount / unchecked.seconds,
          lives: checked.endedCount / checked.seconds,
        };
      },
      // Lives have no reference: the number is not used.
      reference: async () => ({ events: eventsPerSecond(EVENT_LOAD), lives: 1 }),
      async [Symbol.asyncDispose]() {
        child.disconnect();
        await once(child, "exit");
      },
    };
  },
};

async function run(child: ChildProcess, kind: "checked" | "unchecked"): Promise<SimulatedRun> {
  child.send(kind);
  // It answers each message with one of these.
  const [result] = (await once(child, "message")) as [SimulatedRun];
  if (result.failure !== undefined) throw new Error(result.failure);
  return result;
}
