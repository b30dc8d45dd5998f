import type { ServerProcess } from "../test/support/server-process.ts";
import { timesReference } from "./harness.ts";
import type { Benchmark, Figure } from "./harness.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { describeAny, listInStatus, medianMs } from "./support/read-latencies.ts";

const FIGURE: Figure = {
  unit: "ms",
  must: timesReference("at most", 2),
  aim: timesReference("at most", 1.2),
};

/** The reference is the product itself with few jobs. */
export const describeList: Benchmark<"describe-1" | "describe-100" | "list-100"> = {
  question:
    "How much slower are DescribeJobs and ListJobs at 100,000 jobs, half of them ended, than at 1,000?",
  figures: { "describe-1": FIGURE, "describe-100": FIGURE, "list-100": FIGURE },
  async open() {
    await using opened = new AsyncDisposableStack();
    const large = opened.use(await FilledFolder.make({ waiting: 50_000, ended: 50_000 }));
    const small = opened.use(await FilledFolder.make({ waiting: 500, ended: 500 }));
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

async function measureReads({ url }: ServerProcess, jobIds: readonly string[]) {
  return {
    "describe-1": await medianMs(url, () => describeAny(jobIds, 1)),
    "describe-100": await medianMs(url, () => describeAny(jobIds, 100)),
    "list-100": await medianMs(url, (index) => listInStatus(index % 2 === 0 ? "RUNNABLE" : "SUCCEEDED")),
  };
}
