import { describe, expect, test } from "vitest";
import {
  aComputeEnvironment,
  aJob,
  aJobQueue,
  aState,
  HOST,
  JobBuilder,
  SCOPE,
} from "../../../test/support/builders.ts";
import type { Buildable } from "../../../test/support/builders.ts";
import { runCycle } from "../../../test/support/cycle.ts";
import { ask, CYCLE_MS, inShare, Q, sharedQueue, tellOf } from "../../../test/support/explained.ts";
import type { JobDependency } from "../../batch/job.ts";
import type { LiveState } from "../../store/live-state.ts";

const CE = aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 4 });
const P = aJobQueue("p", ["ce"], { priority: 9 });

function large(jobId: string, at: number): JobBuilder {
  return aJob(jobId).at(at).needing({ vcpuMillis: 4000 });
}

function pending(job: JobBuilder, ...dependsOn: readonly JobDependency[]): Buildable {
  return new JobBuilder({ ...job.job, dependsOn }, { ...job.progress, status: "PENDING" });
}

/** `h` has run since the cycle, for 15 minutes at most, and has all that there is of `ce`. */
function whileRunning(h: JobBuilder, ...things: readonly Buildable[]): LiveState {
  const state = aState(CE, Q, P, h.limitedTo(900));
  runCycle(state, { nowMs: CYCLE_MS });
  for (const { activeAttempt } of state.jobs.active.values()) {
    if (activeAttempt === undefined) continue;
    state.apply({ kind: "attempt-put", attempt: { ...activeAttempt, startedAtMs: CYCLE_MS } });
  }
  for (const thing of things) for (const change of thing.changes()) state.apply(change);
  return state;
}

/** The first child of the array. */
function putChild(state: LiveState, parentJobId: string): void {
  const progress = { ...aJob(parentJobId).progress, queuePosition: 1 };
  state.apply({ kind: "child-put", scope: SCOPE, parentJobId, index: 0, progress, atMs: 1 });
}

const END_OF_CHILD = "The end of job array:0 (for 5 min).";
const END_OF_H = "The end of job h (for 5 min, time limit in 10 min).";
const RAISE = "Raise maxvCpus of ce to 8 or more.";

