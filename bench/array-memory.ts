import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { JobServer } from "./support/job-server.ts";
import { idleResidentBytes } from "./support/resident-memory.ts";

const ARRAYS = 100;
const ARRAY_SIZE = 10_000;

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
        const before = await idleResidentBytes(server.server.pid);
        for (let index = 0; index < ARRAYS; index += 1) {
          await server.submit(server.connection, { arrayProperties: { size: ARRAY_SIZE } });
        }
        const after = await idleResidentBytes(server.server.pid);
        return { "waiting-child": Math.max(0, after - before) / (ARRAYS * ARRAY_SIZE) };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
