import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, SCOPE } from "../../test/support/builders.ts";
import { EngineBench } from "../../test/support/engine-bench.ts";
import { anEnvironment, instancesOf } from "../../test/support/instance-bench.ts";
import { jobQueueArn } from "../batch/arn.ts";
import type { JobStateTimeLimitAction } from "../model/batch.ts";
import type { BlockedQueue } from "../scheduler/schedule.ts";

const SMALL = aComputeEnvironment("ce", { maxvCpus: 4 });
const MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE";
const MAX_RESOURCE_TEXT = `${MAX_RESOURCE} - CE(s) associated with the job queue cannot meet the CPU requirement of the job.`;
const INVALID_TEXT = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.";
const CANCELED = `Canceled by JobStateTimeLimit action due to reason: ${MAX_RESOURCE}`;
const MINUTE_MS = 60_000;

const TOO_BIG = aJob("big").needing({ vcpuMillis: 5_000 });

function limit(maxTimeSeconds: number, reason = MAX_RESOURCE): JobStateTimeLimitAction {
  return { reason, state: "RUNNABLE", maxTimeSeconds, action: "CANCEL" };
}

function queueWith(...jobStateTimeLimitActions: readonly JobStateTimeLimitAction[]) {
  return aJobQueue("q", ["ce"], { jobStateTimeLimitActions });
}

/** A bench on which the job that is too big stands at the head of the queue from now on. */
async function blockedBench(...limits: readonly JobStateTimeLimitAction[]): Promise<EngineBench> {
  const bench = await EngineBench.open([SMALL, queueWith(...limits)]);
  await bench.submit(TOO_BIG, aJob("behind"));
  return bench;
}

async function passes(bench: EngineBench, ms: number): Promise<void> {
  bench.nowMs += ms;
  await bench.settle();
}

/** The time passes in steps, as it does while jobs come and go. */
async function passesBusily(bench: EngineBench, ms: number): Promise<void> {
  for (let step = 0; step < 60; step += 1) await passes(bench, ms / 60);
}

async function blockedEvents(bench: EngineBench): Promise<readonly (readonly unknown[])[]> {
  const events = await bench.store.readEvents(0, 1_000);
  return events
    .filter(({ event }) => event.kind === "job-queue-blocked")
    .map(({ event: { jobId, status, statusReason, atMs } }) => [jobId, status, statusReason, atMs]);
}

