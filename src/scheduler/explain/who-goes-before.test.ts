import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState, SCOPE } from "../../../test/support/builders.ts";
import type { Buildable, JobBuilder } from "../../../test/support/builders.ts";
import { runCycle } from "../../../test/support/cycle.ts";
import {
  ask,
  CYCLE_MS,
  inShare,
  NOW_MS,
  Q,
  sharedQueue,
  tell,
  tellOf,
} from "../../../test/support/explained.ts";
import { aSchedulingPolicy } from "../../../test/support/store-examples.ts";
import type { LiveState } from "../../store/live-state.ts";

const CE = aComputeEnvironment("ce", {
  instanceTypes: ["c5.xlarge"],
  maxvCpus: 4,
  allocationStrategy: "BEST_FIT_PROGRESSIVE",
});

function large(jobId: string, at: number): JobBuilder {
  return aJob(jobId).at(at).needing({ vcpuMillis: 3000 }).limitedTo(900);
}

/** The policy of `sharedQueue`, with other weights. */
function weighing(weights: Readonly<Record<string, number>>): Buildable {
  const shareDistribution = Object.entries(weights).map(([shareIdentifier, weightFactor]) => ({
    shareIdentifier,
    weightFactor,
  }));
  const resource = {
    ...aSchedulingPolicy("policy", SCOPE),
    body: { fairsharePolicy: { shareDistribution } },
  };
  return { changes: () => [{ kind: "plain-resource-put", resource }] };
}

/** After a cycle, and the attempts placed in it have come up. */
function afterCycle(...things: readonly Buildable[]): LiveState {
  const state = aState(...things);
  runCycle(state, { nowMs: CYCLE_MS });
  for (const { activeAttempt } of state.jobs.active.values()) {
    if (activeAttempt === undefined) continue;
    state.apply({ kind: "attempt-put", attempt: { ...activeAttempt, startedAtMs: CYCLE_MS } });
  }
  return state;
}

