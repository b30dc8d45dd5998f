import type { ServerProcess } from "../test/support/server-process.ts";
import { timesReference } from "./harness.ts";
import type { Benchmark, Figure } from "./harness.ts";
import { signedRequest } from "./support/batch-request.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { describeAny, listInStatus, medianMs } from "./support/read-latencies.ts";
import { QUEUE } from "./support/waiting-server.ts";

const FIGURE: Figure = {
  unit: "ms",
  must: timesReference("at most", 2),
  aim: timesReference("at most", 1.2),
};

/** The reference is the product itself with fewer jobs. */
export function readsAtSize(
  waiting: number,
): Benchmark<"describe-1" | "describe-100" | "list-100" | "snapshot"> {
  return {
    question: `How much slower are reads at ${waiting.toLocaleString("en")} waiting jobs than at 10,000?`,
    figures: { "describe-1": FIGURE, "describe-100": FIGURE, "list-100": FIGURE, snapshot: FIGURE },
    async open() {
      await using opened = new AsyncDisposableStack();
      const large = opened.use(await FilledFolder.make({ waiting, ended: 0 }));
      const small = opened.use(await FilledFolder.make({ waiting: 10_000, ended: 0 }));
      const largeServer = opened.use(await large.start());
      const smallServer = opened.use(await small.start());
      const kept = opened.move();
      return {
        product: () => measureReads(largeServer, large.jobIds),
        reference: () => measureReads(smallServer, small.jobIds),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

async function measureReads({ url }: ServerProcess, jobIds: readonly string[]) {
  return {
    "describe-1": await medianMs(url, () => describeAny(jobIds, 1)),
    "describe-100": await medianMs(url, () => describeAny(jobIds, 100)),
    "list-100": await medianMs(url, () => listInStatus("RUNNABLE")),
    snapshot: await medianMs(url, () => signedRequest("/v1/getjobqueuesnapshot", { jobQueue: QUEUE })),
  };
}
