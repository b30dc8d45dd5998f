import { describe, expect, test } from "vitest";
import { aJob, aJobQueue } from "../../../test/support/builders.ts";
import type { Buildable } from "../../../test/support/builders.ts";
import { EACH_WAY, EngineBench } from "../../../test/support/engine-bench.ts";
import {
  anEnvironment,
  desiredOf,
  instancesOf,
  passes,
  updateEnvironment,
} from "../../../test/support/instance-bench.ts";
import { EC2_CATALOGUE } from "../../batch/instance-catalogue.ts";
import { CatalogueSupply } from "./catalogue-supply.ts";

const BOOT_MS = 120_000;

function jobs(count: number, queue = "q") {
  return Array.from({ length: count }, (_, index) => aJob(`${queue}-${index + 1}`).inQueue(queue));
}

describe.each(EACH_WAY)("while instances boot, $name", ({ isRestartedAlways }) => {
  async function open(...things: readonly Buildable[]): Promise<EngineBench> {
    const capacity = { supply: new CatalogueSupply(EC2_CATALOGUE, BOOT_MS) };
    return EngineBench.open(things, { isRestartedAlways, capacity });
  }

  test("as many are launched as all jobs ask for, and they are not launched for twice", async () => {
    const bench = await open(anEnvironment("ce", { maxvCpus: 100 }), aJobQueue("q", ["ce"]));
    await bench.submit(...jobs(9));
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([
      Array(5).fill("c5.large, boots"),
      10,
    ]);
    await passes(bench, BOOT_MS - 1);
    expect(instancesOf(bench, "ce")).toHaveLength(5);
    await passes(bench, 1);
    expect(instancesOf(bench, "ce")).toEqual([
      ...[1, 3, 5, 7].map((at) => `c5.large, has q-${at} q-${at + 1}`),
      "c5.large, has q-9",
    ]);
  });

  test("more are launched for more jobs, and only for those", async () => {
    const bench = await open(anEnvironment("ce", { maxvCpus: 100 }), aJobQueue("q", ["ce"]));
    await bench.submit(...jobs(3));
    await passes(bench, BOOT_MS / 2);
    expect(instancesOf(bench, "ce")).toHaveLength(2);
    // One of them has room on what boots already.
    await bench.submit(aJob("a"), aJob("b"), aJob("c"));
    expect(instancesOf(bench, "ce")).toHaveLength(3);
    await passes(bench, BOOT_MS / 2);
    expect(instancesOf(bench, "ce")).toEqual([
      "c5.large, has q-1 q-2",
      "c5.large, has q-3 a",
      "c5.large, boots",
    ]);
  });

  test("children of an array count, those that are not spawned, too", async () => {
    const bench = await open(anEnvironment("ce", { maxvCpus: 100 }), aJobQueue("q", ["ce"]));
    await bench.submit(aJob("array").array(20));
    expect(instancesOf(bench, "ce")).toHaveLength(10);
  });

  test("large types are taken for much demand", async () => {
    const instanceTypes = ["c5"];
    const bench = await open(anEnvironment("ce", { maxvCpus: 100, instanceTypes }), aJobQueue("q", ["ce"]));
    await bench.submit(aJob("array").array(50));
    const types = instancesOf(bench, "ce");
    expect(types).toEqual(["c5.12xlarge, boots", "c5.large, boots"]);
  });

  test("what exceeds an environment is launched in the next", async () => {
    const bench = await open(
      anEnvironment("a", { maxvCpus: 4 }),
      anEnvironment("b", { instanceTypes: ["m5.large"] }),
      aJobQueue("q", ["a", "b"]),
    );
    await bench.submit(...jobs(7));
    expect([instancesOf(bench, "a"), instancesOf(bench, "b")]).toEqual([
      Array(2).fill("c5.large, boots"),
      Array(2).fill("m5.large, boots"),
    ]);
    await passes(bench, BOOT_MS);
    expect(await bench.lives("q-1", "q-7")).toEqual(Array(2).fill("STARTING after 1: -"));
  });

  test("nothing is launched for what the host has no room for", async () => {
    const bench = await open(anEnvironment("ce", { maxvCpus: 100 }), aJobQueue("q", ["ce"]));
    bench.provider.host = { vcpuMillis: 100_000, memoryMiB: 350, gpuCount: 0 };
    await bench.submit(...jobs(9));
    await passes(bench, BOOT_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has q-1 q-2", "c5.large, has q-3"]);
  });

  test("nothing is launched behind a head that waits for something else", async () => {
    const bench = await open(
      anEnvironment("small", { maxvCpus: 2 }),
      anEnvironment("ce", { maxvCpus: 4 }),
      aJobQueue("q", ["ce"]),
    );
    await bench.submit(aJob("too-large").needing({ vcpuMillis: 8000 }), ...jobs(5));
    await passes(bench, BOOT_MS);
    expect(instancesOf(bench, "ce")).toEqual([]);
  });

  test("queues that share an environment do not count on the same room", async () => {
    const bench = await open(
      anEnvironment("ce", { maxvCpus: 100 }),
      aJobQueue("q", ["ce"], { priority: 2 }),
      aJobQueue("low", ["ce"]),
    );
    await bench.submit(...jobs(3), ...jobs(3, "low"));
    expect(instancesOf(bench, "ce")).toHaveLength(3);
  });

  test("gangs have instances of their own, all of them or none", async () => {
    const bench = await open(anEnvironment("ce", { maxvCpus: 12 }), aJobQueue("q", ["ce"]));
    await bench.submit(aJob("gang-1").nodes(3), aJob("gang-2").nodes(2), aJob("gang-3").nodes(2));
    expect(instancesOf(bench, "ce")).toHaveLength(5);
    await passes(bench, BOOT_MS);
    expect(await bench.lives("gang-1", "gang-2", "gang-3")).toEqual([
      "STARTING after 1: -",
      "STARTING after 1: -",
      "RUNNABLE after 0: -",
    ]);
  });

  test("a gang has smaller instances where larger ones leave no room for all of it", async () => {
    const bench = await open(
      anEnvironment("ce", { instanceTypes: ["c5"], maxvCpus: 16 }),
      aJobQueue("q", ["ce"]),
    );
    await bench.submit(aJob("gang").nodes(5));
    expect(instancesOf(bench, "ce")).toEqual(Array(5).fill("c5.large, boots"));
    await passes(bench, BOOT_MS);
    expect(await bench.lives("gang")).toEqual(["STARTING after 1: -"]);
  });

  test("for a gang nothing is launched behind the first environment that takes gangs", async () => {
    const bench = await open(
      anEnvironment("first", { maxvCpus: 2 }),
      anEnvironment("second", { maxvCpus: 12 }),
      aJobQueue("q", ["first", "second"]),
    );
    await bench.submit(aJob("head"), aJob("gang").nodes(2), ...jobs(3));
    expect([instancesOf(bench, "first"), instancesOf(bench, "second")]).toEqual([
      ["c5.large, boots"],
      ["c5.large, boots"],
    ]);
  });

  test("a gang does not count on what boots in an environment that takes no gangs", async () => {
    const bench = await open(
      anEnvironment("spot", { type: "SPOT", allocationStrategy: "SPOT_CAPACITY_OPTIMIZED", maxvCpus: 12 }),
      anEnvironment("ce", { maxvCpus: 12 }),
      aJobQueue("q", ["spot", "ce"]),
    );
    await bench.submit(aJob("head"), aJob("gang").nodes(1));
    expect([instancesOf(bench, "spot"), instancesOf(bench, "ce")]).toEqual([
      ["c5.large, boots"],
      ["c5.large, boots"],
    ]);
  });

  test("a job that has room on what takes jobs already is not launched for", async () => {
    const bench = await open(
      anEnvironment("ce", { maxvCpus: 100, instanceTypes: ["c5.2xlarge"] }),
      aJobQueue("q", ["ce"]),
    );
    await bench.submit(aJob("first").needing({ vcpuMillis: 4000 }));
    await passes(bench, BOOT_MS);
    // The head does not fit on what is left, those behind it do.
    await bench.submit(aJob("head").needing({ vcpuMillis: 8000 }), ...jobs(4));
    expect(instancesOf(bench, "ce")).toEqual(["c5.2xlarge, has first", "c5.2xlarge, boots"]);
  });

  test("a job that does not fit on what boots has an instance launched for itself, not for all others again", async () => {
    const bench = await open(
      anEnvironment("ce", { maxvCpus: 1000, instanceTypes: ["c5", "r5"] }),
      aJobQueue("q", ["ce"]),
    );
    await bench.submit(aJob("array").array(40));
    expect(instancesOf(bench, "ce")).toEqual(["c5.9xlarge, boots", "c5.xlarge, boots"]);
    await bench.submit(aJob("large").needing({ memoryMiB: 12_000 }));
    expect(instancesOf(bench, "ce").slice(2)).toEqual(["c5.2xlarge, boots"]);
  });

  test("an environment that is DISABLED gets no instances for the demand", async () => {
    const bench = await open(
      anEnvironment("a", { maxvCpus: 4 }),
      anEnvironment("b", { instanceTypes: ["m5.large"] }),
      aJobQueue("q", ["a", "b"]),
    );
    await bench.settle();
    await updateEnvironment(bench, "a", { state: "DISABLED" });
    await bench.submit(...jobs(3));
    expect([instancesOf(bench, "a"), instancesOf(bench, "b").length]).toEqual([[], 2]);
  });
});

test("more instances than a tick launches follow at once, and none is launched twice", async () => {
  const capacity = { supply: new CatalogueSupply(EC2_CATALOGUE, BOOT_MS) };
  const bench = await EngineBench.open([anEnvironment("ce", { maxvCpus: 10_000 }), aJobQueue("q", ["ce"])], {
    capacity,
  });
  bench.provider.host = { vcpuMillis: 100_000_000, memoryMiB: 100_000_000, gpuCount: 0 };
  await bench.submit(aJob("array").array(5_000));
  expect(instancesOf(bench, "ce")).toHaveLength(2_500);
  await passes(bench, BOOT_MS);
  expect(instancesOf(bench, "ce")).toHaveLength(2_500);
  expect(await bench.summary("array")).toEqual({ STARTING: 5_000 });
});
