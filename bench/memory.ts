import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { FilledFolder } from "./support/filled-folder.ts";

const ROOT = join(import.meta.dirname, "..");
const JOB_COUNT = 100_000;
/** After this long without a request V8 has collected what a start leaves behind. */
const IDLE_MS = 8_000;

/**
 * The resident set is what the machine is short of, so it is what is read: of a server that has just found its jobs again
 * and then had nothing to do for a while. Nothing forces V8 to collect.
 */
export const memory: Benchmark<"idle" | "waiting-job"> = {
  question:
    "How much memory does the packaged server take, idle, and how much does a waiting job add at 100,000?",
  figures: {
    idle: { unit: "MiB", must: byItself("at most", 110), aim: byItself("at most", 80) },
    "waiting-job": { unit: "bytes", must: byItself("at most", 400), aim: byItself("at most", 200) },
  },
  async open() {
    const { status } = spawnSync(process.execPath, [join(ROOT, "scripts", "build.ts")], { stdio: "inherit" });
    if (status !== 0) throw new Error("the package cannot be built");
    await using opened = new AsyncDisposableStack();
    const full = opened.use(await FilledFolder.make({ waiting: JOB_COUNT, ended: 0 }));
    const empty = opened.use(await FilledFolder.make({ waiting: 0, ended: 0 }));
    const kept = opened.move();
    return {
      needsWarmUp: false,
      product: async () => {
        const [idleBytes, fullBytes] = await Promise.all([residentBytes(empty), residentBytes(full)]);
        return { idle: idleBytes / 1_048_576, "waiting-job": (fullBytes - idleBytes) / JOB_COUNT };
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};

async function residentBytes(folder: FilledFolder): Promise<number> {
  await using server = await folder.start([process.execPath, join(ROOT, "dist", "main.js")]);
  await sleep(IDLE_MS);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}