describe("a queue whose head no environment will ever take", () => {
  test("16.44 is told of once, after ten minutes", async () => {
    const bench = await blockedBench();
    await passes(bench, 10 * MINUTE_MS - 1);
    expect(await blockedEvents(bench)).toEqual([]);
    await passes(bench, 1);
    const told = [["big", "RUNNABLE", MAX_RESOURCE_TEXT, bench.nowMs]];
    expect(await blockedEvents(bench)).toEqual(told);
    await passesBusily(bench, 24 * 60 * MINUTE_MS);
    expect(await blockedEvents(bench)).toEqual(told);
    expect(await bench.lives("big", "behind")).toEqual(["RUNNABLE after 0: -", "RUNNABLE after 0: -"]);
  });

  test("asks to be looked at when something is due, and then no more", async () => {
    const bench = await blockedBench(limit(1_200));
    const dues: (number | undefined)[] = [];
    for (let dueMs = await bench.tick(); dueMs !== undefined; dueMs = await bench.tick()) {
      dues.push(dueMs);
      bench.nowMs += dueMs;
    }
    // Written down, told, cancelled; then the job behind it starts.
    expect(dues).toEqual([10_000, 590_000, 600_000, 0]);
    expect(bench.underWay).toEqual(["behind"]);
  });

  test("is one for a gang of more nodes than there may be instances, however many are there already", async () => {
    const environment = anEnvironment("ce", { minvCpus: 2, maxvCpus: 5, allocationStrategy: "BEST_FIT" });
    const bench = await EngineBench.open([environment, queueWith(limit(600))]);
    await bench.settle();
    await bench.submit(aJob("gang").nodes(3));
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
    await passes(bench, 10 * MINUTE_MS);
    expect(await bench.life("gang")).toBe(`FAILED after 0: ${CANCELED}`);
  });

  test("goes on from where it was after a restart, and tells nothing twice", async () => {
    const bench = await blockedBench();
    await passesBusily(bench, 9 * MINUTE_MS);
    bench.nowMs += 30_000;
    await bench.restart();
    await passes(bench, 29_999);
    expect(await blockedEvents(bench)).toEqual([]);
    await passes(bench, 1);
    expect(await blockedEvents(bench)).toHaveLength(1);
    await bench.restart();
    await passesBusily(bench, 60 * MINUTE_MS);
    expect(await blockedEvents(bench)).toHaveLength(1);
  });

  test("is told of no earlier because the clock was set", async () => {
    const bench = await blockedBench(limit(1_200));
    bench.setClock(24 * 60 * MINUTE_MS);
    await bench.settle();
    expect(await blockedEvents(bench)).toEqual([]);
    bench.setClock(-48 * 60 * MINUTE_MS);
    await passes(bench, 10 * MINUTE_MS);
    expect(await blockedEvents(bench)).toHaveLength(1);
    expect(await bench.life("big")).toBe("RUNNABLE after 0: -");
  });

  test("is told of once where the disk was full when it was judged", async () => {
    const bench = await blockedBench();
    await passes(bench, MINUTE_MS);
    bench.nowMs += 9 * MINUTE_MS;
    bench.isDiskFull = true;
    await expect(bench.tick()).rejects.toThrow("no space left");
    bench.isDiskFull = false;
    await bench.settle();
    await bench.settle();
    expect(await blockedEvents(bench)).toHaveLength(1);
  });

  test("is told of once for each reason, each from its own beginning", async () => {
    const bench = await blockedBench();
    await passes(bench, 10 * MINUTE_MS);
    await bench.apply(aComputeEnvironment("ce", { maxvCpus: 4, state: "DISABLED" }));
    await bench.settle();
    await passes(bench, 10 * MINUTE_MS - 1);
    expect(await blockedEvents(bench)).toHaveLength(1);
    await passes(bench, 1);
    expect((await blockedEvents(bench)).map(([, , text]) => text)).toEqual([MAX_RESOURCE_TEXT, INVALID_TEXT]);
    await bench.apply(SMALL);
    await passesBusily(bench, 60 * MINUTE_MS);
    expect(await blockedEvents(bench)).toHaveLength(2);
  });
});

describe("a head", () => {
  test("that waits for its turn in a full environment blocks nobody", async () => {
    const bench = await EngineBench.open([SMALL, queueWith()]);
    await bench.submit(aJob("long").needing({ vcpuMillis: 4_000 }), aJob("next"));
    await passesBusily(bench, 24 * 60 * MINUTE_MS);
    expect(await blockedEvents(bench)).toEqual([]);
  });

  test("is counted anew when it was not blocked in between", async () => {
    const bench = await EngineBench.open([SMALL, queueWith(), aJobQueue("other", ["ce"])]);
    await bench.submit(aJob("long").inQueue("other"), TOO_BIG);
    await passes(bench, 9 * MINUTE_MS);
    await bench.apply(aComputeEnvironment("ce", { maxvCpus: 5 }));
    await bench.settle();
    await bench.apply(SMALL);
    await bench.settle();
    await passes(bench, 10 * MINUTE_MS - 1);
    expect(await blockedEvents(bench)).toEqual([]);
    await passes(bench, 1);
    expect(await blockedEvents(bench)).toHaveLength(1);
  });

  test("is counted from when it came there, not from when the one before did", async () => {
    const bench = await blockedBench();
    await bench.submit(aJob("big-too").needing({ vcpuMillis: 5_000 }));
    await passes(bench, 9 * MINUTE_MS);
    await bench.cancel("big");
    await passes(bench, 10 * MINUTE_MS - 1);
    expect(await blockedEvents(bench)).toEqual([]);
    await passes(bench, 1);
    expect((await blockedEvents(bench)).map(([jobId]) => jobId)).toEqual(["big-too"]);
  });

  const waiting = {
    jobQueueArn: jobQueueArn(SCOPE, "q"),
    jobId: "big",
    because: "environments-full",
  } as const;

  test.each<[name: string, blocked: readonly BlockedQueue[], eventCount: number]>([
    ["did not come to stands on", [], 1],
    ["found waiting for its turn is counted anew", [waiting], 0],
  ])("of a queue that a cycle which was cut short %s", async (_name, blocked, eventCount) => {
    const bench = await blockedBench();
    await passes(bench, 9 * MINUTE_MS);
    const { blockedQueues, sequencer } = bench.engine;
    const facts = { now: bench, outage: undefined };
    await sequencer.transact((state, apply) =>
      blockedQueues.look({ blocked, isCutShort: true }, { ...facts, state, apply }),
    );
    await passes(bench, MINUTE_MS);
    expect(await blockedEvents(bench)).toHaveLength(eventCount);
  });
});

