import { describe, expect, test } from "vitest";
import { NO_RESOURCES } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { FairsharePolicy } from "../../model/batch.ts";
import { aComputeEnvironment } from "../../../test/support/builders.ts";
import { planOf } from "./plain-scheduler.ts";
import type { PlanOptions } from "./plain-scheduler.ts";
import type {
  Snapshot,
  SnapshotEnvironment,
  SnapshotInstance,
  SnapshotJob,
  SnapshotQueue,
} from "./snapshot.ts";

const NOTHING_TO_LAUNCH: PlanOptions["supply"] = { bootMs: 0, choose: () => "environments-full" };
const BOOTS_LARGE: PlanOptions["supply"] = {
  bootMs: 60_000,
  choose: () => ({ instanceType: "c6i.large", resources: vcpus(2) }),
};

describe("queues", () => {
  test("go by priority, equal ones by ARN, and one that is held up does not hold up others", () => {
    const snapshot = world({
      queues: [
        queue("b", ["ce"], [job("b1")]),
        queue("a", ["ce"], [job("a1")]),
        queue("top", ["ce"], [job("wide", { resources: vcpus(9) }), job("t2", { queuePosition: 2 })], {
          priority: 2,
        }),
      ],
      instances: [instance("i-1", 4)],
    });
    expect(told(snapshot)).toEqual(["a1 on i-1", "b1 on i-1", "wide waits: exceeds-environments"]);
  });

  test("that are being deleted place nothing", () => {
    const deleted = queue("a", ["ce"], [job("a1")], { isDeleting: true });
    expect(told(world({ queues: [deleted], instances: [instance("i-1", 4)] }))).toEqual([]);
  });
});

describe("first come, first served", () => {
  test("goes by place and child index, whatever the scheduling priority", () => {
    const jobs = [
      job("later", { queuePosition: 2, schedulingPriority: 9 }),
      job("array:1", { childIndex: 1 }),
      job("array:0"),
      job("retried", { queuePosition: -1 }),
    ];
    const snapshot = world({ queues: [queue("a", ["ce"], jobs)], instances: [instance("i-1", 4)] });
    expect(told(snapshot).map((line) => line.split(" ")[0])).toEqual([
      "retried",
      "array:0",
      "array:1",
      "later",
    ]);
  });
});

describe("fair share", () => {
  const jobs = ["red", "blue"].flatMap((shareIdentifier, shareIndex) =>
    [1, 2, 3].map((number) =>
      job(`${shareIdentifier}${number}`, { shareIdentifier, queuePosition: 10 * shareIndex + number }),
    ),
  );

  test.each<[name: string, policy: FairsharePolicy, redAverage: number, expected: readonly string[]]>([
    ["takes turns", {}, 0, ["red1", "blue1", "red2", "blue2"]],
    [
      "gives three times as much to a third of the weight",
      { shareDistribution: [{ shareIdentifier: "red", weightFactor: 3 }] },
      0,
      // Claims before each: 0 and 0 (the older head), 3 and 0, 3 and 1, 3 and 2.
      ["red1", "blue1", "blue2", "blue3"],
    ],
    ["counts what a share had before", {}, 1500, ["blue1", "blue2", "red1", "blue3"]],
    [
      "counts a prefix once for each active share",
      { shareDistribution: [{ shareIdentifier: "b*", weightFactor: 0.5 }] },
      0,
      // `black` is active without jobs here: `b*` weighs 2 x 0.5, as if nothing were said.
      ["red1", "blue1", "red2", "blue2"],
    ],
  ])("%s", (_name, policy, redAverage, expected) => {
    const shares = [share("red", redAverage), share("blue"), share("black")];
    const fair = queue("fair", ["ce"], jobs, { policy, shares });
    const snapshot = world({ queues: [fair], instances: [instance("i-1", 4)] });
    expect(
      told(snapshot)
        .slice(0, 4)
        .map((line) => line.split(" ")[0]),
    ).toEqual(expected);
  });

  test("holds up a share, not the queue, and goes by scheduling priority within one", () => {
    const fair = queue(
      "fair",
      ["ce"],
      [
        job("wide", { shareIdentifier: "red", resources: vcpus(9), schedulingPriority: 1 }),
        job("narrow", { shareIdentifier: "red" }),
        job("blue1", { shareIdentifier: "blue", queuePosition: 2 }),
      ],
      { policy: {}, shares: [share("red"), share("blue")] },
    );
    expect(told(world({ queues: [fair], instances: [instance("i-1", 4)] }))).toEqual([
      "blue1 on i-1",
      "wide waits: exceeds-environments",
    ]);
  });

  test("keeps free what is reserved: half of eight vCPUs with one active share", () => {
    const many = Array.from({ length: 8 }, (_, index) =>
      job(`red${index}`, { shareIdentifier: "red", queuePosition: index }),
    );
    const fair = queue("fair", ["eight"], many, {
      policy: { computeReservation: 50 },
      shares: [share("red")],
    });
    const snapshot = world({ queues: [fair], instances: [instance("i-1", 8, { environment: "eight" })] });
    const lines = told(snapshot);
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe("red4 waits: shares-reserved");
  });
});

