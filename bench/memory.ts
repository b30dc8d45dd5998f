import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { buildPackage, idleBytes } from "./support/packaged-server.ts";

const JOB_COUNT = 100_000;

/** The resident set is what the machine is short of, so it is what is read. Nothing forces V8 to collect. */
export const memory: Benchmark<"idle" | "waiting-job"> = {
  question:
    "How much memory does the packaged server take, idle, and how much does a waiting job add at 100,000?",
  figures: {
    idle: { unit: "MiB", must: byItself("at most", 110), aim: byItself("at most", 80) },
    "waiting-job": { unit: "bytes", must: byItself("at most", 400), aim: byItself("at most", 200) },
  },
  async open() {
    buildPackage();
    await using opened = new AsyncDisposableStack();
    const full = opened.use(await FilledFolder.make({ waiting: JOB_COUNT, ended: 0 }));
    const empty = opened.use(await FilledFolder.make({ waiting: 0, ended: 0 }));
    const kept = opened.move();
    return {
      needsWarmUp: false,
      product: async () => {
        const [emptyBytes, fullBytes] = await Promise.all([idleBytes(empty), idleBytes(full)]);
        return { idle: emptyBytes / 1_048_576, "waiting-job": (fullBytes - emptyBytes) / JOB_COUNT };
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};