describe("a job that is next", () => {
  test("is told the end of what is in its way, and by when that is at the latest", () => {
    const state = whileRunning(large("h", 1), large("k", 3));
    expect(tellOf(state, "k").remedies).toEqual([END_OF_H, RAISE]);
    expect(ask(state, "k").expectedStart).toEqual({ byMs: CYCLE_MS + 900_000, basis: "time-limits" });
  });

  test.each<[string, JobBuilder, Buildable]>([
    ["a job before it", large("h", 1), pending(large("dep", 2), { jobId: "h" })],
    [
      "a job of a queue that goes before its own",
      large("h", 1),
      pending(large("dep", 9).inQueue("p"), { jobId: "h" }),
    ],
    ["an array before it", large("h", 1), pending(large("dep", 2).array(3), { jobId: "h" })],
  ])("is told neither where that is what another waits for: %s", (_name, h, dependent) => {
    const state = whileRunning(h, dependent, large("k", 3));
    const told = ask(state, "k");
    expect(told).toMatchObject({ because: "environments-full", line: { comingBefore: { jobId: "dep" } } });
    expect(told.expectedStart).toBeUndefined();
    expect(tellOf(state, "k")).toMatchObject({
      sentence: expect.stringMatching(/ Job dep, which waits for others to end, may go before it then\.$/),
      remedies: [RAISE],
    });
  });

  test("is promised no instant, but told the end, where another before it waits for something else besides", () => {
    const other = large("other", 8);
    const dependent = pending(large("dep", 2), { jobId: "h" }, { jobId: "other" });
    const state = whileRunning(large("h", 1), other, dependent, large("k", 3));
    expect(ask(state, "k").expectedStart).toBeUndefined();
    expect(tellOf(state, "k").remedies).toEqual([END_OF_H, RAISE]);
  });

  test.each<[string, Buildable]>([
    ["a job behind it", pending(large("dep", 4), { jobId: "h" })],
    [
      "one that waits for the job itself, of a queue that goes before",
      pending(large("dep", 9).inQueue("p"), { jobId: "k" }),
    ],
    [
      "one of a queue that goes before, with environments of its own",
      pending(large("dep", 9).inQueue("elsewhere"), { jobId: "other" }),
    ],
    ["one of a queue that goes after", pending(large("dep", 2).inQueue("r"), { jobId: "h" })],
  ])("is told both whatever waits for others: %s", (_name, dependent) => {
    const elsewhere = aComputeEnvironment("elsewhere", { instanceTypes: ["c5.xlarge"] });
    const queues = [aJobQueue("elsewhere", ["elsewhere"], { priority: 9 }), aJobQueue("r", ["ce"])];
    const other = large("other", 8).inQueue("elsewhere");
    const state = whileRunning(large("h", 1), elsewhere, ...queues, other, large("k", 3), dependent);
    expect(tellOf(state, "k").remedies).toEqual([END_OF_H, RAISE]);
    expect(ask(state, "k").expectedStart).toEqual({ byMs: CYCLE_MS + 900_000, basis: "time-limits" });
  });

  test("is promised no instant where what is in its way is tried again if it fails", () => {
    const h = large("h", 1).retrying({ attempts: 3, evaluateOnExit: [] });
    const state = whileRunning(h, large("k", 3));
    expect(ask(state, "k").expectedStart).toBeUndefined();
    expect(tellOf(state, "k").remedies).toEqual([
      "The end of job h (for 5 min, time limit in 10 min, tried again up to 2 times if it fails).",
      RAISE,
    ]);
  });

  test("is not told the end of a child that the next one waits for", () => {
    const state = aState(CE, Q, large("array", 1).array(2).dependingOn({ type: "SEQUENTIAL" }));
    const patch = { status: "PENDING", unspawned: { status: "PENDING" } } as const;
    state.apply({ kind: "job-changed", scope: SCOPE, jobId: "array", patch, atMs: 1 });
    putChild(state, "array");
    runCycle(state, { nowMs: CYCLE_MS });
    for (const change of large("k", 3).changes()) state.apply(change);
    expect(tellOf(state, "k")).toMatchObject({
      sentence: expect.stringMatching(/ Job array, which waits for others to end, may go before it then\.$/),
      remedies: [RAISE],
    });
  });

  const eachOfK = pending(large("dep", 9).inQueue("p").array(2), { jobId: "k", type: "N_TO_N" });

  test("is promised its instant where children of another array wait for its own", () => {
    const { line, expectedStart } = ask(whileRunning(large("h", 1), large("k", 3).array(2), eachOfK), "k");
    expect(line?.comingBefore).toBeUndefined();
    expect(expectedStart).toEqual({ byMs: CYCLE_MS + 900_000, basis: "time-limits" });
  });

  test("is told of children of another array that wait for one of its own that is under way", () => {
    const state = aState(CE, Q, P, large("k", 1).array(2));
    putChild(state, "k");
    runCycle(state, { nowMs: CYCLE_MS });
    for (const change of eachOfK.changes()) state.apply(change);
    expect(ask(state, "k:1").line?.comingBefore).toEqual({ jobId: "dep", jobQueue: "p" });
  });

  test.each<[string, "EC2" | "SPOT", unknown]>([
    ["on demand is not kept from the room that is kept for such jobs", "EC2", undefined],
    ["on Spot capacity is", "SPOT", { jobId: "dep", jobQueue: "elsewhere" }],
  ])("a job %s", (_name, type, comingBefore) => {
    const state = aState(
      aComputeEnvironment("ce", { type, instanceTypes: ["c5.xlarge"], maxvCpus: 4 }),
      Q,
      aComputeEnvironment("elsewhere", { instanceTypes: ["c5.xlarge"] }),
      aJobQueue("elsewhere", ["elsewhere"], { priority: 9 }),
      large("h", 1),
    );
    runCycle(state, { nowMs: CYCLE_MS });
    const dependent = pending(large("dep", 9).inQueue("elsewhere"), { jobId: "other" });
    for (const thing of [large("other", 8).inQueue("q"), dependent, large("k", 3)])
      for (const change of thing.changes()) state.apply(change);
    const { because, line } = ask(state, "k", {
      host: { ...HOST, vcpuMillis: 10_000 },
      keptForOnDemand: { vcpuMillis: 4000, memoryMiB: 0, gpuCount: 0 },
    });
    expect(["environments-full", "host-full"]).toContain(because);
    expect(line?.comingBefore).toEqual(comingBefore);
  });

  test.each([
    [1000, [END_OF_CHILD, RAISE]],
    [1001, [RAISE]],
  ])(
    "is told the end of a child that the children of %i arrays behind it wait for: %j",
    (count, remedies) => {
      const state = aState(CE, Q, large("array", 1).array(2));
      putChild(state, "array");
      runCycle(state, { nowMs: CYCLE_MS });
      const paired = Array.from({ length: count }, (_, at) =>
        pending(large(`dep-${at}`, at + 10).array(2), { jobId: "array", type: "N_TO_N" }),
      );
      const patch = { status: "PENDING", unspawned: { status: "FAILED" } } as const;
      state.apply({ kind: "job-changed", scope: SCOPE, jobId: "array", patch, atMs: CYCLE_MS });
      for (const thing of [...paired, large("k", 3)])
        for (const change of thing.changes()) state.apply(change);
      expect(tellOf(state, "k").remedies).toEqual(remedies);
    },
  );

  test("is promised no instant where jobs of another share wait for others", () => {
    const state = aState(CE, ...sharedQueue(), inShare("h", "a", 1));
    runCycle(state, { nowMs: CYCLE_MS });
    const { job } = aJob("dep").at(9);
    const dependent = pending(new JobBuilder({ ...job, shareIdentifier: "b" }, aJob("dep").progress), {
      jobId: "h",
    });
    const k = new JobBuilder({ ...large("k", 3).job, shareIdentifier: "a" }, large("k", 3).progress);
    for (const thing of [dependent, k]) for (const change of thing.changes()) state.apply(change);
    expect(ask(state, "k").line?.comingBefore).toEqual({ jobId: "dep", jobQueue: "q" });
    // Share b has had nothing: it goes first.
    expect(tellOf(state, "k").remedies).toEqual([RAISE]);
  });

  test("is promised nothing where more wait for others than are looked at", () => {
    const behind = Array.from({ length: 1001 }, (_, at) =>
      pending(large(`dep-${at}`, at + 10), { jobId: "h" }),
    );
    const state = whileRunning(large("h", 1), large("k", 3), ...behind);
    expect(ask(state, "k").line).toEqual({ aheadCount: 0, isExact: true, comingBefore: {} });
    expect(tellOf(state, "k")).toMatchObject({
      sentence: expect.stringMatching(/ Jobs that wait for others to end may go before it then\.$/),
      remedies: [RAISE],
    });
    expect(ask(state, "k").expectedStart).toBeUndefined();
  });
});
