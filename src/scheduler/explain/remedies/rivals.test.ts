import { describe, expect, test } from "vitest";
import {
  aComputeEnvironment,
  aConsumable,
  aJob,
  aJobQueue,
  aState,
  HOST,
  SCOPE,
} from "../../../../test/support/builders.ts";
import type { Buildable, JobBuilder } from "../../../../test/support/builders.ts";
import { runCycle } from "../../../../test/support/cycle.ts";
import { ask, CYCLE_MS, NOW_MS, tellOf } from "../../../../test/support/explained.ts";
import { consumableResourceArn } from "../../../batch/arn.ts";
import type { LiveState } from "../../../store/live-state.ts";

const QUEUES = [aJobQueue("first", ["ce"], { priority: 5 }), aJobQueue("later", ["ce"])];

function later(jobId: string, vcpuMillis: number): JobBuilder {
  return aJob(jobId).inQueue("later").needing({ vcpuMillis });
}

function ofTicket(job: JobBuilder, quantity: number): JobBuilder {
  return job.consuming([{ consumableResource: consumableResourceArn(SCOPE, "ticket"), quantity }]);
}

function afterCycle(before: readonly Buildable[], after: readonly Buildable[]): LiveState {
  const state = aState(...before);
  runCycle(state, { nowMs: CYCLE_MS });
  for (const thing of after) for (const change of thing.changes()) state.apply(change);
  return state;
}

const W = aJob("w").inQueue("first").needing({ vcpuMillis: 4000 });
const RAISE = "Raise maxvCpus of ce to 8 or more.";

describe("a job that several ends would give its room", () => {
  const full = [
    aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"], maxvCpus: 4 }),
    ...QUEUES,
    later("a", 2000).at(1),
    later("b", 2000).at(2),
  ];
  const ends = "The end of job a (for 5 min) and job b (for 5 min).";

  test.each<[string, readonly Buildable[], readonly string[]]>([
    ["is told them where nobody else waits", [], [ends, RAISE]],
    ["is told them where another job needs as much", [later("o", 4000)], [ends, RAISE]],
    ["is not told them where a smaller one takes the room of the first", [later("o", 2000)], [RAISE]],
    [
      "is told them whoever waits for other environments",
      [
        aComputeEnvironment("elsewhere", { state: "DISABLED" }),
        aJobQueue("elsewhere", ["elsewhere"]),
        aJob("o").inQueue("elsewhere"),
      ],
      [ends, RAISE],
    ],
  ])("%s", (_name, others, remedies) => {
    expect(tellOf(afterCycle(full, [W, ...others]), "w").remedies).toEqual(remedies);
  });

  test("is not told them where more wait than are looked at", () => {
    const others = Array.from({ length: 1001 }, (_, at) => [
      aJobQueue(`later-${at}`, ["ce"]),
      aJob(`o-${at}`).inQueue(`later-${at}`).needing({ vcpuMillis: 4000 }),
    ]);
    expect(tellOf(afterCycle(full, [W, ...others.flat()]), "w").remedies).toEqual([RAISE]);
  });
});

test.each<[string, JobBuilder, boolean]>([
  ["as much of it", ofTicket(later("o", 1000), 2), true],
  ["less of it", ofTicket(later("o", 1000), 1), false],
  ["none of it, and less of all else", later("o", 500).inQueue("elsewhere"), true],
])("ends that give back a consumable are told where another job needs %s", (_name, other, isTold) => {
  const state = afterCycle(
    [
      aComputeEnvironment("ce"),
      aConsumable("ticket", 2),
      ...QUEUES,
      ofTicket(later("a", 1000).at(1), 1),
      ofTicket(later("b", 1000).at(2), 1),
    ],
    [
      aComputeEnvironment("disabled", { state: "DISABLED" }),
      aJobQueue("elsewhere", ["disabled"]),
      ofTicket(aJob("w").inQueue("first"), 2),
      other,
    ],
  );
  const { because, remedies } = ask(state, "w");
  expect(because).toBe("consumables-unavailable");
  expect(remedies.map(({ kind }) => kind)).toEqual([...(isTold ? ["jobs-end"] : []), "raise-quantity"]);
});

test.each([
  [
    4000,
    "The end of job a (for 5 min), and of its instance, which is too small for it, once idle for a while.",
  ],
  [2000, "Raise maxvCpus of ce to 5 or more."],
])(
  "instances are not told to be idle for a while where another job takes them: of %i",
  (vcpuMillis, first) => {
    const small = aComputeEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 4 });
    const before = [small, ...QUEUES, later("a", 2000).at(1), later("b", 2000).at(2)];
    const both = aComputeEnvironment("ce", {
      instanceTypes: ["c5.large", "c5.xlarge"],
      maxvCpus: 4,
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
    });
    expect(tellOf(afterCycle(before, [both, W, later("o", vcpuMillis)]), "w").remedies[0]).toBe(first);
  },
);

test.each([
  [100, { byMs: NOW_MS + 8000, basis: "boot-time" }],
  [1000, undefined],
])(
  "a job for which an instance boots is told when, unless another may take the host: %i MiB",
  (memoryMiB, expectedStart) => {
    const host = { ...HOST, memoryMiB: 1000 };
    const options = { host, bootMs: 8000, nowMs: NOW_MS };
    const state = aState(
      aComputeEnvironment("ce", { instanceTypes: ["c5.xlarge"] }),
      aComputeEnvironment("fargate", { type: "FARGATE", maxvCpus: 1 }),
      QUEUES[0] ?? W,
      aJobQueue("later", ["fargate"]),
      later("f", 1000),
      W,
    );
    runCycle(state, options);
    for (const change of later("o", 1000).needing({ memoryMiB }).changes()) state.apply(change);
    const told = ask(state, "w", options);
    expect(told.because).toBe("instances-starting");
    expect(told.expectedStart).toEqual(expectedStart);
  },
);
