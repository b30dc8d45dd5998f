import { describe, expect, test } from "vitest";
import { aJob, aJobQueue } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench } from "../../test/support/engine-bench.ts";
import {
  anEnvironment,
  desiredOf,
  environmentOf,
  instancesOf,
  obeys,
  passes,
  updateEnvironment,
} from "../../test/support/instance-bench.ts";
import type { ComputeResource } from "../model/batch.ts";

const MINUTE_MS = 60_000;
const HOST_EC2 = { evaluateOnExit: [{ onStatusReason: "Host EC2*", action: "RETRY" as const }] };
const TO_M5 = { computeResources: { instanceTypes: ["m5.large"] } };

describe.each(EACH_WAY)("an infrastructure update, $name", ({ isRestartedAlways }) => {
  async function open(resources: Partial<ComputeResource> = {}): Promise<EngineBench> {
    const bench = await EngineBench.open([anEnvironment("ce", resources), aJobQueue("q", ["ce"])], {
      isRestartedAlways,
    });
    await bench.settle();
    return bench;
  }

  test("takes instances away that nothing runs on, and new ones are of the new type", async () => {
    const bench = await open({ minvCpus: 4 });
    await updateEnvironment(bench, "ce", TO_M5);
    expect([instancesOf(bench, "ce"), desiredOf(bench, "ce")]).toEqual([["m5.large", "m5.large"], 4]);
    expect(environmentOf(bench, "ce").status).toBe("VALID");
  });

  test("lets jobs run on where they are, while new ones go to new instances", async () => {
    const bench = await open();
    await bench.submit(aJob("old"));
    await updateEnvironment(bench, "ce", TO_M5);
    await bench.submit(aJob("new"));
    expect([instancesOf(bench, "ce"), environmentOf(bench, "ce").status]).toEqual([
      ["c5.large, leaves, has old", "m5.large, has new"],
      "UPDATING",
    ]);
    await bench.ends("old");
    expect([instancesOf(bench, "ce"), environmentOf(bench, "ce").status]).toEqual([
      ["m5.large, has new"],
      "VALID",
    ]);
  });

  test("ends jobs after jobExecutionTimeoutMinutes, 30 where nothing is said, as a lost host does", async () => {
    const bench = await open();
    await bench.submit(aJob("job").retrying({ attempts: 2, ...HOST_EC2 }), aJob("other"));
    await updateEnvironment(bench, "ce", TO_M5);
    await passes(bench, 30 * MINUTE_MS - 1);
    expect(bench.provider.stopping).toEqual([]);
    await passes(bench, 1);
    expect(bench.provider.stopping).toEqual(["job", "other"]);
    await obeys(bench);
    const { attempts } = await bench.job("job");
    const lost = `Host EC2 (instance ${attempts[0]?.instance?.instanceId}) terminated.`;
    expect([attempts[0]?.statusReason, await bench.life("other")]).toEqual([lost, `FAILED after 1: ${lost}`]);
    expect(instancesOf(bench, "ce")).toEqual(["m5.large, has job"]);
  });

  test("ends jobs at once with terminateJobsOnUpdate, to be tried again on new instances", async () => {
    const bench = await open();
    await bench.submit(aJob("job").retrying({ attempts: 2, ...HOST_EC2 }));
    await updateEnvironment(bench, "ce", { ...TO_M5, updatePolicy: { terminateJobsOnUpdate: true } });
    await passes(bench, 0);
    expect(bench.provider.stopping).toEqual(["job"]);
    await obeys(bench);
    expect(instancesOf(bench, "ce")).toEqual(["m5.large, has job"]);
  });

  test("does not wait for a longer notice that an instance has already", async () => {
    const bench = await open();
    await bench.submit(aJob("job"));
    const leaving = { because: "reclaimed", atMs: bench.nowMs + 60 * MINUTE_MS } as const;
    const { instances } = bench.engine.sequencer.state;
    const puts = [...instances.environments.values()]
      .flatMap(({ all }) => [...all.values()])
      .map(({ instance }) => ({ kind: "instance-put" as const, instance: { ...instance, leaving } }));
    await bench.apply({ changes: () => puts });
    await updateEnvironment(bench, "ce", { ...TO_M5, updatePolicy: { terminateJobsOnUpdate: true } });
    await passes(bench, 0);
    expect(bench.provider.stopping).toEqual(["job"]);
  });

  test("launches what is missing of minvCpus as soon as the last old instance has gone", async () => {
    const bench = await open({ minvCpus: 2, maxvCpus: 2 });
    await bench.submit(aJob("job"));
    await updateEnvironment(bench, "ce", TO_M5);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large, leaves, has job"]);
    await bench.ends("job");
    expect(instancesOf(bench, "ce")).toEqual(["m5.large"]);
  });

  test("is none where only the scaling changes: instances stay", async () => {
    const bench = await open({ minvCpus: 2 });
    const [before] = [...bench.engine.sequencer.state.instances.environments.values()];
    const ids = [...(before?.all.keys() ?? [])];
    await updateEnvironment(bench, "ce", { computeResources: { maxvCpus: 8, minvCpus: 4 } });
    const [after] = [...bench.engine.sequencer.state.instances.environments.values()];
    expect([...(after?.all.keys() ?? [])].slice(0, 1)).toEqual(ids);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large", "c5.large"]);
  });

  test("to a minimum that is lower lets what is idle go", async () => {
    const bench = await open({ minvCpus: 4 });
    await passes(bench, 10 * MINUTE_MS);
    await updateEnvironment(bench, "ce", { computeResources: { minvCpus: 2 } });
    await passes(bench, MINUTE_MS);
    expect(instancesOf(bench, "ce")).toEqual(["c5.large"]);
  });
});

test("an infrastructure update leaves no place for a job that only an old instance could hold: its queue is blocked at once", async () => {
  const environment = anEnvironment("ce", { instanceTypes: ["c5.xlarge"] });
  const bench = await EngineBench.open([environment, aJobQueue("q", ["ce"])]);
  await bench.submit(aJob("old"));
  await updateEnvironment(bench, "ce", { computeResources: { instanceTypes: ["c5.large"] } });
  await bench.submit(aJob("large").needing({ vcpuMillis: 3000 }));
  expect(instancesOf(bench, "ce")).toEqual(["c5.xlarge, leaves, has old"]);
  await passes(bench, 10 * MINUTE_MS);
  const [queue] = bench.engine.sequencer.state.jobQueues.values();
  expect(queue?.blockedHead).toMatchObject({
    jobId: "large",
    standing: { reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" },
  });
  await bench.ends("old");
  expect([instancesOf(bench, "ce"), await bench.life("large")]).toEqual([[], "RUNNABLE after 0: -"]);
});
