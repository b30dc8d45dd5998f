import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { JobServer } from "./support/job-server.ts";
import { latencies } from "./support/latencies.ts";

const CHAIN_LENGTH = 1_000;
const SINGLE_JOBS = 200;
const ASK_AGAIN_MS = 1;

/**
 * The first job of the chain holds the others back until all are submitted. The last one's end is seen by asking, as
 * that of a single job is, but the time of one step of a thousand hardly holds any of that: the clocks of the jobs'
 * own descriptions would say the same.
 */
export const chainStep: Benchmark<"step"> = {
  question: "How long does a step of a chain of 1,000 no-op jobs take, each depending on the one before?",
  figures: {
    step: { unit: "ms", must: timesReference("at most", 1.2), aim: timesReference("at most", 1) },
  },
  async open() {
    const server = await JobServer.start({ slots: 8 });
    await server.define(["true"]);
    return {
      product: async () => {
        const first = await server.submit(server.connection, {
          containerOverrides: { command: ["sleep", "3"] },
        });
        let last = first;
        for (let index = 1; index <= CHAIN_LENGTH; index += 1) {
          last = await server.submit(server.connection, { dependsOn: [{ jobId: last }] });
        }
        await server.succeeded(first, ASK_AGAIN_MS);
        const startedAtMs = performance.now();
        await server.succeeded(last, ASK_AGAIN_MS);
        return { step: (performance.now() - startedAtMs) / CHAIN_LENGTH };
      },
      reference: async () => {
        const { p50 } = await latencies(SINGLE_JOBS, async () => {
          const startedAtMs = performance.now();
          await server.succeeded(await server.submit(), ASK_AGAIN_MS);
          return performance.now() - startedAtMs;
        });
        return { step: p50 };
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