describe("jobStateTimeLimitActions", () => {
  test("16.44 a job that blocks its queue for so long is cancelled, never retried, and the next goes on", async () => {
    const bench = await EngineBench.open([SMALL, queueWith(limit(900))]);
    const retried = TOO_BIG.retrying({ attempts: 3, evaluateOnExit: [] });
    await bench.submit(retried, aJob("behind"), aJob("dependent").dependingOn({ jobId: "big" }));
    await passes(bench, 900_000 - 1);
    expect(await bench.life("big")).toBe("RUNNABLE after 0: -");
    await passes(bench, 1);
    expect(await bench.lives("big", "dependent")).toEqual([
      `FAILED after 0: ${CANCELED}`,
      "FAILED after 0: Dependent Job failed",
    ]);
    expect((await bench.job("big")).progress).toMatchObject({ isCancelled: true, stoppedAtMs: bench.nowMs });
    expect(bench.underWay).toEqual(["behind"]);
    expect(bench.engine.sequencer.state.jobQueues.get(jobQueueArn(SCOPE, "q"))).not.toHaveProperty(
      "blockedHead",
    );
  });

  test("the queue is told of as blocked before, even if it would not be judged yet", async () => {
    const bench = await EngineBench.open([SMALL, queueWith(limit(600))], { blockedAfterSeconds: 3_600 });
    await bench.submit(TOO_BIG);
    await passes(bench, 600_000);
    const events = await bench.store.readEvents(0, 100);
    expect(events.map(({ event }) => [event.kind, event.status, event.statusReason])).toEqual([
      ["job-changed", "RUNNABLE", undefined],
      ["job-queue-blocked", "RUNNABLE", MAX_RESOURCE_TEXT],
      ["job-changed", "FAILED", CANCELED],
    ]);
  });

  test("of another reason do nothing", async () => {
    const bench = await blockedBench(limit(600, "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"));
    await passesBusily(bench, 60 * MINUTE_MS);
    expect(await bench.life("big")).toBe("RUNNABLE after 0: -");
  });

  test("that come while a job stands at the head count from when it came there", async () => {
    const bench = await blockedBench();
    await passes(bench, 30 * MINUTE_MS);
    await bench.apply(queueWith(limit(1_800)));
    await bench.settle();
    expect(await bench.life("big")).toBe(`FAILED after 0: ${CANCELED}`);
  });

  test("cancel of an array the children that have not been placed, and no others", async () => {
    const bench = await EngineBench.open([SMALL, queueWith(limit(600))]);
    await bench.submit(aJob("array").array(6).needing({ vcpuMillis: 2_000 }));
    await bench.comesUp("array:0", "array:1");
    await bench.apply(aComputeEnvironment("ce", { maxvCpus: 1 }));
    await bench.settle();
    await passes(bench, 600_000);
    expect(await blockedEvents(bench)).toEqual([["array:2", "RUNNABLE", MAX_RESOURCE_TEXT, bench.nowMs]]);
    expect(await bench.summary("array")).toEqual({ RUNNING: 2, FAILED: 4 });
    expect(await bench.life("array:5")).toBe(`FAILED after 0: ${CANCELED}`);
    await bench.ends("array:0");
    await bench.ends("array:1");
    expect(await bench.lives("array:0", "array")).toEqual([
      "SUCCEEDED after 1: Essential container in task exited",
      `FAILED after 0: ${CANCELED}`,
    ]);
  });
});
