import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { JobServer } from "./support/job-server.ts";
import { p50AndP99 } from "./support/latencies.ts";

const JOBS_PER_SECOND = 300;
const JOBS = 3 * JOBS_PER_SECOND;
const CONNECTIONS = 8;
const WAIT_MS_MAX = 30_000;

export const eventsLag: Benchmark<"p50" | "p99"> = {
  question:
    "How long after a job came to run, or ended, does a follower have the event, at 300 jobs a second?",
  figures: {
    p50: { unit: "ms", must: byItself("at most", 50), aim: byItself("at most", 20) },
    p99: { unit: "ms", must: byItself("at most", 50), aim: byItself("at most", 20) },
  },
  async open() {
    const server = await JobServer.start({ slots: 8, connections: CONNECTIONS });
    await server.define(["true"]);
    return {
      product: async () => p50AndP99(await measureLags(server)),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

/** Of every event that tells when it came about to the millisecond: RUNNING and SUCCEEDED. */
async function measureLags(server: JobServer): Promise<number[]> {
  const request = get(`${server.server.url}/events`);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const lagsMs: number[] = [];
  const allThere = Promise.withResolvers<void>();
  let text = "";
  response.setEncoding("utf8").on("data", (piece: string) => {
    const atMs = Date.now();
    text += piece;
    const end = text.lastIndexOf("\n\n");
    for (const [, json = ""] of text.slice(0, Math.max(0, end)).matchAll(/^data: (.*)$/gm)) {
      const { detail } = JSON.parse(json) as { detail: { startedAt?: number; stoppedAt?: number } };
      const cameAboutMs = detail.stoppedAt ?? detail.startedAt;
      if (cameAboutMs !== undefined) lagsMs.push(atMs - cameAboutMs);
    }
    text = end === -1 ? text : text.slice(end + 2);
    if (lagsMs.length >= 2 * JOBS) allThere.resolve();
  });
  await submitEvenly(server);
  await Promise.race([allThere.promise, pause(WAIT_MS_MAX, undefined, { ref: false })]);
  request.destroy();
  if (lagsMs.length !== 2 * JOBS) throw new Error(`${lagsMs.length} events came of ${2 * JOBS}`);
  return lagsMs;
}

async function submitEvenly(server: JobServer): Promise<void> {
  const startedAtMs = performance.now();
  for (let count = 0; count < JOBS;) {
    const due = Math.min(JOBS, Math.ceil(((performance.now() - startedAtMs) * JOBS_PER_SECOND) / 1000));
    if (due > count) await server.submitMany(due - count);
    count = Math.max(count, due);
    await pause(5);
  }
}
