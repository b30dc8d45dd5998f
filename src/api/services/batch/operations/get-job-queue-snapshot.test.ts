import { describe, expect, test } from "vitest";
import { CONTEXT, openBatchServices } from "../../../../../test/support/batch-services.ts";
import {
  aComputeEnvironment,
  aJob,
  aJobQueue,
  aPolicy,
  SCOPE,
} from "../../../../../test/support/builders.ts";
import { EngineBench } from "../../../../../test/support/engine-bench.ts";
import { schedulingPolicyArn } from "../../../../batch/arn.ts";
import type { GetJobQueueSnapshotResponse } from "../../../../model/batch.ts";
import { getJobQueueSnapshot } from "./get-job-queue-snapshot.ts";

const ENVIRONMENT = aComputeEnvironment("ce", { maxvCpus: 2 });
const IN_SHARES = { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") };

async function snapshotOf(bench: EngineBench, jobQueue = "q"): Promise<GetJobQueueSnapshotResponse> {
  const { nowMs, monotonicMs } = bench;
  const operation = getJobQueueSnapshot({
    ...(await openBatchServices()),
    store: bench.store,
    sequencer: bench.engine.sequencer,
    clock: { nowMs: () => nowMs, monotonicMs: () => monotonicMs },
  });
  return operation({ jobQueue }, { ...CONTEXT, scope: SCOPE });
}

/** The ids of the jobs at the front, with when they came there at the earliest. */
function frontOf({ frontOfQueue }: GetJobQueueSnapshotResponse): readonly (readonly unknown[])[] {
  const jobs = frontOfQueue?.jobs ?? [];
  return jobs.map(({ jobArn, earliestTimeAtPosition }) => [
    jobArn?.split("/").at(-1),
    earliestTimeAtPosition,
  ]);
}

describe("the snapshot of a queue", () => {
  test("that nothing was submitted to is empty", async () => {
    const bench = await EngineBench.open([ENVIRONMENT, aJobQueue("q", ["ce"])]);
    const lastUpdatedAt = bench.nowMs;
    expect(await snapshotOf(bench)).toEqual({
      frontOfQueue: { jobs: [], lastUpdatedAt },
      queueUtilization: { totalCapacityUsage: [{ capacityUnit: "VCPU", quantity: 0 }], lastUpdatedAt },
    });
  });

  test("shows what waits in its order, and that it moves up when another is placed", async () => {
    const bench = await EngineBench.open([ENVIRONMENT, aJobQueue("q", ["ce"])]);
    await bench.submit(aJob("a").needing({ vcpuMillis: 1_500 }), aJob("b"), aJob("c").array(3), aJob("d"));
    const placedAtMs = bench.nowMs;
    await bench.comesUp("a");
    bench.nowMs += 5_000;
    const waiting = await snapshotOf(bench);
    expect(frontOf(waiting)).toEqual(["b", "c:0", "c:1", "c:2", "d"].map((jobId) => [jobId, placedAtMs]));
    expect(waiting.queueUtilization?.totalCapacityUsage).toEqual([{ capacityUnit: "VCPU", quantity: 1.5 }]);

    await bench.ends("a");
    bench.nowMs += 5_000;
    const moved = await snapshotOf(bench);
    expect(frontOf(moved)).toEqual(["c:1", "c:2", "d"].map((jobId) => [jobId, placedAtMs + 5_000]));
    expect(moved.queueUtilization?.totalCapacityUsage).toEqual([{ capacityUnit: "VCPU", quantity: 2 }]);
  });

  test("of pods counts `cpu`", async () => {
    const bench = await EngineBench.open([ENVIRONMENT, aJobQueue("q", ["ce"], { jobQueueType: "EKS" })]);
    const { queueUtilization } = await snapshotOf(bench);
    expect(queueUtilization?.totalCapacityUsage).toEqual([{ capacityUnit: "cpu", quantity: 0 }]);
  });
});

describe("the snapshot of a fair-share queue", () => {
  test("goes by shares, and within a share by priority, as placements will", async () => {
    const bench = await EngineBench.open([
      ENVIRONMENT,
      aPolicy("fair", { shareDistribution: [{ shareIdentifier: "light", weightFactor: 0.5 }] }),
      aJobQueue("q", ["ce"], IN_SHARES),
    ]);
    await bench.apply(aJobQueue("other", ["ce"]));
    await bench.submit(aJob("busy").needing({ vcpuMillis: 2_000 }).inQueue("other"));
    const heavy = [1, 2, 3].map((number) => aJob(`heavy-${number}`).inShare("heavy", number));
    const light = [1, 2, 3, 4].map((number) => aJob(`light-${number}`).inShare("light"));
    await bench.submit(...heavy, ...light);
    const front = frontOf(await snapshotOf(bench)).map(([jobId]) => jobId);
    await bench.ends("busy");
    expect(front).toEqual(["heavy-3", "light-1", "light-2", "heavy-2", "light-3", "light-4", "heavy-1"]);
    expect(bench.underWay).toEqual(["heavy-3", "light-1"]);
  });

  test("tells what each share uses, the twenty that use most", async () => {
    const bench = await EngineBench.open([
      aComputeEnvironment("ce"),
      aPolicy("fair", {}),
      aJobQueue("q", ["ce"], IN_SHARES),
    ]);
    const jobs = Array.from({ length: 22 }, (_, index) => {
      const share = `share${String(index).padStart(2, "0")}`;
      return aJob(share)
        .inShare(share)
        .needing({ vcpuMillis: index === 7 ? 2_000 : 500 });
    });
    await bench.submit(...jobs, aJob("idle").inShare("idle").needing({ vcpuMillis: 900_000 }));
    const { queueUtilization } = await snapshotOf(bench);
    const { activeShareCount, topCapacityUtilization = [] } = queueUtilization?.fairshareUtilization ?? {};
    expect(activeShareCount).toBe(22);
    expect(topCapacityUtilization).toHaveLength(20);
    expect(topCapacityUtilization.slice(0, 2)).toEqual([
      { shareIdentifier: "share07", capacityUsage: [{ capacityUnit: "VCPU", quantity: 2 }] },
      { shareIdentifier: "share00", capacityUsage: [{ capacityUnit: "VCPU", quantity: 0.5 }] },
    ]);
    expect(queueUtilization?.totalCapacityUsage).toEqual([{ capacityUnit: "VCPU", quantity: 12.5 }]);
  });
});
