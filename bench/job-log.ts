import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { AwsClients } from "../test/support/aws-clients.ts";
import { timesReference } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { commandToFile } from "./reference/command-to-file.ts";
import { JobServer } from "./support/job-server.ts";

const LINES = 1_000_000;
const LINE_BYTES = 100;
const MEGABYTES = (LINES * LINE_BYTES) / 1e6;
/** The kernel charges the pages of a file to who writes it: a job with less would have to wait for the disk. */
const JOB_MEMORY_MIB = 512;
const ASK_AGAIN_MS = 1;

export const jobLog: Benchmark<"output"> = {
  question:
    "How fast can one job write lines that are all kept, in order, and readable once it has SUCCEEDED?",
  figures: {
    output: { unit: "MB/s", must: timesReference("at least", 0.3), aim: timesReference("at least", 0.6) },
  },
  async open() {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await JobServer.start({ slots: 8 }));
    const linesPath = join(server.folder.path, "lines");
    writeLines(linesPath);
    // The fastest way there is to put lines out; the file has been written just now and is in memory.
    const command = ["cat", linesPath];
    await server.define(command, { memoryMiB: JOB_MEMORY_MIB });
    await checkLog(server, await runJob(server));
    const kept = opened.move();
    return {
      product: async () => {
        const startedAtMs = performance.now();
        await runJob(server);
        return { output: (MEGABYTES * 1000) / (performance.now() - startedAtMs) };
      },
      reference: async () => {
        const path = join(server.folder.path, "reference-output");
        const startedAtMs = performance.now();
        await commandToFile(command, path);
        const tookMs = performance.now() - startedAtMs;
        rmSync(path);
        return { output: (MEGABYTES * 1000) / tookMs };
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  },
};

async function runJob(server: JobServer): Promise<string> {
  const jobId = await server.submit();
  await server.succeeded(jobId, ASK_AGAIN_MS);
  return jobId;
}

/** Each line has its number, so that one that is missing or out of order shows. */
function lineOf(number: number): string {
  return `${String(number).padStart(9, "0")} `.padEnd(LINE_BYTES - 1, "line of the log ");
}

function writeLines(path: string): void {
  const file = openSync(path, "w");
  const linesPerWrite = 10_000;
  for (let first = 0; first < LINES; first += linesPerWrite) {
    const lines = Array.from({ length: linesPerWrite }, (_, index) => `${lineOf(first + index)}\n`);
    writeSync(file, lines.join(""));
  }
  closeSync(file);
}

/** Reads all of it back as a client does. */
async function checkLog({ server, connection }: JobServer, jobId: string): Promise<void> {
  const { jobs } = await connection.call<{ jobs: [{ container: { logStreamName: string } }] }>(
    "/v1/describejobs",
    { jobs: [jobId] },
  );
  const clients = new AwsClients(server.url);
  const stream = { logGroupName: "/aws/batch/job", logStreamName: jobs[0].container.logStreamName };
  let count = 0;
  let token: string | undefined;
  for (;;) {
    const page = await clients.logs.getLogEvents({ ...stream, startFromHead: true, nextToken: token });
    for (const { message } of page.events ?? []) {
      if (message !== lineOf(count)) throw new Error(`line ${count} of the log reads ${message}`);
      count += 1;
    }
    if (page.nextForwardToken === token) break;
    token = page.nextForwardToken;
  }
  clients.destroy();
  if (count !== LINES) throw new Error(`the log has ${count} lines, not ${LINES}`);
}
