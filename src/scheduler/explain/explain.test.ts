import { describe, expect, test, vi } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState, SCOPE } from "../../../test/support/builders.ts";
import type { Buildable } from "../../../test/support/builders.ts";
import { runCycle } from "../../../test/support/cycle.ts";
import { ask, CYCLE_MS, inShare, NOW_MS, Q, sharedQueue, tell } from "../../../test/support/explained.ts";
import type { AskOptions } from "../../../test/support/explained.ts";
import { aConsumableResource } from "../../../test/support/store-examples.ts";
import { consumableResourceArn } from "../../batch/arn.ts";
import { SortedList } from "../../lib/sorted-list.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { explainSentence } from "./sentences/explain-sentence.ts";
import { findAskedJob } from "./find-asked-job.ts";
import { CHILDREN_COUNTED_MAX } from "./place-in-line.ts";

const LICENCE = consumableResourceArn(SCOPE, "licence");

function licences(totalQuantity: number): Buildable {
  const resource = aConsumableResource("licence", { scope: SCOPE, totalQuantity });
  return { changes: () => [{ kind: "plain-resource-put", resource }] };
}

function makeChildrenRunnable(state: LiveState, jobId: string): void {
  const patch = { status: "PENDING", unspawned: { status: "RUNNABLE" } } as const;
  state.apply({ kind: "job-changed", scope: SCOPE, jobId, patch, atMs: 1 });
}

/** How many of those before the job are looked at one by one, and what is told. */
function standing(state: LiveState, jobId: string) {
  const runnable = state.jobs.find(SCOPE, jobId)?.share.runnable as SortedList<LiveJob>;
  const before = (item: LiveJob) => SortedList.prototype.before.call(runnable, item) as Generator<LiveJob>;
  let lookedAtCount = 0;
  vi.spyOn(runnable, "before").mockImplementation(function* (item) {
    for (const found of before(item)) {
      lookedAtCount += 1;
      yield found;
    }
    return undefined;
  });
  const { line } = ask(state, jobId);
  return { lookedAtCount, line };
}

