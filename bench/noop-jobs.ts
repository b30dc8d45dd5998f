import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { xargsPerSecond } from "./reference/xargs.ts";
import { singleJobsPerSecond, startNoopServer } from "./support/noop-jobs.ts";

const JOBS = 10_000;
/** It takes the same time for each, so fewer say as much. */
const XARGS_JOBS = 3_000;

export const noopJobs: Benchmark<"jobs"> = {
  question:
    "How many no-op jobs a second go from their submission to SUCCEEDED, each step durable and output captured?",
  figures: {
    jobs: { unit: "jobs/s", must: timesReference("at least", 0.4), aim: timesReference("at least", 0.65) },
  },
  async open() {
    const server = await startNoopServer();
    return {
      needsWarmUp: false,
      product: async () => ({ jobs: await singleJobsPerSecond(server, JOBS) }),
      reference: async () => ({ jobs: await xargsPerSecond(server.folder.path, XARGS_JOBS) }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
