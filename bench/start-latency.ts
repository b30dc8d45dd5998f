import { moreThanReference, timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { spawnDirectly } from "./reference/spawn.ts";
import { FirstInstruction } from "./support/first-instruction.ts";
import { JobServer } from "./support/job-server.ts";
import { latencies } from "./support/latencies.ts";

const JOBS = 200;
const ASK_AGAIN_MS = 2;

export const startLatency: Benchmark<"p50" | "p99"> = {
  question: "How long is it from a submission to the job's first instruction, the server being idle?",
  figures: {
    p50: { unit: "ms", must: moreThanReference("at most", 5), aim: timesReference("at most", 2) },
    p99: { unit: "ms", must: moreThanReference("at most", 20), aim: timesReference("at most", 3) },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await JobServer.start({ slots: 8 }));
    const first = opened.use(new FirstInstruction(server.folder.path));
    await server.define(first.command);
    const kept = opened.move();
    return {
      product: () => latencies(JOBS, () => first.measureJob(server, ASK_AGAIN_MS)),
      reference: () =>
        latencies(JOBS, async () => {
          let ended = Promise.resolve();
          const tookMs = await first.measure(() => (ended = spawnDirectly(first.command)));
          await ended;
          return tookMs;
        }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
