import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { DurableRows } from "./reference/durable-rows.ts";
import { JobServer } from "./support/job-server.ts";
import { latencies } from "./support/latencies.ts";

const ARRAY_SIZE = 10_000;
const SUBMISSIONS = 50;
const TRANSACTIONS = 5;

/** The queue runs nothing while it is measured: its only slot is taken. */
export const arraySubmit: Benchmark<"against-one-row" | "against-all-rows"> = {
  question: "How long does it take until the SubmitJob of an array of 10,000 is durable and answered?",
  figures: {
    "against-one-row": {
      unit: "ms",
      must: timesReference("at most", 100),
      aim: timesReference("at most", 3),
    },
    "against-all-rows": {
      unit: "ms",
      must: timesReference("at most", 1),
      aim: timesReference("at most", 0.1),
    },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await JobServer.start({ slots: 1 }));
    await server.define(["sleep", "3600"]);
    await server.submit();
    const rows = opened.use(new DurableRows(server.folder.path));
    const kept = opened.move();
    return {
      product: async () => {
        const { p50 } = await latencies(SUBMISSIONS, async () => {
          const startedAtMs = performance.now();
          await server.submit(server.connection, { arrayProperties: { size: ARRAY_SIZE } });
          return performance.now() - startedAtMs;
        });
        return { "against-one-row": p50, "against-all-rows": p50 };
      },
      reference: async () => {
        const one = await latencies(SUBMISSIONS, async () => rows.insert(1));
        const all = await latencies(TRANSACTIONS, async () => rows.insert(ARRAY_SIZE));
        return { "against-one-row": one.p50, "against-all-rows": all.p50 };
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
