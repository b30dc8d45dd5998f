import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { xargsPerSecond } from "./reference/xargs.ts";
import { JobServer } from "./support/job-server.ts";

const JOBS = 10_000;
/** It takes the same time for each, so fewer say as much. */
const XARGS_JOBS = 3_000;
const SLOTS = 8;
const CONNECTIONS = 32;
const ASK_AGAIN_MS = 20;

export const noopJobs: Benchmark<"jobs"> = {
  question:
    "How many no-op jobs a second go from their submission to SUCCEEDED, each step durable and output captured?",
  figures: {
    jobs: { unit: "jobs/s", must: timesReference("at least", 0.4), aim: timesReference("at least", 0.65) },
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
        await server.succeeded(await server.submitMany(JOBS), ASK_AGAIN_MS);
        await server.allSucceeded(ASK_AGAIN_MS);
        return { jobs: (JOBS * 1000) / (performance.now() - startedAtMs) };
      },
      reference: async () => ({ jobs: await xargsPerSecond(server.folder.path, XARGS_JOBS) }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
