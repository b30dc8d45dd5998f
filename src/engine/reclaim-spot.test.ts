import { describe, expect, test } from "vitest";
import { aJob, aJobQueue } from "../../test/support/builders.ts";
import type { Buildable } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench, EXITED } from "../../test/support/engine-bench.ts";
import { spotRequest } from "../../test/support/environment-values.ts";
import { anEnvironment, instancesOf, obeys, passes } from "../../test/support/instance-bench.ts";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import type { SpotMarket } from "../batch/spot-market.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";

const NOTICE_MS = 120_000;
const STEP_MS = 300_000;

const SPOT = anEnvironment("spot", spotRequest({ instanceTypes: ["c5.large"], bidPercentage: 50 }));
const ON_DEMAND = anEnvironment("ce");
const FARGATE_SPOT = anEnvironment("fargate-spot", {
  type: "FARGATE_SPOT",
  minvCpus: undefined,
  instanceTypes: undefined,
  instanceRole: undefined,
  allocationStrategy: undefined,
});
const QUEUES = [
  aJobQueue("q", ["ce"], { priority: 2 }),
  aJobQueue("cheap", ["spot"]),
  aJobQueue("tasks", ["fargate-spot"]),
];

/** Retried where the host went, and only then. */
const RETRIED = {
  attempts: 3,
  evaluateOnExit: [
    { onStatusReason: "Host EC2*", action: "RETRY" as const },
    { onStatusReason: "Your Spot Task*", action: "RETRY" as const },
    { onReason: "*", action: "EXIT" as const },
  ],
};

/** Half the price on demand, but all of it in the fifth step. */
const MOVING: SpotMarket = {
  stepAt: (nowMs) => Math.floor(nowMs / STEP_MS),
  nextStepAtMs: (nowMs) => (Math.floor(nowMs / STEP_MS) + 1) * STEP_MS,
  quote: (_, step) => ({ pricePart: step === 5 ? 1 : 0.5, depth: 1 }),
};

function cheap(jobId: string) {
  return aJob(jobId).inQueue("cheap").retrying(RETRIED);
}

