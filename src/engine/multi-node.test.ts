import { describe, expect, test } from "vitest";
import { aJob, aJobQueue } from "../../test/support/builders.ts";
import type { JobBuilder } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench, EXITED, HOST_LOST, PLACE } from "../../test/support/engine-bench.ts";
import { DEFAULT_CAPACITY } from "./engine.ts";

const EXITED_TEXT = "Essential container in task exited";
const NODES = ["job#0", "job#1", "job#2"];

/** Three nodes, the one in the middle being the main one. */
function aGang(attempts = 1): JobBuilder {
  return aJob("job").nodes(3, 1).retrying({ attempts, evaluateOnExit: [] });
}

function vcpus(count: number) {
  return { vcpuMillis: count * 1000, memoryMiB: 65_536, gpuCount: 0 };
}

describe.each(EACH_WAY)("a multi-node job, $name", ({ isRestartedAlways }) => {
  const open = (): Promise<EngineBench> => EngineBench.open(PLACE, { isRestartedAlways });

  /** With all nodes up. */
  async function openRunning(job: JobBuilder): Promise<EngineBench> {
    const bench = await open();
    await bench.submit(job);
    await bench.comesUp("job");
    await bench.comesUp("job#0", "job#2");
    return bench;
  }

  test("is placed with all of its nodes or not at all, and holds what all of them need", async () => {
    const bench = await open();
    bench.provider.host = vcpus(3);
    await bench.submit(aJob("first"), aGang());
    expect(await bench.lives("job", ...NODES)).toEqual(Array(4).fill("RUNNABLE after 0: -"));
    await bench.ends("first");
    expect(await bench.lives("job", ...NODES)).toEqual(Array(4).fill("STARTING after 1: -"));
    expect(bench.engine.sequencer.state.jobs.hostUsage).toEqual({ ...vcpus(3), memoryMiB: 300 });
  });

  test("starts its main node first and the others when that is RUNNING", async () => {
    const bench = await open();
    await bench.submit(aGang());
    expect(bench.underWay).toEqual(["job"]);
    await bench.comesUp("job");
    expect([await bench.life("job"), bench.underWay]).toEqual([
      "RUNNING after 1: -",
      ["job", "job#0", "job#2"],
    ]);
    await bench.comesUp("job#2");
    expect(await bench.lives(...NODES)).toEqual([
      "STARTING after 1: -",
      "RUNNING after 1: -",
      "RUNNING after 1: -",
    ]);
  });

  test("tells each node which it is, and the others where the main node is", async () => {
    const bench = await openRunning(aGang());
    const variables = bench.provider.started.map(({ jobId, containers }) => [
      jobId,
      ...(containers[0]?.environment ?? [])
        .filter(({ name }) => name === "AWS_BATCH_JOB_ID" || name.includes("NODE"))
        .map(({ name, value }) => `${name.slice("AWS_BATCH_JOB_".length)}=${value}`),
    ]);
    const nodes = ["NUM_NODES=3", "MAIN_NODE_INDEX=1"];
    const address = "MAIN_NODE_PRIVATE_IPV4_ADDRESS=address of job";
    expect(variables).toEqual([
      ["job", "ID=job#1", "NODE_INDEX=1", ...nodes],
      ["job#0", "ID=job#0", "NODE_INDEX=0", ...nodes, address],
      ["job#2", "ID=job#2", "NODE_INDEX=2", ...nodes, address],
    ]);
  });

  test("goes on whatever becomes of the other nodes", async () => {
    const bench = await open();
    await bench.submit(aGang(3));
    await bench.comesUp("job");
    await bench.ends("job#0", { kind: "start-failed", reason: "CannotPullContainerError: none" });
    await bench.ends("job#2", EXITED(1));
    expect(await bench.lives("job", ...NODES)).toEqual([
      "RUNNING after 1: -",
      "FAILED after 1: Task failed to start",
      "RUNNING after 1: -",
      `FAILED after 1: ${EXITED_TEXT}`,
    ]);
    await bench.ends("job");
    expect(await bench.life("job")).toBe(`SUCCEEDED after 1: ${EXITED_TEXT}`);
    expect(bench.engine.sequencer.state.jobs.hostUsage).toEqual({ ...vcpus(0), memoryMiB: 0 });
  });

  test("stops the others when its main node ends, and ends by how that did", async () => {
    const bench = await openRunning(aGang());
    bench.nowMs += 1;
    const endedAtMs = bench.nowMs;
    await bench.ends("job");
    expect([await bench.life("job"), bench.provider.stopping]).toEqual([
      "RUNNING after 1: -",
      ["job#0", "job#2"],
    ]);
    bench.nowMs += 1;
    await bench.ends("job#0", EXITED(143));
    expect(await bench.life("job")).toBe("RUNNING after 1: -");
    await bench.ends("job#2", HOST_LOST);
    expect(await bench.lives("job", ...NODES)).toEqual([
      `SUCCEEDED after 1: ${EXITED_TEXT}`,
      `FAILED after 1: ${EXITED_TEXT}`,
      `SUCCEEDED after 1: ${EXITED_TEXT}`,
      `FAILED after 1: ${EXITED_TEXT}`,
    ]);
    expect((await bench.job("job")).progress.stoppedAtMs).toBe(endedAtMs);
  });

  test("is tried again as a whole, each node's attempts with it", async () => {
    const bench = await openRunning(aGang(2));
    await bench.ends("job#0", EXITED(0));
    await bench.ends("job", EXITED(1));
    expect(bench.underWay).toEqual(["job#2"]);
    await bench.ends("job#2", EXITED(143));
    expect(await bench.lives("job", ...NODES)).toEqual([
      `STARTING after 2: ${EXITED_TEXT}`,
      "STARTING after 2: -",
      `STARTING after 2: ${EXITED_TEXT}`,
      "STARTING after 2: -",
    ]);
    expect(bench.underWay).toEqual(["job"]);
    await bench.comesUp("job");
    await bench.comesUp("job#0", "job#2");
    await bench.ends("job", EXITED(1));
    await bench.ends("job#0", EXITED(143));
    await bench.ends("job#2", EXITED(143));
    expect(await bench.life("job")).toBe(`FAILED after 2: ${EXITED_TEXT}`);
    const [first, , third] = await Promise.all(NODES.map((id) => bench.job(id)));
    for (const node of [first, third]) expect(node?.attempts.map(({ number }) => number)).toEqual([1, 2]);
  });

  test("is tried again where the host of its main node went away", async () => {
    const bench = await openRunning(aGang(2));
    await bench.ends("job", HOST_LOST);
    await bench.ends("job#0", HOST_LOST);
    await bench.ends("job#2", HOST_LOST);
    const { attempts } = await bench.job("job");
    expect(attempts.map(({ statusReason }) => statusReason?.slice(0, 8))).toEqual(["Host EC2", undefined]);
    expect(attempts[1]?.instance?.instanceId).not.toBe(attempts[0]?.instance?.instanceId);
  });

  test("ends without its other nodes having begun when the main one cannot start", async () => {
    const bench = await open();
    await bench.submit(aGang());
    await bench.ends("job", { kind: "start-failed", reason: "CannotPullContainerError: none" });
    expect(await bench.lives("job", ...NODES)).toEqual([
      "FAILED after 1: Task failed to start",
      `FAILED after 1: ${EXITED_TEXT}`,
      "FAILED after 1: Task failed to start",
      `FAILED after 1: ${EXITED_TEXT}`,
    ]);
    expect(bench.provider.started.map(({ jobId }) => jobId)).toEqual(["job"]);
    expect(bench.engine.sequencer.state.jobs.active.size).toBe(0);
  });

  test("ends without its other nodes having begun when the main one ends at once", async () => {
    const bench = await open();
    await bench.submit(aGang().limitedTo(60));
    bench.provider.comesUp("job", bench.nowMs);
    await bench.ends("job");
    expect(await bench.life("job")).toBe(`SUCCEEDED after 1: ${EXITED_TEXT}`);
    expect(bench.provider.started.map(({ jobId }) => jobId)).toEqual(["job"]);
    expect(await bench.tick()).toBe(DEFAULT_CAPACITY.idleMs);
  });

  test("that is terminated ends with all nodes, and is not tried again", async () => {
    const bench = await openRunning(aGang(3));
    await bench.terminate("job");
    expect(bench.provider.stopping).toEqual(["job", "job#0", "job#2"]);
    await bench.ends("job#0", EXITED(143));
    await bench.ends("job", EXITED(0));
    await bench.ends("job#2", EXITED(143));
    expect(await bench.lives("job", ...NODES)).toEqual(Array(4).fill("FAILED after 1: terminated"));
    expect((await bench.job("job#0")).progress.isTerminated).toBe(true);
  });

  test("that is terminated before its main node is up ends when that has", async () => {
    const bench = await open();
    await bench.submit(aGang(3));
    await bench.terminate("job");
    expect(await bench.lives("job#0", "job#2")).toEqual(Array(2).fill("FAILED after 1: terminated"));
    await bench.ends("job", { kind: "start-failed" });
    expect(await bench.life("job")).toBe("FAILED after 1: terminated");
    expect(bench.provider.started.map(({ jobId }) => jobId)).toEqual(["job"]);
  });

  test("that is terminated when its main node has ended is not tried again", async () => {
    const bench = await openRunning(aGang(3));
    await bench.ends("job", EXITED(1));
    await bench.terminate("job");
    await bench.ends("job#0", EXITED(143));
    await bench.ends("job#2", EXITED(143));
    expect(await bench.life("job")).toBe("FAILED after 1: terminated");
    expect((await bench.job("job")).progress.isTerminated).toBe(true);
  });

  test("goes on without a node that is terminated by itself", async () => {
    const bench = await openRunning(aGang());
    await bench.terminate("job#2");
    expect(bench.provider.stopping).toEqual(["job#2"]);
    await bench.ends("job#2", EXITED(143));
    expect(await bench.lives("job", "job#2")).toEqual(["RUNNING after 1: -", "FAILED after 1: terminated"]);
  });

  test("has one time limit, which ends all nodes and is of no other attempt", async () => {
    const bench = await openRunning(aGang(2).limitedTo(60));
    bench.nowMs += 60_000;
    await bench.settle();
    expect(bench.provider.stopping).toEqual(["job", "job#0", "job#2"]);
    for (const id of bench.underWay) await bench.ends(id, EXITED(143));
    expect(await bench.life("job")).toBe("FAILED after 1: Job attempt duration exceeded timeout");
  });

  test("has no time limit any more once its main node has ended", async () => {
    const bench = await openRunning(aGang().limitedTo(60));
    await bench.ends("job");
    bench.nowMs += 60_000;
    await bench.settle();
    await bench.ends("job#0", EXITED(143));
    await bench.ends("job#2", EXITED(143));
    expect(await bench.life("job")).toBe(`SUCCEEDED after 1: ${EXITED_TEXT}`);
  });

  test("of a deleted queue ends with it, running or retried", async () => {
    const bench = await openRunning(aGang(3));
    await bench.ends("job", EXITED(1));
    await bench.apply(aJobQueue("q", ["ce"], { state: "DISABLED", status: "DELETING" }));
    await bench.settle();
    await bench.ends("job#0", EXITED(143));
    await bench.ends("job#2", EXITED(143));
    expect(await bench.life("job")).toBe("FAILED after 1: JobQueue deleted");
  });

  test("of one node ends with that", async () => {
    const bench = await open();
    await bench.submit(aJob("job").nodes(1));
    await bench.comesUp("job");
    await bench.ends("job");
    expect(await bench.lives("job", "job#0")).toEqual(Array(2).fill(`SUCCEEDED after 1: ${EXITED_TEXT}`));
  });
});
