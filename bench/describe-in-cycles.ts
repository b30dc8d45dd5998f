import { setTimeout as pause } from "node:timers/promises";
import type { SubmitJobRequest } from "../src/model/batch.ts";
import { ServerProcess } from "../test/support/server-process.ts";
import { byItself } from "./harness.ts";
import type { Benchmark } from "./harness.ts";
import { BatchConnection } from "./support/batch-connection.ts";
import { FilledFolder } from "./support/filled-folder.ts";
import { latencies } from "./support/latencies.ts";
import { DEFINITION, QUEUE } from "./support/waiting-server.ts";

/** As `makeWaitingQueue` calls it. */
const ENVIRONMENT = "reports";
const SLOTS = 8;
/** More than run meanwhile. */
const FEW = 30_000;
const ASK_AGAIN_MS = 10;
const SAMPLES = 300;
const SETTLE_MS = 500;
/** With fewer it was not a time in which jobs were placed. */
const ENDED_MIN = 100;

/**
 * DescribeJobs of a waiting job again and again, only while jobs are placed and end as fast as the machine lets them. The
 * reference, which no goal asks about, is the product itself with few jobs: it tells how much of it is the machine's.
 */
export function describeInCycles(waiting: number): Benchmark<"p50" | "p99"> {
  return {
    question: `How long does DescribeJobs take while cycles place jobs, ${waiting.toLocaleString("en")} of them waiting?`,
    figures: {
      p50: { unit: "ms", must: byItself("at most", 50), aim: byItself("at most", 15) },
      p99: { unit: "ms", must: byItself("at most", 50), aim: byItself("at most", 15) },
    },
    async open() {
      await using opened = new AsyncDisposableStack();
      const open = async (count: number): Promise<Busy> => {
        const folder = opened.use(
          await FilledFolder.make({ waiting: count, ended: 0, requestOf: noopRequest }),
        );
        const flags = ["--log-level", "warn", "--vcpu-overcommit", String(SLOTS)];
        const server = opened.use(await ServerProcess.start({ dataDir: folder.dataDir, flags }));
        return { folder, server, connection: opened.use(await BatchConnection.open(server.url)) };
      };
      const many = await open(waiting);
      const few = await open(FEW);
      const kept = opened.move();
      return {
        product: () => describeWhilePlacing(many),
        reference: () => describeWhilePlacing(few),
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

interface Busy {
  readonly folder: FilledFolder;
  readonly server: ServerProcess;
  readonly connection: BatchConnection;
}

async function describeWhilePlacing({ folder, server, connection }: Busy) {
  await setEnvironment(connection, "ENABLED");
  await pause(SETTLE_MS);
  const endedBefore = await countEnded(server);
  const input = { jobs: folder.jobIds.slice(-1) };
  const measured = await latencies(SAMPLES, async () => {
    const askedAtMs = performance.now();
    await connection.call("/v1/describejobs", input);
    return performance.now() - askedAtMs;
  });
  const ended = (await countEnded(server)) - endedBefore;
  await setEnvironment(connection, "DISABLED");
  if (ended < ENDED_MIN) throw new Error(`only ${ended} jobs ran meanwhile`);
  return measured;
}

/** A job that takes an eighth of the machine and nothing else. */
function noopRequest(jobName: string): SubmitJobRequest {
  return {
    jobName,
    jobQueue: QUEUE,
    jobDefinition: DEFINITION,
    containerOverrides: {
      command: ["true"],
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "16" },
      ],
    },
  };
}

async function setEnvironment(connection: BatchConnection, state: "ENABLED" | "DISABLED"): Promise<void> {
  await settled(connection);
  await connection.call("/v1/updatecomputeenvironment", { computeEnvironment: ENVIRONMENT, state });
  await settled(connection);
}

/** Resolves when no change of the environment is under way. */
async function settled(connection: BatchConnection): Promise<void> {
  const input = { computeEnvironments: [ENVIRONMENT] };
  for (;;) {
    const described = await connection.call<DescribedEnvironments>("/v1/describecomputeenvironments", input);
    if (described.computeEnvironments[0]?.status === "VALID") return;
    await pause(ASK_AGAIN_MS);
  }
}

interface DescribedEnvironments {
  readonly computeEnvironments: readonly { readonly status: string }[];
}

/** How many attempts have ended since the server began. */
async function countEnded({ url }: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = metrics.matchAll(/^batchyard_attempts_finished_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
