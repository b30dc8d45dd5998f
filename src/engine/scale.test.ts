import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, SCOPE } from "../../test/support/builders.ts";
import type { JobBuilder } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench, HOST_LOST } from "../../test/support/engine-bench.ts";
import {
  anEnvironment,
  deleteEnvironment,
  desiredOf,
  environmentOf,
  instancesOf,
  passes,
  putEnvironment,
  updateEnvironment,
} from "../../test/support/instance-bench.ts";
import type { ComputeResource } from "../model/batch.ts";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";

const MINUTE_MS = 60_000;

function jobs(count: number, prefix = "job"): readonly JobBuilder[] {
  return Array.from({ length: count }, (_, index) => aJob(`${prefix}-${index + 1}`));
}

describe.each(EACH_WAY)("the instances of an environment, $name", ({ isRestartedAlways }) => {
  async function open(resources: Partial<ComputeResource> = {}, bootMs = 0): Promise<EngineBench> {
    const bench = await EngineBench.open([anEnvironment("ce", resources), aJobQueue("q", ["ce"])], {
      isRestartedAlways,
      capacity: { supply: new CatalogueSupply(EC2_CATALOGUE, bootMs) },
    });
    await bench.settle();
    return bench;
  }

  test("are launched for jobs and go when they have been idle for a while", async () => {
    const bench = await open();
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 0]);
    await bench.submit(...jobs(3));
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has job-1 job-2", "c5.large, has job-3"]);
    expect(desiredOf(bench, "ce")).toBe(4);
    for (const { job } of jobs(3)) await bench.ends(job.jobId);
    await passes(bench, MINUTE_MS - 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large"]);
    await passes(bench, 1);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 0]);
  });

  test("are used again while they are idle", async () => {
    const bench = await open();
    await bench.submit(aJob("first"));
    await bench.ends("first");
    await passes(bench, MINUTE_MS - 1);
    await bench.submit(aJob("second"));
    await passes(bench, 10 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has second"]);
    await bench.ends("second");
    await passes(bench, MINUTE_MS - 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
  });

  test("can be read after their end", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    await bench.ends("job");
    const launchedAtMs = bench.nowMs;
    await passes(bench, MINUTE_MS);
    const { attempts } = await bench.job("job");
    const instance = attempts[0]?.instance;
    expect(await bench.store.readInstance(SCOPE, instance?.instanceId ?? "")).toMatchObject({
      ...instance,
      instanceType: "c5.large",
      launchedAtMs,
      terminatedAtMs: launchedAtMs + MINUTE_MS,
      terminatedBecause: "idle",
    });
  });

  test("make up minvCpus from the beginning, and whole ones stay", async () => {
    const bench = await open({ minvCpus: 5 });
    await passes(bench, 10 * MINUTE_MS);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([Array(3).fill("c5.large"), 6]);
  });

  test("make up minvCpus of a DISABLED environment, too, which launches nothing for desiredvCpus", async () => {
    const bench = await open({ minvCpus: 2 });
    await updateEnvironment(bench, "ce", { state: "DISABLED" });
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 8 } });
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.large"], 2]);
    await passes(bench, 10 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
  });

  test("of an environment that becomes INVALID all go", async () => {
    const bench = await open({ minvCpus: 4 });
    await putEnvironment(bench, { ...environmentOf(bench, "ce"), status: "INVALID" });
    await passes(bench, MINUTE_MS - 1);
    expect(instancesOf(bench, "ce")).toHaveLength(2);
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual([]);
  });

  test("follow desiredvCpus that somebody raises, until they have been idle for a while", async () => {
    const bench = await open();
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 7 } });
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([Array(4).fill("c5.large"), 8]);
    await passes(bench, MINUTE_MS);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 0]);
  });

  test("that were idle before somebody raises desiredvCpus stay as long as those that come for it", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    await bench.ends("job");
    bench.nowMs += MINUTE_MS;
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 4 } });
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.large", "c5.large"], 4]);
    await passes(bench, MINUTE_MS - 1);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.large", "c5.large"], 4]);
    await passes(bench, 1);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 0]);
  });

  test("stay, however long they are idle, while a raised desiredvCpus cannot be fulfilled", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    await bench.ends("job");
    bench.nowMs += MINUTE_MS;
    bench.provider.isAway = true;
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 4 } });
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.large"], 4]);
  });

  test("are more than a tick launches: the rest follows at once", async () => {
    const bench = await open({ maxvCpus: 1000 });
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 500 } });
    expect([instancesOf(bench, "ce").length, desiredOf(bench, "ce")]).toEqual([250, 500]);
  });

  test("that somebody wished for while the provider was away are launched when it is back", async () => {
    const bench = await open();
    bench.provider.isAway = true;
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 4 } });
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 4]);
    bench.provider.isAway = false;
    await bench.settle();
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.large", "c5.large"], 4]);
  });

  test("that are lost are no wish: nothing takes their place before jobs want them", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    await bench.ends("job", HOST_LOST);
    await passes(bench, MINUTE_MS);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([[], 0]);
  });

  test("on which others run when one of them is lost take nothing new, and go when all have ended", async () => {
    const bench = await open({ maxvCpus: 2 });
    await bench.submit(...jobs(3));
    await bench.ends("job-1", HOST_LOST);
    expect([instancesOf(bench, "ce"), await bench.life("job-3")]).toEqual([
      ["c5.large, leaves, has job-2"],
      "RUNNABLE after 0: -",
    ]);
    await bench.ends("job-2");
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has job-3"]);
  });

  test("stay for minScaleDownDelayMinutes after their last job, but not those that never had one", async () => {
    const bench = await open({ scalingPolicy: { minScaleDownDelayMinutes: 20 } });
    await bench.submit(aJob("job"));
    await updateEnvironment(bench, "ce", { computeResources: { desiredvCpus: 4 } });
    await passes(bench, 1);
    await bench.ends("job");
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large"]);
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
    await passes(bench, 19 * MINUTE_MS - 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
    await passes(bench, 1);
    expect(instancesOf(bench, "ce")).toEqual([]);
  });

  test("make room under maxvCpus for another the moment they go", async () => {
    const scalingPolicy = { minScaleDownDelayMinutes: 20 };
    const instanceTypes = ["c5.large", "c5.xlarge"];
    const bench = await open({
      maxvCpus: 4,
      allocationStrategy: "BEST_FIT_PROGRESSIVE_ORDERED",
      instanceTypes,
      scalingPolicy,
    });
    await bench.submit(...jobs(3));
    await passes(bench, 1);
    for (const { job } of jobs(3)) await bench.ends(job.jobId);
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    await passes(bench, 20 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, has large"]);
  });

  test("go at once where they may not be idle at all, but for those that are kept", async () => {
    const bench = await EngineBench.open([anEnvironment("ce", { minvCpus: 2 }), aJobQueue("q", ["ce"])], {
      isRestartedAlways,
      capacity: { idleMs: 0 },
    });
    await bench.submit(...jobs(3));
    expect(instancesOf(bench, "ce")).toHaveLength(2);
    await bench.ends("job-1");
    await bench.ends("job-2");
    await bench.ends("job-3");
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
  });

  test("take jobs once they have booted", async () => {
    const bench = await open({}, 2 * MINUTE_MS);
    await bench.submit(aJob("job"));
    await passes(bench, 2 * MINUTE_MS - 1);
    expect([instancesOf(bench, "ce"), await bench.life("job")]).toEqual([
      ["c5.large, boots"],
      "RUNNABLE after 0: -",
    ]);
    await passes(bench, 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has job"]);
  });

  test("are waited for by a gang until all of them are there, however long they boot", async () => {
    const bench = await open({ minvCpus: 2 }, 2 * MINUTE_MS);
    await passes(bench, 2 * MINUTE_MS);
    await updateEnvironment(bench, "ce", { computeResources: { minvCpus: 0 } });
    await bench.submit(aJob("gang").nodes(3));
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large, boots", "c5.large, boots"]);
    await passes(bench, 2 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual([
      "c5.large, has gang",
      "c5.large, has gang#1",
      "c5.large, has gang#2",
    ]);
  });

  test("of a gang are launched all or none", async () => {
    const bench = await open({ maxvCpus: 4, allocationStrategy: "BEST_FIT" });
    await bench.submit(aJob("gang").nodes(3), aJob("other"));
    await passes(bench, 10 * MINUTE_MS);
    expect([instancesOf(bench, "ce"), await bench.life("gang")]).toEqual([[], "RUNNABLE after 0: -"]);
    await bench.cancel("gang");
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has other"]);
  });

  test.each([
    ["BEST_FIT_PROGRESSIVE", ["c5.xlarge", "c5.xlarge"]],
    ["BEST_FIT", ["c5.xlarge"]],
  ] as const)("exceed maxvCpus by at most one, with %s %j", async (allocationStrategy, launched) => {
    const bench = await open({ maxvCpus: 6, allocationStrategy, instanceTypes: ["c5.xlarge"] });
    await bench.submit(...jobs(4, "a").map((job) => job.needing({ vcpuMillis: 4000 })));
    await passes(bench, MINUTE_MS);
    const types = instancesOf(bench, "ce").map((shown) => shown.split(",")[0]);
    expect(types).toEqual(launched);
    expect(desiredOf(bench, "ce")).toBe(Math.min(6, 4 * launched.length));
  });

  test("of a deleted environment go with it, when the last job on them has ended", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    await updateEnvironment(bench, "ce", { state: "DISABLED" });
    await deleteEnvironment(bench, "ce");
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has job"]);
    await bench.ends("job");
    const { computeEnvironments, instances } = bench.engine.sequencer.state;
    expect([computeEnvironments.size, instances.environments.size]).toEqual([0, 0]);
    const [attempt] = (await bench.job("job")).attempts;
    const instance = await bench.store.readInstance(SCOPE, attempt?.instance?.instanceId ?? "");
    expect(instance?.terminatedBecause).toBe("environment-deleted");
  });

  test("are of the next environment when the first is full (16.43)", async () => {
    const bench = await EngineBench.open(
      [
        anEnvironment("a", { maxvCpus: 4 }),
        anEnvironment("b", { instanceTypes: ["m5.large"] }),
        aJobQueue("q", ["a", "b"]),
      ],
      { isRestartedAlways },
    );
    await bench.submit(...jobs(6));
    expect([instancesOf(bench, "a"), instancesOf(bench, "b")]).toEqual([
      ["c5.large, has job-1 job-2", "c5.large, has job-3 job-4"],
      ["m5.large, has job-5 job-6"],
    ]);
  });

  test("of a DISABLED environment take nothing new, and what runs on them ends (16.46)", async () => {
    const bench = await open();
    await bench.submit(aJob("first"));
    await updateEnvironment(bench, "ce", { state: "DISABLED" });
    await bench.submit(aJob("second"));
    await bench.ends("first");
    expect(await bench.lives("first", "second")).toEqual([
      "SUCCEEDED after 1: Essential container in task exited",
      "RUNNABLE after 0: -",
    ]);
  });

  test("are not launched for what the host has no room for", async () => {
    const bench = await open();
    bench.provider.host = { vcpuMillis: 2000, memoryMiB: 1000, gpuCount: 0 };
    await bench.submit(
      aJob("half").needing({ memoryMiB: 600 }),
      aJob("too-much").needing({ memoryMiB: 600 }),
    );
    await passes(bench, 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has half"]);
  });

  test("of the host itself are one, which stays the same through an update", async () => {
    const bench = await EngineBench.open([aComputeEnvironment("ce"), aJobQueue("q", ["ce"])], {
      isRestartedAlways,
    });
    await bench.submit(aJob("job"));
    const environment = environmentOf(bench, "ce");
    await putEnvironment(bench, { ...environment, status: "UPDATING", configurationVersion: 2 });
    await bench.submit(aJob("other"));
    expect(instancesOf(bench, "ce")).toEqual(["local.host, has job other"]);
    expect(environmentOf(bench, "ce").status).toBe("VALID");
  });
});

test("a job of 16,000 MiB runs on `optimal` on a host of 24 GiB", async () => {
  const bench = await EngineBench.open([
    anEnvironment("ce", { instanceTypes: ["optimal"], maxvCpus: 256 }),
    aJobQueue("q", ["ce"]),
  ]);
  bench.provider.host = { vcpuMillis: 32_000, memoryMiB: 24_064, gpuCount: 0 };
  await bench.submit(aJob("job").needing({ vcpuMillis: 4000, memoryMiB: 16_000 }));
  expect(instancesOf(bench, "ce")).toEqual(["c6i.4xlarge, has job"]);
});