describe("a job at the head of its queue or share", () => {
  test("is told who goes before it from a queue of higher priority, and nothing is promised to it", () => {
    const things = [
      CE,
      Q,
      aJobQueue("p", ["ce"], { priority: 9 }),
      large("running", 1),
      large("job", 2),
      large("first", 3).inQueue("p"),
    ];
    const state = aState(...things.slice(0, 4));
    runCycle(state, { nowMs: CYCLE_MS });
    for (const thing of things.slice(4)) for (const change of thing.changes()) state.apply(change);
    const told = ask(state, "job");
    expect(told).toMatchObject({
      because: "environments-full",
      line: { before: { jobId: "first", jobQueue: "p", because: "environments-full" } },
      remedies: [],
    });
    expect(told.expectedStart).toBeUndefined();
    expect(ask(state, "first").remedies).toMatchObject([
      { kind: "jobs-end", jobs: [{ jobId: "running" }] },
      { kind: "raise-max-vcpus" },
    ]);
  });

  test.each<[string, Buildable, Buildable]>([
    ["of lower priority", aJobQueue("p", ["ce"], { priority: 0 }), large("other", 3).inQueue("p")],
    ["of the same priority and a later name", aJobQueue("r", ["ce"]), large("other", 3).inQueue("r")],
    [
      "with other environments",
      aJobQueue("p", ["elsewhere"], { priority: 9 }),
      large("other", 3).inQueue("p").needing({ vcpuMillis: 1000 }),
    ],
    [
      "whose head can never start",
      aJobQueue("p", ["ce"], { priority: 9 }),
      large("other", 3).inQueue("p").needing({ vcpuMillis: 8000 }),
    ],
  ])("is promised its turn where there is a queue %s", (_name, queue, other) => {
    const elsewhere = aComputeEnvironment("elsewhere", { type: "FARGATE", maxvCpus: 1 });
    const taken = aJob("taken").at(0).inQueue("p");
    const state = afterCycle(CE, elsewhere, Q, queue, taken, large("running", 1), large("job", 2), other);
    const told = ask(state, "job");
    expect(told.line).toEqual({ aheadCount: 0, isExact: true });
    expect(told.remedies).toMatchObject([
      { kind: "jobs-end", jobs: [{ jobId: "running" }] },
      { kind: "raise-max-vcpus" },
    ]);
    expect(told.expectedStart).toEqual({ byMs: CYCLE_MS + 900_000, basis: "time-limits" });
  });

  test("is told which share goes first, and that it had less", () => {
    const things = [
      aComputeEnvironment("ce", { type: "FARGATE", maxvCpus: 1 }),
      ...sharedQueue(),
      inShare("running", "a", 1),
      inShare("job", "a", 2),
      inShare("other", "b", 3),
    ];
    expect(tell(things, "job")).toEqual({
      because: "environments-full",
      isImpossible: false,
      sentence:
        "It is at the head of its share a and needs 1 vCPU and 100 MiB. Before it goes job other of the share b, which waits " +
        "for room in the compute environments. The share b goes before its own, which had more: 1.293 vCPU x 1. 1 of 1 vCPU of ce are in " +
        "use (maxvCpus).",
      remedies: [],
    });
  });

  test("is told that shares had as much where the older head decides", () => {
    const things = [
      aComputeEnvironment("ce", { state: "DISABLED" }),
      ...sharedQueue(),
      inShare("other", "b", 1),
      inShare("job", "a", 2),
    ];
    expect(tell(things, "job").sentence).toContain(
      "The share b goes before its own, which had more, or as much and came later: 0 vCPU x 1.",
    );
  });

  // 1,000 x 0.3 is 3,000 x 0.1, but 1 x 0.3 is less than 3 x 0.1 as numbers are rounded.
  test.each([
    ["a", "b"],
    ["b", "a"],
  ])("of the share %s goes before a younger one of %s that had as much", (elder, younger) => {
    const state = aState(
      aComputeEnvironment("ce", { type: "FARGATE", maxvCpus: 4 }),
      ...sharedQueue(),
      weighing({ a: 0.3, b: 0.1 }),
      inShare("one", "a", 1),
      inShare("three-1", "b", 2),
      inShare("three-2", "b", 3),
      inShare("three-3", "b", 4),
      inShare("elder", elder, 5),
      inShare("younger", younger, 6),
    );
    runCycle(state, { nowMs: NOW_MS });
    expect(state.jobs.active.size).toBe(4);
    const elderLine = ask(state, "elder").line;
    expect(elderLine).toMatchObject({ share: { sharesBeforeCount: 0 } });
    expect(elderLine?.before).toBeUndefined();
    expect(ask(state, "younger").line).toMatchObject({
      before: { jobId: "elder", shareIdentifier: elder },
      share: { sharesBeforeCount: 1 },
    });
    expect(tellOf(state, "younger").sentence).toContain("or as much and came later");
  });

  test("is not promised the end of a job whose share goes first then", () => {
    const things = [
      aComputeEnvironment("ce", { type: "FARGATE", maxvCpus: 1 }),
      ...sharedQueue(),
      inShare("running", "a", 1),
      inShare("other", "a", 2),
      inShare("job", "b", 3),
    ];
    const kindsAfter = (cycleMs: number): readonly string[] => {
      const state = aState(...things);
      runCycle(state, { nowMs: cycleMs });
      return ask(state, "job").remedies.map(({ kind }) => kind);
    };
    expect(kindsAfter(NOW_MS)).toEqual(["raise-max-vcpus"]);
    // What the share had until now counts against it also when the job has ended.
    expect(kindsAfter(CYCLE_MS)).toEqual(["jobs-end", "raise-max-vcpus"]);
  });

  test("waits for the next cycle where that places another before it", () => {
    const state = aState(
      CE,
      Q,
      aJobQueue("p", ["ce"], { priority: 9 }),
      large("job", 1),
      large("first", 2).inQueue("p"),
    );
    expect(ask(state, "job")).toMatchObject({
      because: "behind-others",
      line: { before: { jobId: "first", jobQueue: "p" } },
    });
    expect(ask(state, "first").because).toBe("placeable");
  });
});

test.each([
  [8000, []],
  [30_000, ["raise-max-vcpus"]],
])(
  "no maxvCpus is named by which one before it, of %i thousandths of a vCPU, can start",
  (vcpuMillis, kinds) => {
    const state = afterCycle(
      CE,
      Q,
      aJobQueue("p", ["ce"], { priority: 9 }),
      large("running", 1).inQueue("p"),
      aJob("never").at(2).inQueue("p").needing({ vcpuMillis }),
      aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge", "c5.2xlarge"], maxvCpus: 4 }),
      large("job", 3),
    );
    const told = ask(state, "job");
    expect(told.line?.before).toBeUndefined();
    expect(told.remedies.map(({ kind }) => kind)).toEqual(["jobs-end", ...kinds]);
  },
);

test("behind a job that can never start there is one thing that helps", () => {
  const things = [CE, Q, aJob("never").at(1).needing({ vcpuMillis: 9000 }), aJob("job").at(2)];
  expect(tell(things, "job")).toMatchObject({
    because: "behind-others",
    remedies: ["Cancel job never, or give it what it lacks: it can never start as things are."],
  });
});
