import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { submitTo } from "./support/submission-server.ts";

const CONNECTIONS = 32;

/** The reference is the product itself, empty at first. */
export function submitAtSize(waiting: number): Benchmark<"submissions"> {
  return {
    question: `How many SubmitJob a second are taken with ${waiting.toLocaleString("en")} waiting jobs, against none?`,
    figures: {
      submissions: {
        unit: "requests/s",
        must: timesReference("at least", 0.8),
        aim: timesReference("at least", 0.95),
      },
    },
    async open() {
      await using opened = new AsyncDisposableStack();
      const full = opened.use(await FilledFolder.make({ waiting, ended: 0 }));
      const empty = opened.use(await FilledFolder.make({ waiting: 0, ended: 0 }));
      const fullServer = opened.use(await full.start());
      const emptyServer = opened.use(await empty.start());
      const kept = opened.move();
      return {
        product: async () => ({ submissions: await submitTo(fullServer.url, CONNECTIONS) }),
        reference: async () => ({ submissions: await submitTo(emptyServer.url, CONNECTIONS) }),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}
