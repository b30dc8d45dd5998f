import { byItself } from "./harness.ts";
import type { Benchmark, Figure } from "./harness.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { buildPackage, idleBytes } from "./support/packaged-server.ts";

const FIGURE: Figure = { unit: "bytes", must: byItself("at most", 320), aim: byItself("at most", 150) };
/** Of the first jobs it is mostly what any work costs: SQLite's cache, V8's young generation. */
const FIRST_JOBS: Figure = { unit: "bytes", must: byItself("at most", 1_600), aim: byItself("at most", 320) };

/** As `memory`: what a server with jobs has more than one with none, by the job. */
export const waitingMemory: Benchmark<"of 10,000" | "of 100,000" | "of 1,000,000"> = {
  question: "How much memory does a waiting job add, its document being on the disk?",
  figures: { "of 10,000": FIRST_JOBS, "of 100,000": FIGURE, "of 1,000,000": FIGURE },
  async open() {
    buildPackage();
    await using opened = new AsyncDisposableStack();
    const fill = async (waiting: number) => opened.use(await FilledFolder.make({ waiting, ended: 0 }));
    const empty = await fill(0);
    const tenThousand = await fill(10_000);
    const hundredThousand = await fill(100_000);
    const million = await fill(1_000_000);
    const kept = opened.move();
    return {
      needsWarmUp: false,
      product: async () => {
        const emptyBytes = await idleBytes(empty);
        const bytesOfEach = async (folder: FilledFolder) =>
          ((await idleBytes(folder)) - emptyBytes) / folder.jobIds.length;
        return {
          "of 10,000": await bytesOfEach(tenThousand),
          "of 100,000": await bytesOfEach(hundredThousand),
          "of 1,000,000": await bytesOfEach(million),
        };
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
