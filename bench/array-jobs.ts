import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { JobServer } from "./support/job-server.ts";

const JOBS = 10_000;
const SLOTS = 8;
const CONNECTIONS = 32;
const ASK_AGAIN_MS = 20;

/** The reference is the product itself, with as many single jobs. */
export const arrayJobs: Benchmark<"jobs"> = {
  question: "How many no-op children of one array a second go from its submission to its end?",
  figures: {
    jobs: { unit: "jobs/s", must: timesReference("at least", 1), aim: timesReference("at least", 1.3) },
  },
  async open() {
    const server = await JobServer.start({ slots: SLOTS, connections: CONNECTIONS });
    await server.define(["true"]);
    // The runners come up with the first jobs.
    await server.submitMany(SLOTS * 10);
    await server.allSucceeded(ASK_AGAIN_MS);
    return {
      needsWarmUp: false,
      product: async () => {
        const startedAtMs = performance.now();
        const jobId = await server.submit(server.connection, { arrayProperties: { size: JOBS } });
        await server.succeeded(jobId, ASK_AGAIN_MS);
        return { jobs: (JOBS * 1000) / (performance.now() - startedAtMs) };
      },
      reference: async () => {
        const startedAtMs = performance.now();
        await server.succeeded(await server.submitMany(JOBS), ASK_AGAIN_MS);
        await server.allSucceeded(ASK_AGAIN_MS);
        return { jobs: (JOBS * 1000) / (performance.now() - startedAtMs) };
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