describe("explain", () => {
  test.each<[string, readonly Buildable[], AskOptions]>([
    ["an environment that is off", [aComputeEnvironment("ce", { state: "DISABLED" }), Q, aJob("job")], {}],
    ["one that is INVALID", [aComputeEnvironment("ce", { status: "INVALID" }), Q, aJob("job")], {}],
    [
      "pods",
      [
        aComputeEnvironment("ce", { eksConfiguration: { eksClusterArn: "c", kubernetesNamespace: "n" } }),
        Q,
        aJob("job"),
      ],
      {},
    ],
    [
      "maxvCpus",
      [aComputeEnvironment("ce", { maxvCpus: 2 }), Q, aJob("job").needing({ vcpuMillis: 4000 })],
      {},
    ],
    [
      "types that are too small",
      [
        aComputeEnvironment("ce", { instanceTypes: ["c5.large", "r5.xlarge"] }),
        Q,
        aJob("job").needing({ vcpuMillis: 4000, memoryMiB: 32_000 }),
      ],
      {},
    ],
    ["the host's size", [aComputeEnvironment("ce"), Q, aJob("job").needing({ memoryMiB: 70_000 })], {}],
    [
      "a full Fargate environment",
      [
        aComputeEnvironment("ce", { type: "FARGATE", maxvCpus: 2 }),
        Q,
        aJob("running").at(0).needing({ vcpuMillis: 1500 }).limitedTo(900),
        aJob("job").at(1),
      ],
      {},
    ],
    [
      "instances that are full",
      [
        aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 4 }),
        Q,
        ...[1, 2, 3, 4].map((at) => aJob(`running-${at}`).at(at)),
        aJob("job").at(5).needing({ vcpuMillis: 2000 }),
      ],
      {},
    ],
    [
      "the host's room",
      [
        aComputeEnvironment("other", { instanceTypes: ["r5.2xlarge"] }),
        aComputeEnvironment("ce", { instanceTypes: ["r5.2xlarge"] }),
        Q,
        aJobQueue("p", ["other"], { priority: 9 }),
        aJob("running").inQueue("p").needing({ memoryMiB: 40_000 }),
        aJob("job").needing({ memoryMiB: 30_000 }),
      ],
      {},
    ],
    [
      "an instance that boots",
      [aComputeEnvironment("ce", { instanceTypes: ["c5.large"] }), Q, aJob("job")],
      { bootMs: 330_000 },
    ],
    [
      "a licence that is held",
      [
        aComputeEnvironment("ce"),
        Q,
        licences(3),
        aJob("running")
          .at(0)
          .consuming([{ consumableResource: LICENCE, quantity: 2 }]),
        aJob("job")
          .at(1)
          .consuming([{ consumableResource: LICENCE, quantity: 2 }]),
      ],
      {},
    ],
    [
      "more licences than there are",
      [
        aComputeEnvironment("ce"),
        Q,
        licences(3),
        aJob("job").consuming([{ consumableResource: LICENCE, quantity: 4 }]),
      ],
      {},
    ],
    [
      "a provider that is away",
      [aComputeEnvironment("ce"), Q, aJob("job")],
      { outage: "the engine does not answer" },
    ],
    [
      "what is reserved",
      [
        aComputeEnvironment("ce", { maxvCpus: 4 }),
        ...sharedQueue(50),
        ...[1, 2].map((at) => inShare(`running-${at}`, "a", at)),
        inShare("job", "a", 3),
      ],
      {},
    ],
    [
      "a gang without instances of its own",
      [
        aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 4 }),
        Q,
        aJob("running").at(0),
        aJob("job").at(1).nodes(2),
      ],
      {},
    ],
    [
      "a gang of more nodes than there can be instances",
      [aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 4 }), Q, aJob("job").nodes(3)],
      {},
    ],
    [
      "others before it",
      [
        aComputeEnvironment("ce", { maxvCpus: 1 }),
        Q,
        ...[1, 2, 3].map((at) => aJob(`before-${at}`).at(at)),
        aJob("job").at(4),
      ],
      {},
    ],
    [
      "others before it, and can never start itself",
      [
        aComputeEnvironment("ce", { maxvCpus: 2 }),
        Q,
        ...[1, 2, 3].map((at) => aJob(`before-${at}`).at(at)),
        aJob("job").at(4).needing({ vcpuMillis: 3000 }),
      ],
      {},
    ],
  ])("says what a job waits for: %s", (_name, things, options) => {
    expect(tell(things, "job", options)).toMatchSnapshot();
  });

  test("names the one whose end makes room, and by when its time limit ends it", () => {
    const state = aState(
      aComputeEnvironment("ce", { type: "FARGATE", maxvCpus: 3 }),
      Q,
      aJob("small").at(1).limitedTo(60),
      aJob("large").at(2).needing({ vcpuMillis: 2000 }).limitedTo(900),
      aJob("job").at(3).needing({ vcpuMillis: 2000 }),
    );
    runCycle(state, { nowMs: CYCLE_MS });
    for (const { activeAttempt } of state.jobs.active.values()) {
      if (activeAttempt === undefined) continue;
      state.apply({ kind: "attempt-put", attempt: { ...activeAttempt, startedAtMs: CYCLE_MS } });
    }
    const explanation = ask(state, "job");
    const large = { jobId: "large", sinceMs: CYCLE_MS, limitAtMs: CYCLE_MS + 900_000 };
    expect(explanation).toEqual({
      jobId: "job",
      status: "RUNNABLE",
      because: "environments-full",
      atHead: "environments-full",
      isImpossible: false,
      jobQueue: "q",
      needs: { vcpuMillis: 2000, memoryMiB: 100, gpuCount: 0 },
      line: { aheadCount: 0, isExact: true },
      environments: [
        {
          computeEnvironment: "ce",
          isEverPossible: true,
          verdict: {
            kind: "environments-full",
            capacity: "fargate",
            vcpuMillis: 3000,
            maxVcpuMillis: 3000,
          },
        },
      ],
      consumables: [],
      remedies: [
        { kind: "jobs-end", jobs: [large], computeEnvironment: "ce" },
        { kind: "raise-max-vcpus", computeEnvironment: "ce", toVcpus: 5 },
      ],
      expectedStart: { byMs: CYCLE_MS + 900_000, basis: "time-limits" },
    });
    expect(explainSentence(explanation, NOW_MS)).toBe(
      "It is next in the queue q and needs 2 vCPU and 100 MiB. 3 of 3 vCPU of ce are in use (maxvCpus). " +
        "By their time limits it starts in 10 min at the latest.",
    );
  });

  test("agrees with the cycle about a head", () => {
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 1 }),
      aComputeEnvironment("types", { instanceTypes: ["c5.large"] }),
      aJobQueue("q", ["ce", "types"]),
      aJob("first").at(1),
      aJob("job").at(2).needing({ vcpuMillis: 4000 }),
    );
    const { report } = runCycle(state);
    expect(report.blocked).toMatchObject([{ jobId: "job", because: ask(state, "job").because }]);
  });

  test("says that nothing is in the way, and who takes the job", () => {
    const state = aState(
      aComputeEnvironment("off", { state: "DISABLED" }),
      aComputeEnvironment("ce", { instanceTypes: ["c5.large"] }),
      aJobQueue("q", ["off", "ce"]),
      aJob("job"),
    );
    const explanation = ask(state, "job");
    expect([explanation.because, explainSentence(explanation, NOW_MS)]).toEqual([
      "placeable",
      "Nothing is in its way. ce launches an instance (c5.large) for it.",
    ]);
    runCycle(state);
    expect(ask(state, "job")).toMatchObject({ because: "not-waiting", environments: [] });
  });

  test("counts the children of an array, and those before a child", () => {
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 1 }),
      Q,
      aJob("array").at(1).array(5).dependingOn({ jobId: "gone" }),
      aJob("job").at(2),
    );
    makeChildrenRunnable(state, "array");
    runCycle(state);
    const linesOf = (jobId: string) => ask(state, jobId).line;
    expect(["array:1", "array:3", "job"].map(linesOf)).toEqual([
      { aheadCount: 0, isExact: true },
      { aheadCount: 2, isExact: true, head: { jobId: "array:1", because: "environments-full" } },
      { aheadCount: 4, isExact: true, head: { jobId: "array:1", because: "environments-full" } },
    ]);
    expect(ask(state, "array").because).toBe("environments-full");
    expect(findAskedJob(state, SCOPE, "array:5", [])).toBeUndefined();
  });

  test("names the jobs that a PENDING one waits for", () => {
    const { job, progress } = aJob("job").dependingOn({ jobId: "running" }, { jobId: "array:1" });
    const pending: Buildable = {
      changes: () => [{ kind: "job-submitted", job, progress: { ...progress, status: "PENDING" } }],
    };
    const state = aState(
      aComputeEnvironment("ce"),
      Q,
      aJob("running").at(0),
      aJob("array").at(1).array(2).submitted(),
      pending,
    );
    const explanation = ask(state, "job", { dependsOn: job.dependsOn });
    expect([explanation.because, explanation.line, explanation.waitsFor]).toEqual([
      "dependencies",
      undefined,
      [
        { jobId: "running", status: "RUNNABLE" },
        { jobId: "array:1", status: "SUBMITTED" },
      ],
    ]);
    expect(explainSentence(explanation, NOW_MS)).toBe(
      "It waits for running (RUNNABLE) and array:1 (SUBMITTED) to end.",
    );
  });

  test("tells where its share stands", () => {
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 3 }),
      ...sharedQueue(),
      ...[1, 2, 3].map((at) => inShare(`a-${at}`, "a", at)),
      ...[4, 5, 6].map((at) => inShare(`b-${at}`, "b", at)),
    );
    expect(runCycle(state).placed).toEqual(["a-1 on ce", "b-4 on ce", "b-5 on ce"]);
    const explanation = ask(state, "b-6");
    // Both have had as much by their weights: then the older head goes first.
    expect(explanation).toMatchObject({ because: "environments-full", line: { aheadCount: 0 } });
    expect(explanation.line?.share).toMatchObject({
      weight: 0.5,
      sharesBeforeCount: 1,
      sharesBefore: [{ shareIdentifier: "a", weight: 1 }],
      aheadInQueueCount: 1,
    });
    expect(ask(state, "a-3")).toMatchObject({
      because: "behind-others",
      line: {
        aheadCount: 1,
        head: { jobId: "a-2", because: "environments-full" },
        share: { shareIdentifier: "a", weight: 1, sharesBeforeCount: 0, aheadInQueueCount: 2 },
      },
    });
  });

  test("tells the place in the order of all shares of those near the front only", () => {
    const jobs = Array.from({ length: 240 }, (_, at) =>
      inShare(`job-${at}`, at % 2 === 0 ? "a" : "b", at + 1),
    );
    const state = aState(aComputeEnvironment("ce", { maxvCpus: 1 }), ...sharedQueue(), ...jobs);
    const placeOf = (jobId: string) => ask(state, jobId).line?.share?.aheadInQueueCount;
    expect(["job-0", "job-1", "job-3", "job-199", "job-239"].map(placeOf)).toEqual([
      0,
      1,
      2,
      undefined,
      undefined,
    ]);
  });

  test("counts the jobs before it, of however many, without looking at each", () => {
    const jobs = Array.from({ length: 3_000 }, (_, at) => aJob(`job-${at}`).at(at + 1));
    const state = aState(aComputeEnvironment("ce", { maxvCpus: 1 }), Q, ...jobs);
    expect(standing(state, "job-2999")).toEqual({
      lookedAtCount: 0,
      line: { aheadCount: 2_999, isExact: true, head: { jobId: "job-0" } },
    });
  });

  test.each([
    ["all", CHILDREN_COUNTED_MAX, true],
    ["not all", CHILDREN_COUNTED_MAX + 500, false],
  ])("counts children of arrays before it, of many %s", (_name, entryCount, isExact) => {
    const jobs = Array.from({ length: entryCount - 1 }, (_, at) => aJob(`job-${at}`).at(at + 2));
    const state = aState(
      aComputeEnvironment("ce", { maxvCpus: 1 }),
      Q,
      aJob("array").at(1).array(5),
      ...jobs,
      aJob("last").at(9_999),
    );
    makeChildrenRunnable(state, "array");
    const { lookedAtCount, line } = standing(state, "last");
    expect(lookedAtCount).toBeLessThanOrEqual(CHILDREN_COUNTED_MAX + 1);
    expect(line).toEqual({ aheadCount: entryCount + 4, isExact, head: { jobId: "array:0" } });
  });
});
