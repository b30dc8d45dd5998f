import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, SCOPE } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench, EXITED, HOST_LOST, PLACE } from "../../test/support/engine-bench.ts";
import { ScriptedProvider } from "../../test/support/scripted-provider.ts";
import { ENGINE_CAUSE } from "../batch/cause.ts";
import { NO_RESOURCES } from "../batch/resources.ts";

const EXITED_WELL = "SUCCEEDED after 1: Essential container in task exited";
const EXITED_BADLY = "FAILED after 1: Essential container in task exited";

/** Room for so many attempts at a time. */
function roomFor(count: number): ScriptedProvider {
  return new ScriptedProvider({ vcpuMillis: count * 1000, memoryMiB: 65_536, gpuCount: 0 });
}

describe.each(EACH_WAY)("an array, $name", ({ isRestartedAlways }) => {
  const open = (provider?: ScriptedProvider): Promise<EngineBench> =>
    EngineBench.open(PLACE, { isRestartedAlways, ...(provider !== undefined && { provider }) });

  test("runs each child once, in the order of their indexes, and says at each step how many are where", async () => {
    const bench = await open(roomFor(2));
    await bench.submit(aJob("a").array(3));
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "PENDING after 0: -",
      { STARTING: 2, RUNNABLE: 1 },
    ]);
    expect(bench.underWay).toEqual(["a:0", "a:1"]);
    await bench.comesUp("a:0");
    expect(await bench.summary("a")).toEqual({ RUNNING: 1, STARTING: 1, RUNNABLE: 1 });
    await bench.ends("a:0");
    expect(await bench.summary("a")).toEqual({ SUCCEEDED: 1, STARTING: 2 });
    await bench.ends("a:2");
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "PENDING after 0: -",
      { SUCCEEDED: 2, STARTING: 1 },
    ]);
    bench.nowMs += 5;
    await bench.ends("a:1");
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "SUCCEEDED after 0: -",
      { SUCCEEDED: 3 },
    ]);
    expect((await bench.job("a")).progress.stoppedAtMs).toBe(bench.nowMs);
    expect(bench.provider.started.map(({ jobId }) => jobId)).toEqual(["a:0", "a:1", "a:2"]);
  });

  test("tells each child its own id and index", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2));
    const variables = bench.provider.started.map(({ jobId, containers }) => [
      jobId,
      ...(containers[0]?.environment ?? [])
        .filter(({ name }) => name === "AWS_BATCH_JOB_ID" || name.includes("ARRAY"))
        .map(({ name, value }) => `${name}=${value}`),
    ]);
    expect(variables).toEqual(
      [0, 1].map((index) => [
        `a:${index}`,
        `AWS_BATCH_JOB_ID=a:${index}`,
        `AWS_BATCH_JOB_ARRAY_INDEX=${index}`,
        "AWS_BATCH_JOB_ARRAY_SIZE=2",
      ]),
    );
  });

  test("fails for a child that failed, and only when all have ended", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(3));
    await bench.ends("a:1", EXITED(1));
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "PENDING after 0: -",
      { FAILED: 1, STARTING: 2 },
    ]);
    await bench.ends("a:0");
    expect(await bench.life("a")).toBe("PENDING after 0: -");
    await bench.ends("a:2");
    expect(await bench.lives("a", "a:0", "a:1", "a:2")).toEqual([
      "FAILED after 0: Array Child Job failed",
      EXITED_WELL,
      EXITED_BADLY,
      EXITED_WELL,
    ]);
  });

  test("tries each child again by itself, before those that have not run", async () => {
    const bench = await open(roomFor(1));
    await bench.submit(aJob("a").array(2).retrying({ attempts: 2, evaluateOnExit: [] }));
    await bench.ends("a:0", EXITED(1));
    expect([await bench.summary("a"), bench.underWay]).toEqual([{ STARTING: 1, RUNNABLE: 1 }, ["a:0"]]);
    await bench.ends("a:0", HOST_LOST);
    expect([await bench.summary("a"), bench.underWay]).toEqual([{ FAILED: 1, STARTING: 1 }, ["a:1"]]);
    await bench.ends("a:1", EXITED(1));
    await bench.ends("a:1");
    expect(await bench.lives("a", "a:1")).toEqual([
      "FAILED after 0: Array Child Job failed",
      "SUCCEEDED after 2: Essential container in task exited",
    ]);
  });

  test("limits the time of each child by itself", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2).limitedTo(60));
    await bench.comesUp("a:0");
    bench.nowMs += 30_000;
    await bench.comesUp("a:1");
    bench.nowMs += 30_000;
    await bench.settle();
    expect(bench.provider.stopping).toEqual(["a:0"]);
    await bench.ends("a:0", EXITED(143));
    expect(await bench.lives("a:0", "a:1")).toEqual([
      "FAILED after 1: Job attempt duration exceeded timeout",
      "RUNNING after 1: -",
    ]);
  });

  test("that is cancelled ends its children but for those that run, which are not tried again", async () => {
    const bench = await open(roomFor(2));
    await bench.submit(aJob("a").array(4).retrying({ attempts: 3, evaluateOnExit: [] }));
    await bench.cancel("a");
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "PENDING after 0: cancelled",
      { STARTING: 2, FAILED: 2 },
    ]);
    expect(bench.provider.stopping).toEqual([]);
    await bench.ends("a:0");
    await bench.ends("a:1", EXITED(1));
    expect(await bench.lives("a", "a:0", "a:1", "a:2", "a:3")).toEqual([
      "FAILED after 0: cancelled",
      EXITED_WELL,
      EXITED_BADLY,
      "FAILED after 0: cancelled",
      "FAILED after 0: cancelled",
    ]);
    expect((await bench.job("a:3")).progress.isCancelled).toBe(true);
  });

  test("that is cancelled has failed even if every child was running and succeeds", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2));
    await bench.cancel("a");
    await bench.ends("a:0");
    await bench.ends("a:1");
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "FAILED after 0: cancelled",
      { SUCCEEDED: 2 },
    ]);
  });

  test("that is cancelled ends a child that waits for its next attempt", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2).retrying({ attempts: 3, evaluateOnExit: [] }));
    bench.provider.host = NO_RESOURCES;
    await bench.ends("a:0", EXITED(1));
    expect(await bench.life("a:0")).toBe("RUNNABLE after 1: Essential container in task exited");
    await bench.cancel("a");
    await bench.ends("a:1");
    expect(await bench.lives("a", "a:0", "a:1")).toEqual([
      "FAILED after 0: cancelled",
      "FAILED after 1: cancelled",
      EXITED_WELL,
    ]);
  });

  test("that is terminated ends all children, and itself when the last has ended", async () => {
    const bench = await open(roomFor(2));
    await bench.submit(aJob("a").array(4));
    await bench.comesUp("a:0");
    await bench.terminate("a");
    expect([await bench.life("a"), await bench.summary("a"), bench.provider.stopping]).toEqual([
      "PENDING after 0: terminated",
      { RUNNING: 1, STARTING: 1, FAILED: 2 },
      ["a:0", "a:1"],
    ]);
    await bench.ends("a:0", EXITED(143));
    await bench.ends("a:1", { kind: "start-failed" });
    expect(await bench.lives("a", "a:0", "a:1", "a:2", "a:3")).toEqual([
      "FAILED after 0: terminated",
      "FAILED after 1: terminated",
      "FAILED after 1: terminated",
      "FAILED after 0: terminated",
      "FAILED after 0: terminated",
    ]);
    const { isTerminated, stoppedBy } = (await bench.job("a:0")).progress;
    expect([isTerminated, stoppedBy]).toEqual([true, ENGINE_CAUSE]);
  });

  test("goes on without a child that was cancelled before it had its turn", async () => {
    const bench = await open(roomFor(1));
    await bench.submit(aJob("a").array(3));
    await bench.cancel("a:1");
    expect([await bench.life("a:1"), await bench.summary("a")]).toEqual([
      "FAILED after 0: cancelled",
      { STARTING: 1, FAILED: 1, RUNNABLE: 1 },
    ]);
    await bench.ends("a:0");
    expect(bench.underWay).toEqual(["a:2"]);
    await bench.ends("a:2");
    expect(await bench.lives("a", "a:0", "a:2")).toEqual([
      "FAILED after 0: Array Child Job failed",
      EXITED_WELL,
      EXITED_WELL,
    ]);
  });

  test("leaves a running child alone when that is cancelled, and stops only it when it is terminated", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2));
    await bench.comesUp("a:0", "a:1");
    await bench.cancel("a:0");
    expect([await bench.life("a:0"), bench.provider.stopping]).toEqual(["RUNNING after 1: -", []]);
    await bench.terminate("a:0");
    expect(bench.provider.stopping).toEqual(["a:0"]);
    await bench.ends("a:0", EXITED(143));
    await bench.ends("a:1");
    expect(await bench.lives("a", "a:0", "a:1")).toEqual([
      "FAILED after 0: Array Child Job failed",
      "FAILED after 1: terminated",
      EXITED_WELL,
    ]);
  });

  test("leaves an ended child, and one that it does not have, as they are", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(2));
    await bench.ends("a:0");
    for (const id of ["a:0", "a:2", "a#1", "none:1"]) {
      await bench.cancel(id);
      await bench.terminate(id);
    }
    expect([await bench.life("a:0"), await bench.summary("a")]).toEqual([
      EXITED_WELL,
      { SUCCEEDED: 1, STARTING: 1 },
    ]);
  });

  test("of ten thousand is cancelled by one change, whatever has run of it", async () => {
    const bench = await open(roomFor(2));
    await bench.submit(aJob("a").array(10_000));
    await bench.ends("a:0");
    await bench.cancel("a");
    await bench.ends("a:1");
    await bench.ends("a:2");
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "FAILED after 0: cancelled",
      { SUCCEEDED: 3, FAILED: 9_997 },
    ]);
  });

  test("of a deleted queue ends with its children, and the queue after it", async () => {
    const bench = await open(roomFor(2));
    await bench.submit(
      aJob("a").array(3).retrying({ attempts: 2, evaluateOnExit: [] }),
      aJob("waits").dependingOn({ jobId: "a" }),
      aJob("b").array(2).dependingOn({ jobId: "a", type: "N_TO_N" }, { jobId: "waits" }),
    );
    await bench.apply(aJobQueue("q", ["ce"], { state: "DISABLED", status: "DELETING" }));
    await bench.settle();
    expect(await bench.lives("a", "waits", "b", "b:1")).toEqual([
      "PENDING after 0: JobQueue deleted",
      "FAILED after 0: JobQueue deleted",
      "FAILED after 0: JobQueue deleted",
      "FAILED after 0: JobQueue deleted",
    ]);
    expect(bench.provider.stopping).toEqual(["a:0", "a:1"]);
    await bench.ends("a:0", EXITED(143));
    await bench.ends("a:1", EXITED(0));
    expect(await bench.lives("a", "a:0", "a:1", "a:2")).toEqual([
      "FAILED after 0: JobQueue deleted",
      "FAILED after 1: JobQueue deleted",
      "FAILED after 1: JobQueue deleted",
      "FAILED after 0: JobQueue deleted",
    ]);
    expect(await bench.store.readJobQueues(SCOPE, ["q"])).toEqual([]);
  });
});

test("an array gives its place in the queue to nobody while children of it wait", async () => {
  const provider = roomFor(1);
  const things = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"])];
  const bench = await EngineBench.open(things, { provider });
  await bench.submit(aJob("a").array(2), aJob("b"));
  await bench.ends("a:0");
  await bench.ends("a:1");
  await bench.ends("b");
  expect(provider.started.map(({ jobId }) => jobId)).toEqual(["a:0", "a:1", "b"]);
});
