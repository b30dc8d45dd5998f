import { join } from "node:path";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { startChildServer } from "./support/child-server.ts";
import { SubmissionServer, submitTo } from "./support/submission-server.ts";

const CONNECTIONS = 32;

export const submit32: Benchmark<"submissions"> = {
  question: "How many SubmitJob a second are checked, durable and answered over 32 kept connections?",
  figures: {
    submissions: {
      unit: "requests/s",
      must: timesReference("at least", 0.3),
      aim: timesReference("at least", 0.5),
    },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await SubmissionServer.start());
    const bare = opened.use(await startChildServer(join(import.meta.dirname, "reference", "json-server.ts")));
    const kept = opened.move();
    return {
      product: async () => ({ submissions: await server.submit(CONNECTIONS) }),
      reference: async () => ({ submissions: await submitTo(bare.url, CONNECTIONS) }),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
