import { setTimeout as pause } from "node:timers/promises";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { gangStartMs } from "./reference/gang.ts";
import { IMAGE, openEngine, startDockerServer } from "./support/docker-bench.ts";
import { latencies } from "./support/latencies.ts";

const NODES = 4;
const GANGS = 3;
const ASK_AGAIN_MS = 5;
/** Ends at SIGTERM, which a first process of a container would not hear of itself. */
const COMMAND = ["sh", "-c", "trap 'exit 0' TERM; sleep 600 & wait"];

/** Both sides make a bridge network for each gang, and remove it again; that is not measured. */
export const dockerGang: Benchmark<"p50"> = {
  question: "How long is it from the submission of a multi-node job of four until all of its nodes run?",
  figures: {
    p50: { unit: "ms", must: timesReference("at most", 1.3), aim: timesReference("at most", 1.1) },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const engine = opened.use(openEngine());
    const server = opened.use(await startDockerServer(NODES, "batchyard"));
    await server.connection.call("/v1/registerjobdefinition", DEFINITION);
    const kept = opened.move();
    let gangCount = 0;
    return {
      product: () =>
        latencies(GANGS, async () => {
          const startedAtMs = performance.now();
          const jobId = await server.submit(server.connection, { jobDefinition: "gang" });
          while ((await server.countNodes(jobId, "RUNNING")) < NODES) await pause(ASK_AGAIN_MS);
          const tookMs = performance.now() - startedAtMs;
          await server.terminate(jobId);
          await server.ended(jobId, ASK_AGAIN_MS);
          return tookMs;
        }),
      reference: () =>
        latencies(GANGS, () => {
          gangCount += 1;
          const network = `batchyard-bench-${process.pid}-${gangCount}`;
          return gangStartMs(engine, { Image: IMAGE, Cmd: COMMAND }, { network, count: NODES });
        }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};

const DEFINITION = {
  jobDefinitionName: "gang",
  type: "multinode",
  nodeProperties: {
    numNodes: NODES,
    mainNode: 0,
    nodeRangeProperties: [
      {
        targetNodes: "0:",
        container: {
          image: IMAGE,
          command: COMMAND,
          resourceRequirements: [
            { type: "VCPU", value: "1" },
            { type: "MEMORY", value: "16" },
          ],
        },
      },
    ],
  },
};
