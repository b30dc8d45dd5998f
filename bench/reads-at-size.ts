import type { ServerProcess } from "../test/support/server-process.ts";
import { timesReference } from "./harness.ts";
import type { Benchmark, Figure } from "./harness.ts";
import { signedRequest } from "./support/batch-request.ts";
import type { Filling } from "./support/fill-store.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { describeAny, explainAny, listInStatus, medianMs } from "./support/read-latencies.ts";
import { QUEUE } from "./support/waiting-server.ts";

/** What is asked, by the figure: of any of these jobs, some of which have ended where `hasEnded`. */
const READS = {
  "describe-1": ({ jobIds }) => describeAny(jobIds, 1),
  "describe-100": ({ jobIds }) => describeAny(jobIds, 100),
  "list-100": ({ hasEnded }, index) => listInStatus(hasEnded && index % 2 === 1 ? "SUCCEEDED" : "RUNNABLE"),
  snapshot: () => signedRequest("/v1/getjobqueuesnapshot", { jobQueue: QUEUE }),
  why: ({ jobIds }) => explainAny(jobIds),
} satisfies Record<string, (filled: Filled, index: number) => Buffer>;

type Read = keyof typeof READS;

interface Filled {
  readonly jobIds: readonly string[];
  readonly hasEnded: boolean;
}

const FIGURE: Figure = {
  unit: "ms",
  must: timesReference("at most", 2),
  aim: timesReference("at most", 1.2),
};

export function readsAtSize(waiting: number): Benchmark<Read> {
  return readsAgainstFewer(
    `How much slower are reads at ${waiting.toLocaleString("en")} waiting jobs than at 10,000?`,
    ["describe-1", "describe-100", "list-100", "snapshot", "why"],
    { many: { waiting, ended: 0 }, few: { waiting: 10_000, ended: 0 } },
  );
}

export const describeList: Benchmark = readsAgainstFewer(
  "How much slower are DescribeJobs and ListJobs at 100,000 jobs, half of them ended, than at 1,000?",
  ["describe-1", "describe-100", "list-100"],
  { many: { waiting: 50_000, ended: 50_000 }, few: { waiting: 500, ended: 500 } },
);

/** The reference is the product itself with fewer jobs. */
function readsAgainstFewer<Name extends Read>(
  question: string,
  names: readonly Name[],
  { many, few }: { readonly many: Filling; readonly few: Filling },
): Benchmark<Name> {
  return {
    question,
    figures: ofEach(names, () => FIGURE),
    async open() {
      await using opened = new AsyncDisposableStack();
      const large = opened.use(await FilledFolder.make(many));
      const small = opened.use(await FilledFolder.make(few));
      const largeServer = opened.use(await large.start());
      const smallServer = opened.use(await small.start());
      const kept = opened.move();
      return {
        product: () => measureReads(largeServer, names, { jobIds: large.jobIds, hasEnded: many.ended > 0 }),
        reference: () => measureReads(smallServer, names, { jobIds: small.jobIds, hasEnded: few.ended > 0 }),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

async function measureReads<Name extends Read>(
  { url }: ServerProcess,
  names: readonly Name[],
  filled: Filled,
): Promise<Record<Name, number>> {
  const medians = new Map<Name, number>();
  for (const name of names) medians.set(name, await medianMs(url, (index) => READS[name](filled, index)));
  return ofEach(names, (name) => medians.get(name) ?? Number.NaN);
}

function ofEach<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value,
): Record<Name, Value> {
  // Each name is there.
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>;
}
