import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { childrenPerSecond, singleJobsPerSecond, startNoopServer } from "./support/noop-jobs.ts";

const JOBS = 10_000;

/** The reference is the product itself, with as many single jobs. */
export const arrayJobs: Benchmark<"jobs"> = {
  question: "How many no-op children of one array a second go from its submission to its end?",
  figures: {
    jobs: { unit: "jobs/s", must: timesReference("at least", 1), aim: timesReference("at least", 1.3) },
  },
  async open() {
    const server = await startNoopServer();
    return {
      needsWarmUp: false,
      product: async () => ({ jobs: await childrenPerSecond(server, JOBS) }),
      reference: async () => ({ jobs: await singleJobsPerSecond(server, JOBS) }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