describe.each(EACH_WAY)("Spot capacity, $name", ({ isRestartedAlways }) => {
  /** On a host of four vCPUs. */
  async function open(...things: readonly Buildable[]): Promise<EngineBench> {
    const capacity = { supply: new CatalogueSupply(EC2_CATALOGUE, 0, MOVING), market: MOVING };
    const bench = await EngineBench.open([...things, ...QUEUES], { isRestartedAlways, capacity });
    bench.provider.host = { vcpuMillis: 4000, memoryMiB: 10_000, gpuCount: 0 };
    await bench.settle();
    return bench;
  }

  /** With two Spot instances full of jobs. */
  async function openFull(): Promise<EngineBench> {
    const bench = await open(SPOT, ON_DEMAND);
    await bench.submit(cheap("s-1"), cheap("s-2"));
    bench.nowMs += 1;
    await bench.submit(cheap("s-3"), cheap("s-4"));
    return bench;
  }

  test("is taken back when jobs on demand need the host's room: the youngest, after its notice", async () => {
    const bench = await openFull();
    await bench.submit(aJob("job"));
    expect([instancesOf(bench, "spot"), bench.provider.stopping]).toEqual([
      ["c5.large, has s-1 s-2", "c5.large, leaves, has s-3 s-4"],
      [],
    ]);
    await passes(bench, NOTICE_MS - 1);
    expect(bench.provider.stopping).toEqual([]);
    await passes(bench, 1);
    expect(bench.provider.stopping).toEqual(["s-3", "s-4"]);
    await obeys(bench);
    expect(await bench.life("job")).toBe("STARTING after 1: -");
  });

  test("is lost to jobs as by their retry rules", async () => {
    const bench = await openFull();
    await bench.submit(aJob("job"));
    await passes(bench, NOTICE_MS);
    await obeys(bench);
    const { attempts } = await bench.job("s-3");
    expect(attempts[0]?.statusReason).toBe(
      `Host EC2 (instance ${attempts[0]?.instance?.instanceId}) terminated.`,
    );
    expect(await bench.life("s-4")).toMatch(/^STARTING after 2/);
    await bench.ends("s-4", EXITED(1));
    expect(await bench.life("s-4")).toBe("FAILED after 2: Essential container in task exited");
  });

  test("may be used to the end of the notice: a job that ends in it has succeeded", async () => {
    const bench = await openFull();
    await bench.submit(aJob("job"));
    await passes(bench, NOTICE_MS / 2);
    await bench.ends("s-3");
    expect(await bench.lives("s-3", "job")).toEqual([
      "SUCCEEDED after 1: Essential container in task exited",
      "STARTING after 1: -",
    ]);
    await bench.ends("s-4");
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2"]);
  });

  test("is not lost to a job that was done just when it went", async () => {
    const bench = await openFull();
    await bench.submit(aJob("job"));
    await passes(bench, NOTICE_MS);
    expect(bench.provider.stopping).toEqual(["s-3", "s-4"]);
    await bench.ends("s-3", EXITED(0));
    await bench.ends("s-4", EXITED(137));
    expect(await bench.lives("s-3")).toEqual(["SUCCEEDED after 1: Essential container in task exited"]);
    expect(await bench.life("s-4")).toMatch(/after 2/);
  });

  test("is not taken back twice for the same job", async () => {
    const bench = await openFull();
    await bench.submit(aJob("job").needing({ vcpuMillis: 2000 }));
    await passes(bench, NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2", "c5.large, leaves, has s-3 s-4"]);
  });

  test("is left alone where all of it would not be enough", async () => {
    const bench = await open(SPOT, ON_DEMAND);
    await bench.submit(aJob("job").needing({ vcpuMillis: 2000 }), cheap("s-1"), cheap("s-2"));
    await bench.submit(aJob("large").needing({ vcpuMillis: 2000, memoryMiB: 9950 }));
    await passes(bench, NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2"]);
  });

  test("is left alone where a job on demand waits for its environment and not for the host", async () => {
    const small = anEnvironment("ce", { instanceTypes: ["c5.large"], maxvCpus: 2 });
    const bench = await open(SPOT, small);
    await bench.submit(aJob("a"), aJob("b"), cheap("s-1"), cheap("s-2"));
    await bench.submit(aJob("job"));
    await passes(bench, NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2"]);
    await bench.submit(aJob("never").inQueue("q").at(9).needing({ vcpuMillis: 3000 }));
    await passes(bench, NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2"]);
  });

  test("is left alone where what somebody ended already is enough", async () => {
    const bench = await openFull();
    await bench.comesUp("s-1");
    await bench.terminate("s-1");
    await bench.submit(aJob("job"));
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2", "c5.large, has s-3 s-4"]);
  });

  test("goes when it costs more than bidPercentage allows, and is launched again when it does not", async () => {
    const bench = await open(SPOT);
    await bench.submit(cheap("s-1"));
    const fifthStepMs = 5 * STEP_MS;
    await passes(bench, fifthStepMs - bench.nowMs - 1);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1"]);
    await passes(bench, 1);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, leaves, has s-1"]);
    await passes(bench, NOTICE_MS);
    await obeys(bench);
    expect([instancesOf(bench, "spot"), await bench.life("s-1")]).toEqual([
      [],
      expect.stringMatching(/^RUNNABLE after 1: Host EC2/),
    ]);
    await passes(bench, STEP_MS - NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1"]);
  });

  test("that is too dear goes also where the commit that says so fails at first", async () => {
    const bench = await open(SPOT);
    await bench.submit(cheap("s-1"));
    bench.nowMs = 5 * STEP_MS;
    bench.isDiskFull = true;
    await expect(bench.tick()).rejects.toThrow();
    bench.isDiskFull = false;
    await bench.tick();
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, leaves, has s-1"]);
  });

  test("on Fargate goes youngest first: a task is asked to end and has the notice for it", async () => {
    const bench = await open(FARGATE_SPOT, ON_DEMAND);
    const tasks = ["t-1", "t-2", "t-3", "t-4"].map((id) => aJob(id).inQueue("tasks").retrying(RETRIED));
    for (const task of tasks) {
      await bench.submit(task);
      bench.nowMs += 1;
    }
    await bench.submit(aJob("job"));
    expect(bench.provider.stopping).toEqual(["t-4"]);
    await obeys(bench);
    const { attempts } = await bench.job("t-4");
    expect([attempts[0]?.statusReason, await bench.life("t-4"), await bench.life("job")]).toEqual([
      "Your Spot Task was interrupted.",
      "RUNNABLE after 1: Your Spot Task was interrupted.",
      "STARTING after 1: -",
    ]);
  });

  test("on its way out a job that somebody terminates is not tried again", async () => {
    const bench = await openFull();
    await bench.comesUp("s-3");
    await bench.submit(aJob("job"));
    await passes(bench, NOTICE_MS);
    await bench.terminate("s-3");
    await obeys(bench);
    expect(await bench.life("s-3")).toBe("FAILED after 1: terminated");
  });
});

test.each(EACH_WAY)(
  "room that was made for a job on demand is not taken again by Spot capacity, whatever its priority, $name",
  async ({ isRestartedAlways }) => {
    const bench = await EngineBench.open(
      [
        SPOT,
        ON_DEMAND,
        aJobQueue("q", ["ce"], { priority: 1 }),
        aJobQueue("cheap", ["spot"], { priority: 9 }),
      ],
      { isRestartedAlways },
    );
    bench.provider.host = { vcpuMillis: 4000, memoryMiB: 10_000, gpuCount: 0 };
    await bench.submit(cheap("s-1"), cheap("s-2"));
    bench.nowMs += 1;
    await bench.submit(cheap("s-3"), cheap("s-4"), aJob("job"), cheap("s-5"));
    await passes(bench, NOTICE_MS);
    await obeys(bench);
    expect([await bench.life("job"), bench.underWay]).toEqual([
      "STARTING after 1: -",
      // The room that the job did not need is for Spot capacity at once.
      ["s-1", "s-2", "job", "s-4"],
    ]);
  },
);

test.each(EACH_WAY)(
  "is left alone for a job whose environment on demand is full, and which takes Spot capacity once there is room, $name",
  async ({ isRestartedAlways }) => {
    const bench = await EngineBench.open(
      [
        SPOT,
        anEnvironment("ce", { maxvCpus: 2 }),
        ...QUEUES,
        aJobQueue("mixed", ["spot", "ce"], { priority: 5 }),
      ],
      { isRestartedAlways },
    );
    bench.provider.host = { vcpuMillis: 4000, memoryMiB: 10_000, gpuCount: 0 };
    await bench.submit(aJob("o-1"), aJob("o-2"), cheap("s-1"), cheap("s-2"));
    await bench.submit(aJob("job").inQueue("mixed").needing({ vcpuMillis: 2000 }));
    await passes(bench, NOTICE_MS);
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has s-1 s-2"]);
    await bench.ends("s-1");
    await bench.ends("s-2");
    expect(instancesOf(bench, "spot")).toEqual(["c5.large, has job"]);
  },
);

test("a task on Fargate Spot is killed when its notice is over, and earlier where somebody terminates its job", async () => {
  const bench = await EngineBench.open([FARGATE_SPOT, ON_DEMAND, ...QUEUES]);
  bench.provider.host = { vcpuMillis: 2000, memoryMiB: 10_000, gpuCount: 0 };
  const killed = () =>
    bench.provider.underWay.filter(({ isKilled }) => isKilled).map(({ spec }) => spec.jobId);
  await bench.submit(aJob("t-1").inQueue("tasks"), aJob("t-2").inQueue("tasks"));
  await bench.comesUp("t-1", "t-2");
  await bench.submit(aJob("job").needing({ vcpuMillis: 2000 }));
  expect([bench.provider.stopping, killed()]).toEqual([["t-1", "t-2"], []]);
  await bench.terminate("t-2");
  await passes(bench, 30_000 - 1);
  expect(killed()).toEqual([]);
  await passes(bench, 1);
  expect(killed()).toEqual(["t-2"]);
  await passes(bench, NOTICE_MS - 30_000);
  expect(killed()).toEqual(["t-1", "t-2"]);
});
