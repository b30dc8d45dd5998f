import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aState } from "../../../../test/support/builders.ts";
import type { Buildable } from "../../../../test/support/builders.ts";
import { runCycle } from "../../../../test/support/cycle.ts";
import { ask, CYCLE_MS, NOW_MS, tellOf } from "../../../../test/support/explained.ts";
import type { LiveState } from "../../../store/live-state.ts";

const HOST = { vcpuMillis: 8000, memoryMiB: 24_000, gpuCount: 0 };
const LEAVES_MS = NOW_MS + 15_000;
const KEPT = { vcpuMillis: 1000, memoryMiB: 15_000, gpuCount: 0 };

/** Spot capacity that `running` has leaves for `job`, which is on demand; `cheap` wants Spot capacity, too. */
function reclaiming(...others: readonly Buildable[]): LiveState {
  const instanceTypes = ["m5.2xlarge"];
  const state = aState(
    aComputeEnvironment("spot", { type: "SPOT", instanceTypes }),
    aComputeEnvironment("ce", { instanceTypes }),
    aJobQueue("cheap", ["spot"], { priority: 5 }),
    aJobQueue("q", ["ce"]),
    aJob("running").inQueue("cheap").needing({ memoryMiB: 15_000 }),
    aJob("job").needing({ memoryMiB: 15_000 }),
    ...others,
  );
  runCycle(state, { nowMs: CYCLE_MS, host: HOST });
  for (const { all } of state.instances.environments.values()) {
    for (const { instance } of all.values()) {
      if (!instance.isSpot) continue;
      const leaving = { because: "reclaimed", atMs: LEAVES_MS } as const;
      state.apply({ kind: "instance-put", instance: { ...instance, leaving } });
    }
  }
  for (const change of aJob("cheap").inQueue("cheap").needing({ memoryMiB: 5000 }).changes())
    state.apply(change);
  return state;
}

test("a job for which Spot capacity is taken back is told when that has gone, whoever wants Spot capacity before it", () => {
  const told = ask(reclaiming(), "job", { host: HOST, keptForOnDemand: KEPT });
  expect(told).toMatchObject({
    because: "host-full",
    remedies: [{ kind: "instances-leave", atMs: LEAVES_MS }],
    expectedStart: { byMs: LEAVES_MS, basis: "spot-notice" },
  });
  expect(tellOf(reclaiming(), "job", { host: HOST, keptForOnDemand: KEPT })).toMatchObject({
    sentence: expect.stringMatching(
      / Spot capacity is taken back for it: it starts in 15 s at the latest\.$/,
    ),
    remedies: [
      expect.stringMatching(/^The end of Spot capacity that is taken back for it, in 15 s: i-\w+\.$/),
    ],
  });
});

test("the instance that is launched for it once the Spot capacity has gone boots besides", () => {
  const options = { host: HOST, keptForOnDemand: KEPT, bootMs: 3000 };
  expect(ask(reclaiming(), "job", options)).toMatchObject({
    remedies: [{ kind: "instances-leave", atMs: LEAVES_MS, bootMs: 3000 }],
    expectedStart: { byMs: LEAVES_MS + 3000, basis: "spot-notice" },
  });
  expect(tellOf(reclaiming(), "job", options)).toMatchObject({
    sentence: expect.stringMatching(/ it starts in 18 s at the latest\.$/),
    remedies: [expect.stringMatching(/, in 15 s: i-\w+, and 3 s for an instance to start\.$/)],
  });
});

test("a job on Spot capacity waits for the room that is kept for jobs on demand", () => {
  expect(tellOf(reclaiming(), "cheap", { host: HOST, keptForOnDemand: KEPT })).toEqual({
    because: "host-full",
    isImpossible: false,
    sentence:
      "It is next in the queue cheap and needs 1 vCPU and 5,000 MiB. The host of spot has 9,000 of 24,000 MiB free, and " +
      "1 vCPU and 15,000 MiB are kept for jobs on demand.",
    remedies: [expect.stringMatching(/^The end of job running \(for 5 min\)\.$/)],
  });
  expect(ask(reclaiming(), "cheap", { host: HOST }).because).toBe("placeable");
});

test("nothing is promised where a job that waits for room in its environment takes the host's room before", () => {
  const state = reclaiming(
    aComputeEnvironment("full", { instanceTypes: ["c5.large"], maxvCpus: 2 }),
    aJobQueue("earlier", ["full"], { priority: 9 }),
    aJob("runs").inQueue("earlier").at(1).needing({ vcpuMillis: 2000 }),
    aJob("next").inQueue("earlier").at(2).needing({ vcpuMillis: 2000 }),
  );
  expect(ask(state, "job", { host: HOST, keptForOnDemand: KEPT })).toMatchObject({
    because: "host-full",
    line: { before: { jobId: "next", because: "environments-full" } },
    remedies: [],
  });
});

/** So many queues go before, the head of each of which waits for the host. */
function behind(count: number): LiveState {
  const heads = Array.from({ length: count }, (_, at) => [
    aJobQueue(`earlier-${at}`, ["ce"], { priority: 9 }),
    aJob(`earlier-${at}`).inQueue(`earlier-${at}`).needing({ vcpuMillis: 100, memoryMiB: 200 }),
  ]);
  const state = reclaiming(aJob("more").at(1).inQueue("cheap").needing({ memoryMiB: 8900 }));
  for (const thing of heads.flat()) for (const change of thing.changes()) state.apply(change);
  return state;
}

describe("behind others for whom Spot capacity is taken back as well", () => {
  // The head of the queue of Spot capacity goes before as well.
  test.each([
    [18, "instances-leave", undefined],
    [19, undefined, true],
  ])("a job behind those of %i queues is told %s", (count, kind, isOfMany) => {
    const { because, line, remedies, expectedStart } = ask(behind(count), "job", {
      host: HOST,
      keptForOnDemand: KEPT,
    });
    expect([because, line?.before?.because, line?.before?.isOfMany]).toEqual([
      "host-full",
      "host-full",
      isOfMany,
    ]);
    expect([remedies.map((remedy) => remedy.kind)[0], expectedStart?.basis]).toEqual([
      kind,
      kind && "spot-notice",
    ]);
  });
});
