import { moreThanReference, timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { IMAGE, NETWORK, openEngine, startDockerServer } from "./support/docker-bench.ts";
import { FirstInstruction } from "./support/first-instruction.ts";
import { latencies } from "./support/latencies.ts";

const JOBS = 15;
const ASK_AGAIN_MS = 10;

export const dockerLatency: Benchmark<"p50"> = {
  question:
    "How long is it from a submission to the first instruction of its container, the server being idle?",
  figures: {
    p50: { unit: "ms", must: moreThanReference("at most", 25), aim: timesReference("at most", 1.05) },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const engine = opened.use(openEngine());
    const server = opened.use(await startDockerServer(1));
    const folder = server.folder.path;
    const first = opened.use(new FirstInstruction(folder));
    await server.define(first.command, { folder });
    const container = {
      Image: IMAGE,
      Cmd: first.command,
      HostConfig: { NetworkMode: NETWORK, Binds: [`${folder}:${folder}`] },
    };
    const kept = opened.move();
    return {
      product: () => latencies(JOBS, () => first.measureJob(server, ASK_AGAIN_MS)),
      reference: () =>
        latencies(JOBS, async () => {
          let started = Promise.resolve("");
          const tookMs = await first.measure(() => {
            started = engine.create(container).then(async (id) => {
              await engine.start(id);
              return id;
            });
          });
          const id = await started;
          await engine.wait(id);
          await engine.remove(id);
          return tookMs;
        }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