describe("a job", () => {
  test("goes to the first instance in the order of launch that takes jobs and has room", () => {
    const instances = [
      instance("i-booting", 8, { isBooting: true }),
      instance("i-leaving", 8, { isLeaving: true }),
      instance("i-small", 1),
      instance("i-first", 4),
      instance("i-second", 8),
    ];
    const wide = job("wide", { resources: vcpus(2) });
    expect(told(world({ queues: [queue("a", ["ce"], [wide])], instances }))).toEqual(["wide on i-first"]);
  });

  test("has all of its consumable resources or is not placed", () => {
    const needs = [
      { consumableResource: "licence", quantity: 1 },
      { consumableResource: "token", quantity: 1 },
    ];
    const consumables = [
      { arn: "licence", total: 2, held: 0 },
      { arn: "token", total: 1, held: 0 },
    ];
    const jobs = [1, 2].map((number) => job(`j${number}`, { queuePosition: number, consumables: needs }));
    const snapshot = world({
      queues: [queue("a", ["ce"], jobs)],
      instances: [instance("i-1", 4)],
      consumables,
    });
    expect(told(snapshot)).toEqual(["j1 on i-1", "j2 waits: consumables-unavailable"]);
  });

  test("with nodes has an empty instance for each, or none", () => {
    const gang = job("gang", { resources: vcpus(2), nodeResources: [vcpus(1), vcpus(1)] });
    const one = world({ queues: [queue("a", ["ce"], [gang])], instances: [instance("i-1", 4)] });
    expect(told(one)).toEqual(["gang waits: exceeds-environments"]);
    const two = { ...one, instances: [...one.instances, instance("i-2", 4)] };
    expect(told(two)).toEqual(["gang on i-1, i-2"]);
    const busy = instance("i-3", 4, { isEmpty: false });
    expect(told({ ...one, instances: [...one.instances, busy] })).toEqual([
      "gang waits: exceeds-environments",
    ]);
  });

  test("waits for the environment that launches for it, and no other launches, too", () => {
    const snapshot = world({ queues: [queue("a", ["ce", "eight"], [job("j1")])] });
    const { launches, blocked } = planOf(snapshot, { limit: 100, supply: BOOTS_LARGE });
    expect(launches).toEqual([
      { instanceId: "launch-1", computeEnvironmentArn: arnOf("ce"), instanceType: "c6i.large" },
    ]);
    expect(blocked).toEqual([{ jobQueueArn: "a", jobId: "j1", because: "instances-starting" }]);
  });
});

test("a cycle places no more than its limit", () => {
  const jobs = [1, 2, 3].map((number) => job(`j${number}`, { queuePosition: number }));
  const snapshot = world({ queues: [queue("a", ["ce"], jobs)], instances: [instance("i-1", 4)] });
  expect(told(snapshot, 2)).toEqual(["j1 on i-1", "j2 on i-1"]);
});

/** Placements in their order, then who waits. */
function told(snapshot: Snapshot, limit = 100): readonly string[] {
  const { placements, blocked } = planOf(snapshot, { limit, supply: NOTHING_TO_LAUNCH });
  return [
    ...placements.map(({ jobId, instanceIds }) => `${jobId} on ${instanceIds.join(", ")}`),
    ...blocked.map(({ jobId, because }) => `${jobId} waits: ${because}`),
  ];
}

/** A host with room for all, and two environments: `ce` of 1,000 vCPUs, `eight` of eight. */
function world(parts: Partial<Snapshot>): Snapshot {
  return {
    nowMs: 1,
    host: vcpus(100),
    hostUsed: NO_RESOURCES,
    queues: [],
    environments: [environment("ce", 1000), environment("eight", 8)],
    instances: [],
    consumables: [],
    ...parts,
  };
}

function vcpus(count: number): Resources {
  return { vcpuMillis: 1000 * count, memoryMiB: 1000 * count, gpuCount: 0 };
}

function environment(name: string, maxvCpus: number): SnapshotEnvironment {
  const [change] = aComputeEnvironment(name, { maxvCpus }).changes();
  if (change?.kind !== "compute-environment-put") throw new Error("the builder makes no environment");
  const computeResources = { type: "EC2" as const, maxvCpus, instanceTypes: ["c6i.large"], subnets: [] };
  return { computeEnvironment: { ...change.computeEnvironment, computeResources }, vcpuMillis: 0 };
}

function arnOf(environmentName: string): string {
  return environment(environmentName, 1).computeEnvironment.arn;
}

function instance(
  instanceId: string,
  vcpuCount: number,
  { environment: name = "ce", ...parts }: Partial<SnapshotInstance> & { readonly environment?: string } = {},
): SnapshotInstance {
  return {
    instanceId,
    computeEnvironmentArn: arnOf(name),
    instanceType: "c6i.large",
    resources: vcpus(vcpuCount),
    free: vcpus(vcpuCount),
    isBooting: false,
    isLeaving: false,
    isEmpty: true,
    ...parts,
  };
}

function queue(
  arn: string,
  environmentNames: readonly string[],
  jobs: readonly SnapshotJob[],
  parts: Partial<SnapshotQueue> = {},
): SnapshotQueue {
  const environments = environmentNames.map(arnOf);
  return { arn, priority: 1, isDeleting: false, environments, vcpuMillis: 0, shares: [], jobs, ...parts };
}

function job(jobId: string, parts: Partial<SnapshotJob> = {}): SnapshotJob {
  return {
    jobId,
    liveJobId: jobId,
    shareIdentifier: "",
    schedulingPriority: 0,
    queuePosition: 1,
    childIndex: 0,
    resources: vcpus(1),
    consumables: [],
    ...parts,
  };
}

function share(identifier: string, averageVcpuMillis = 0): SnapshotQueue["shares"][number] {
  return { identifier, isActive: true, vcpuMillis: 0, averageVcpuMillis };
}
