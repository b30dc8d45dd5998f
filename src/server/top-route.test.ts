import { expect, test } from "vitest";
import { CONTEXT } from "../../test/support/api-handler.ts";
import { aComputeEnvironment, aJob, aJobQueue, HOST, SCOPE } from "../../test/support/builders.ts";
import { EngineBench } from "../../test/support/engine-bench.ts";
import { passes } from "../../test/support/instance-bench.ts";
import { JobSituations } from "./job-situations.ts";
import { createTopRoute } from "./top-route.ts";

/** What top says of the heads of queues, once a full environment and one that is off have been waited for so long. */
async function headsAfter(lengthMs: number): Promise<unknown> {
  const situations = new JobSituations({ stageOf: () => undefined, outage: () => undefined });
  const bench = await EngineBench.open(
    [
      aComputeEnvironment("full", { maxvCpus: 1 }),
      aComputeEnvironment("off", { state: "DISABLED" }),
      aJobQueue("turns", ["full"]),
      aJobQueue("stuck", ["off"]),
      aJobQueue("none", ["off"]),
    ],
    {
      observer: {
        attemptStarted() {},
        attemptFinished() {},
        cycleEnded: (report) => situations.cycleEnded(report),
      },
    },
  );
  const ofTurns = ["running", "waiting"].map((jobId) => aJob(jobId).inQueue("turns"));
  await bench.submit(...ofTurns, aJob("blocking").inQueue("stuck"));
  await passes(bench, lengthMs);
  const { capacity, sequencer } = bench.engine;
  const route = createTopRoute({
    authenticate: () => ({ scope: SCOPE, principal: CONTEXT.principal }),
    situations,
    explainFacts: () => ({
      state: sequencer.state,
      capacity: { host: HOST, supply: capacity.supply },
      nowMs: bench.nowMs,
    }),
  });
  const request = { method: "GET", target: "/batchyard/top", headers: {}, body: new Uint8Array() };
  const { body } = await route(request, CONTEXT.requestId);
  // The route's own JSON.
  const { jobQueues } = JSON.parse(String(body)) as { jobQueues: Record<string, unknown>[] };
  return Object.fromEntries(
    jobQueues.map(({ jobQueueName, head, blocked }) => [jobQueueName, { head, blocked }]),
  );
}

const TURNS = {
  head: {
    jobId: "waiting",
    because: "environments-full",
    sentence: "It waits for room in the compute environments.",
  },
};
const STUCK = {
  head: {
    jobId: "blocking",
    because: "environments-unavailable",
    sentence: "It waits for a compute environment that takes jobs.",
  },
};

test("tells who waits at the head of a queue, and only later that it blocks the queue", async () => {
  expect(await headsAfter(599_999)).toEqual({ turns: TURNS, stuck: STUCK, none: {} });
});

test("calls a queue blocked once its head is judged to block it, never for a head that waits for its turn", async () => {
  const blocked = { jobId: "blocking", reason: "ACTION_REQUIRED", sinceMs: 1_000_000 };
  expect(await headsAfter(600_000)).toEqual({ turns: TURNS, stuck: { ...STUCK, blocked }, none: {} });
});
