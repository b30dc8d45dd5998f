import { describe, expect, test } from "vitest";
import { aJob, aJobQueue, aPolicy, SCOPE } from "../../test/support/builders.ts";
import type { Buildable } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench } from "../../test/support/engine-bench.ts";
import {
  anEnvironment,
  desiredOf,
  instancesOf,
  passes,
  updateEnvironment,
} from "../../test/support/instance-bench.ts";
import { schedulingPolicyArn } from "../batch/arn.ts";
import { EC2_CATALOGUE } from "../batch/instance-catalogue.ts";
import type { ComputeResource } from "../model/batch.ts";
import { CatalogueSupply } from "../scheduler/scaling/catalogue-supply.ts";

const MINUTE_MS = 60_000;
const BOOT_MS = 2 * MINUTE_MS;

/** Four vCPUs, all of them kept: two of `c5.large` if nobody asks for more. */
const KEPT = { instanceTypes: ["c5"], allocationStrategy: "BEST_FIT", minvCpus: 4, maxvCpus: 4 } as const;

describe.each(EACH_WAY)("instances that are kept for minvCpus, $name", ({ isRestartedAlways }) => {
  async function open(
    resources: Partial<ComputeResource> = {},
    {
      bootMs = 0,
      things = [aJobQueue("q", ["ce"])],
    }: { bootMs?: number; things?: readonly Buildable[] } = {},
  ): Promise<EngineBench> {
    const environment = anEnvironment("ce", { ...KEPT, instanceTypes: ["c5"], ...resources });
    const bench = await EngineBench.open([environment, ...things], {
      isRestartedAlways,
      capacity: { supply: new CatalogueSupply(EC2_CATALOGUE, bootMs) },
    });
    await passes(bench, bootMs);
    return bench;
  }

  test.each(["BEST_FIT", "BEST_FIT_PROGRESSIVE"] as const)(
    "make way for another that the head of a queue needs once they have been idle for a while, %s",
    async (allocationStrategy) => {
      const instanceTypes = ["c5.large", "c5.xlarge"];
      const bench = await open({ allocationStrategy, instanceTypes, minvCpus: 2 });
      await updateEnvironment(bench, "ce", { computeResources: { minvCpus: 4 } });
      await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
      await passes(bench, MINUTE_MS - 1);
      expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large"]);
      await passes(bench, 1);
      expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["c5.xlarge, has large"], 4]);
      await bench.ends("large");
      await passes(bench, 10 * MINUTE_MS);
      expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge"]);
    },
  );

  test("are as few as it takes, those that have been idle longest, and can be asked why they went", async () => {
    const bench = await open({ minvCpus: 8, maxvCpus: 8 });
    const [first] = bench.engine.sequencer.state.instances.environments.values();
    const [firstId = ""] = first?.all.keys() ?? [];
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large", "c5.xlarge, has large"]);
    const record = await bench.store.readInstance(SCOPE, firstId);
    expect(record).toMatchObject({ terminatedBecause: "exchanged" });
  });

  test("that have been idle for longer go before those that were launched earlier", async () => {
    const bench = await open({ minvCpus: 8, maxvCpus: 8 });
    await bench.submit(aJob("small").needing({ vcpuMillis: 2000 }));
    await passes(bench, MINUTE_MS);
    await bench.ends("small");
    await passes(bench, MINUTE_MS);
    const { instances } = bench.engine.sequencer.state;
    const [environment] = instances.environments.values();
    const [usedId = ""] = environment?.all.keys() ?? [];
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large", "c5.xlarge, has large"]);
    expect(await bench.store.readInstance(SCOPE, usedId)).not.toHaveProperty("terminatedAtMs");
  });

  test("go at the very instant at which enough of them have been idle for a while", async () => {
    const bench = await open();
    const { instances } = bench.engine.sequencer.state;
    const ids = [...instances.environments.values()].flatMap(({ all }) => [...all.keys()]);
    await bench.submit(aJob("small").needing({ vcpuMillis: 1000 }));
    await passes(bench, MINUTE_MS / 2);
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    await bench.ends("small");
    const terminatedAtMs = bench.nowMs + MINUTE_MS;
    await passes(bench, 5 * MINUTE_MS);
    for (const id of ids) {
      const record = await bench.store.readInstance(SCOPE, id);
      expect(record).toMatchObject({ terminatedBecause: "exchanged", terminatedAtMs });
    }
  });

  test("that are taken for a smaller one are made up to minvCpus again", async () => {
    const bench = await open({ instanceTypes: ["c5.xlarge", "r5.large"] });
    await bench.submit(aJob("wide").needing({ vcpuMillis: 4000 }));
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, has wide"]);
    await bench.ends("wide");
    await bench.submit(aJob("memory").needing({ vcpuMillis: 1000, memoryMiB: 12_000 }));
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["r5.large, has memory", "r5.large"]);
  });

  test("make way for a gang, whose instances come all at once and boot", async () => {
    const bench = await open({}, { bootMs: BOOT_MS });
    await passes(bench, MINUTE_MS);
    await bench.submit(aJob("wide").needing({ vcpuMillis: 4000 }));
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, boots"]);
    await passes(bench, BOOT_MS);
    await bench.ends("wide");
    await bench.submit(aJob("gang").nodes(2));
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge"]);
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, boots", "c5.large, boots"]);
    await passes(bench, BOOT_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, has gang", "c5.large, has gang#1"]);
  });

  test("stay for minScaleDownDelayMinutes after their last job, then make way", async () => {
    const bench = await open({ scalingPolicy: { minScaleDownDelayMinutes: 20 } });
    await bench.submit(aJob("a").needing({ vcpuMillis: 2000 }), aJob("b").needing({ vcpuMillis: 2000 }));
    await passes(bench, 1);
    await bench.ends("a");
    await bench.ends("b");
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    await passes(bench, 20 * MINUTE_MS - 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large"]);
    await passes(bench, 1);
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, has large"]);
  });

  test("stay where the job waits for something else, or all of them are not enough", async () => {
    const bench = await open({ minvCpus: 8, maxvCpus: 8 });
    await bench.submit(aJob("wide").needing({ vcpuMillis: 4000 }));
    await passes(bench, MINUTE_MS);
    await bench.submit(aJob("never").needing({ vcpuMillis: 6000 }));
    await passes(bench, 10 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large", "c5.xlarge, has wide"]);
    bench.provider.host = { vcpuMillis: 7000, memoryMiB: 100_000, gpuCount: 0 };
    await bench.cancel("never");
    await bench.submit(aJob("crowded").needing({ vcpuMillis: 4000 }));
    await passes(bench, 10 * MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large", "c5.xlarge, has wide"]);
  });

  test("make way in the environment that a queue tries first", async () => {
    const bench = await open(
      {},
      { things: [anEnvironment("next", { ...KEPT, instanceTypes: ["m5"] }), aJobQueue("q", ["ce", "next"])] },
    );
    await bench.submit(aJob("large").needing({ vcpuMillis: 4000 }));
    await passes(bench, MINUTE_MS);
    expect([instancesOf(bench, "ce"), instancesOf(bench, "next")]).toEqual([
      ["c5.xlarge, has large"],
      ["m5.large", "m5.large"],
    ]);
  });

  test("make way for the head of any share, whatever the first waits for", async () => {
    const things = [
      aPolicy("fair", {}),
      aJobQueue("q", ["ce"], { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") }),
    ];
    const bench = await open({}, { things });
    await bench.submit(
      aJob("impossible").at(1).inShare("red").needing({ vcpuMillis: 9000 }),
      aJob("large").at(2).inShare("blue").needing({ vcpuMillis: 4000 }),
    );
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, has large"]);
  });
});
