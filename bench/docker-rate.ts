import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { containersPerSecond } from "./reference/containers.ts";
import { IMAGE, NETWORK, openEngine, startDockerServer } from "./support/docker-bench.ts";

const JOBS = 40;
/** Of 1, 2, 4 and 8 at once the engine gets through the most with this. */
const AT_ONCE = 8;
const ASK_AGAIN_MS = 10;

export const dockerRate: Benchmark<"containers"> = {
  question: "How many container jobs a second go from their submission to SUCCEEDED?",
  figures: {
    containers: {
      unit: "jobs/s",
      must: timesReference("at least", 0.85),
      aim: timesReference("at least", 0.95),
    },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const engine = opened.use(openEngine());
    const server = opened.use(await startDockerServer(AT_ONCE));
    const command = ["true"];
    await server.define(command);
    const container = { Image: IMAGE, Cmd: command, HostConfig: { NetworkMode: NETWORK } };
    const kept = opened.move();
    return {
      product: async () => {
        const startedAtMs = performance.now();
        await server.succeeded(await server.submitMany(JOBS), ASK_AGAIN_MS);
        await server.allSucceeded(ASK_AGAIN_MS);
        return { containers: (JOBS * 1000) / (performance.now() - startedAtMs) };
      },
      reference: async () => ({
        containers: await containersPerSecond(engine, container, { count: JOBS, atOnce: AT_ONCE }),
      }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
