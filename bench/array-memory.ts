import { setTimeout as sleep } from "node:timers/promises";
import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { JobServer } from "./support/job-server.ts";
import { residentBytes } from "./support/resident-memory.ts";

const ARRAYS = 100;
const ARRAY_SIZE = 10_000;
/** After this long without a request V8 has collected what requests left behind. */
const IDLE_MS = 8_000;

/** As `memory`: the resident set of a server that had nothing to do for a while, before and after. */
export const arrayMemory: Benchmark<"waiting-child"> = {
  question: "How much memory does a waiting child add, of 100 arrays of 10,000?",
  figures: {
    "waiting-child": { unit: "bytes", must: byItself("at most", 150), aim: byItself("at most", 40) },
  },
  async open() {
    return {
      needsWarmUp: false,
      product: async () => {
        await using server = await JobServer.start({ slots: 1 });
        await server.define(["sleep", "3600"]);
        await server.submit();
        await sleep(IDLE_MS);
        const before = residentBytes(server.server.pid);
        for (let index = 0; index < ARRAYS; index += 1) {
          await server.submit(server.connection, { arrayProperties: { size: ARRAY_SIZE } });
        }
        await sleep(IDLE_MS);
        return {
          "waiting-child": Math.max(0, residentBytes(server.server.pid) - before) / (ARRAYS * ARRAY_SIZE),
        };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
