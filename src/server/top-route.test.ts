import { expect, test } from "vitest";
import { CONTEXT } from "../../test/support/api-handler.ts";
import { aComputeEnvironment, aJob, aJobQueue, aPolicy, HOST, SCOPE } from "../../test/support/builders.ts";
import type { Buildable, JobBuilder } from "../../test/support/builders.ts";
import { EngineBench } from "../../test/support/engine-bench.ts";
import { anEnvironment, passes } from "../../test/support/instance-bench.ts";
import { schedulingPolicyArn } from "../batch/arn.ts";
import { JobSituations } from "./job-situations.ts";
import { createTopRoute } from "./top-route.ts";

type Member = Readonly<Record<string, unknown>>;

/** The route's answer once these are there, the jobs are submitted, and the time has passed. */
async function topOf(
  things: readonly Buildable[],
  jobs: readonly JobBuilder[],
  lengthMs: number,
): Promise<
  Readonly<Record<"jobQueues" | "instances" | "shares" | "computeEnvironments", readonly Member[]>>
> {
  const situations = new JobSituations({ stageOf: () => undefined, outage: () => undefined });
  const bench = await EngineBench.open(things, {
    observer: {
      attemptStarted() {},
      attemptFinished() {},
      cycleEnded: (report) => situations.cycleEnded(report),
    },
  });
  await bench.submit(...jobs);
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
  return JSON.parse(String(body)) as Awaited<ReturnType<typeof topOf>>;
}

/** What top says of the heads of queues, once a full environment and one that is off have been waited for so long. */
async function headsAfter(lengthMs: number): Promise<unknown> {
  const { jobQueues } = await topOf(
    [
      aComputeEnvironment("full", { maxvCpus: 1 }),
      aComputeEnvironment("off", { state: "DISABLED" }),
      aJobQueue("turns", ["full"]),
      aJobQueue("stuck", ["off"]),
      aJobQueue("none", ["off"]),
    ],
    [aJob("running").inQueue("turns"), aJob("waiting").inQueue("turns"), aJob("blocking").inQueue("stuck")],
    lengthMs,
  );
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

test("of many instances shows those with jobs before idle ones, and counts all", async () => {
  const { instances, computeEnvironments } = await topOf(
    [
      anEnvironment("large", { minvCpus: 240, maxvCpus: 240 }),
      anEnvironment("small"),
      aJobQueue("q", ["small"]),
    ],
    [aJob("running").inQueue("q")],
    1000,
  );
  expect(computeEnvironments.map((environment) => environment["instances"])).toEqual([
    { starting: 0, busy: 0, idle: 120, leaving: 0 },
    { starting: 0, busy: 1, idle: 0, leaving: 0 },
  ]);
  expect(
    instances.map(
      ({ computeEnvironmentName, status }) => `${String(computeEnvironmentName)} ${String(status)}`,
    ),
  ).toEqual([...Array.from({ length: 99 }, () => "large idle"), "small busy"]);
});

test("of many shares shows those that wait, each queue's in turn, and counts all", async () => {
  const { shares, jobQueues } = await topOf(
    [
      aComputeEnvironment("off", { state: "DISABLED" }),
      aPolicy("fair", {}),
      aJobQueue("large", ["off"], { priority: 2, schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") }),
      aJobQueue("small", ["off"], { priority: 1, schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") }),
    ],
    [
      ...Array.from({ length: 120 }, (_, index) =>
        aJob(`large-${index}`).inQueue("large").inShare(`s${index}`),
      ),
      aJob("small").inQueue("small").inShare("only"),
    ],
    1000,
  );
  expect(jobQueues.map((queue) => queue["shares"])).toEqual([
    { waiting: 120, busy: 0, idle: 0 },
    { waiting: 1, busy: 0, idle: 0 },
  ]);
  expect(shares).toHaveLength(100);
  expect(shares.at(-1)).toMatchObject({ jobQueueName: "small", shareIdentifier: "only", status: "waiting" });
});

test("says of an environment that is INVALID why", async () => {
  const { computeEnvironments } = await topOf(
    [aComputeEnvironment("valid"), aComputeEnvironment("invalid", { status: "INVALID" })],
    [],
    1,
  );
  expect(computeEnvironments.map(({ status, statusReason }) => [status, statusReason])).toEqual([
    ["INVALID", "ComputeEnvironment Healthy"],
    ["VALID", undefined],
  ]);
});
