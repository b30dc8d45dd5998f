import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { copyWaitingRows } from "./reference/waiting-rows.ts";
import { signedRequest } from "./support/batch-request.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { applyLoad } from "./support/http-load.ts";

const READ_ROWS = join(import.meta.dirname, "reference", "read-rows.ts");

export function restartWith(waiting: number): Benchmark<"restart"> {
  return {
    question: `How much later is the first answer after a restart with ${waiting.toLocaleString("en")} waiting jobs than with none?`,
    figures: {
      restart: { unit: "ms", must: timesReference("at most", 2), aim: timesReference("at most", 0.6) },
    },
    async open() {
      await using opened = new AsyncDisposableStack();
      const full = opened.use(await FilledFolder.make({ waiting, ended: 0 }));
      const empty = opened.use(await FilledFolder.make({ waiting: 0, ended: 0 }));
      const rows = `${full.databasePath}.rows`;
      copyWaitingRows(full.databasePath, rows);
      const kept = opened.move();
      return {
        product: async () => {
          const emptyMs = await least(() => firstAnswerMs(empty));
          return { restart: (await least(() => firstAnswerMs(full))) - emptyMs };
        },
        reference: async () => ({ restart: await least(() => readRowsMs(rows, waiting)) }),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

/** The least of three: a difference of two starts would else be more noise than start. */
async function least(attempt: () => Promise<number>): Promise<number> {
  return Math.min(await attempt(), await attempt(), await attempt());
}

/** From the start of the process to the answer of one DescribeJobs. */
async function firstAnswerMs(folder: FilledFolder): Promise<number> {
  const request = signedRequest("/v1/describejobs", { jobs: [folder.jobIds.at(-1) ?? "none"] });
  const startedAtMs = performance.now();
  await using server = await folder.start();
  await applyLoad({ url: server.url, connectionCount: 1, durationMs: 0, requests: [request] });
  return performance.now() - startedAtMs;
}

async function readRowsMs(path: string, expectedCount: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [READ_ROWS, path, String(expectedCount)]);
  // What the reference prints.
  const { count, tookMs } = JSON.parse(stdout) as { count: number; tookMs: number };
  if (count !== expectedCount) throw new Error(`the reference read ${count} rows`);
  return tookMs;
}
