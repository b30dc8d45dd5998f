import { join } from "node:path";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { syncedAppendsPerSecond } from "./reference/synced-appends.ts";
import { SubmissionServer } from "./support/submission-server.ts";

export const submit1: Benchmark<"submissions"> = {
  question: "How many SubmitJob a second are checked, durable and answered over one connection?",
  figures: {
    submissions: {
      unit: "requests/s",
      must: timesReference("at least", 0.25),
      aim: timesReference("at least", 0.4),
    },
  },
  async open() {
    const server = await SubmissionServer.start();
    const file = join(server.folder.path, "appends");
    return {
      product: async () => ({ submissions: await server.submit(1) }),
      reference: async () => ({ submissions: syncedAppendsPerSecond(file, 3_000) }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};
