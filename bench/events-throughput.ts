import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { Followers } from "./support/followers.ts";
import { JobServer } from "./support/job-server.ts";

const FOLLOWERS = 10;
const JOBS = 2_500;
/** RUNNABLE, STARTING, RUNNING, SUCCEEDED. */
const EVENTS_PER_JOB = 4;
const SLOTS = 8;
const CONNECTIONS = 32;
const ASK_AGAIN_MS = 20;

export const eventsThroughput: Benchmark<"jobs"> = {
  question: "How many no-op jobs a second end while ten clients follow the events, against none?",
  figures: {
    jobs: { unit: "jobs/s", must: timesReference("at least", 0.9), aim: timesReference("at least", 0.97) },
  },
  async open() {
    const server = await JobServer.start({ slots: SLOTS, connections: CONNECTIONS });
    await server.define(["true"]);
    let jobCount = 0;
    const run = async (): Promise<number> => {
      const startedAtMs = performance.now();
      await server.succeeded(await server.submitMany(JOBS), ASK_AGAIN_MS);
      await server.allSucceeded(ASK_AGAIN_MS);
      jobCount += JOBS;
      return (JOBS * 1000) / (performance.now() - startedAtMs);
    };
    return {
      product: async () => {
        await using followers = await Followers.start(server.server.url, FOLLOWERS);
        const jobs = await run();
        await followers.allHave(EVENTS_PER_JOB * jobCount);
        return { jobs };
      },
      reference: async () => ({ jobs: await run() }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
