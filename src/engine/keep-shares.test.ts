import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, aPolicy, SCOPE } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench } from "../../test/support/engine-bench.ts";
import { passes } from "../../test/support/instance-bench.ts";
import { jobQueueArn, schedulingPolicyArn } from "../batch/arn.ts";
import { isActive } from "../scheduler/ordering/active-shares.ts";
import { averageAt } from "../store/live-share.ts";
import type { LiveShare } from "../store/live-share.ts";

const MINUTE_MS = 60_000;
/** Of a policy that names none. */
const HALF_LIFE_MS = 10 * MINUTE_MS;

const FAIR_QUEUE = [
  aPolicy("fair", {}),
  aComputeEnvironment("ce"),
  aJobQueue("q", ["ce"], { schedulingPolicyArn: schedulingPolicyArn(SCOPE, "fair") }),
];

async function keptOf(bench: EngineBench): Promise<readonly unknown[]> {
  const { shareUsages } = await bench.store.load();
  return shareUsages.map(({ shareIdentifier, averageVcpus }) => [shareIdentifier, averageVcpus]);
}

function sharesOf({ engine }: EngineBench): readonly LiveShare[] {
  return [...(engine.sequencer.state.jobs.readyQueue(jobQueueArn(SCOPE, "q"))?.shares.values() ?? [])];
}

describe.each(EACH_WAY)("what a share has had, $name", ({ isRestartedAlways }) => {
  async function runFor(lengthMs: number): Promise<EngineBench> {
    const bench = await EngineBench.open(FAIR_QUEUE, { isRestartedAlways });
    await bench.submit(aJob("job").inShare("a"));
    await bench.comesUp("job");
    await passes(bench, lengthMs);
    await bench.ends("job");
    return bench;
  }

  test("is kept, and halves", async () => {
    const bench = await runFor(HALF_LIFE_MS);
    await passes(bench, HALF_LIFE_MS);
    await bench.restart();
    const [share] = sharesOf(bench);
    expect(share && averageAt(share, bench.nowMs)).toBeCloseTo(250, 3);
  });

  test("is written no more once nothing runs, and wakes nobody", async () => {
    const bench = await runFor(HALF_LIFE_MS);
    await passes(bench, 2 * MINUTE_MS);
    expect(await bench.tick()).toBeUndefined();
  });

  test("is known of a share of short jobs, too, which stays active", async () => {
    const bench = await runFor(1);
    await passes(bench, 2 * MINUTE_MS);
    await bench.restart();
    const [share] = sharesOf(bench);
    expect(share && isActive(share, bench.nowMs)).toBe(true);
  });

  test("is kept a minute after a job started, though nothing else happens", async () => {
    const bench = await EngineBench.open(FAIR_QUEUE, { isRestartedAlways });
    await bench.submit(aJob("job").inShare("a"));
    await bench.comesUp("job");
    bench.nowMs += (await bench.tick()) ?? Infinity;
    await bench.tick();
    expect(await keptOf(bench)).toEqual([["a", expect.closeTo(1 - 2 ** -0.1, 3)]]);
  });

  test("is forgotten with the share once it comes to nothing", async () => {
    const bench = await runFor(HALF_LIFE_MS);
    // 0.5 vCPU is less than a thousandth after nine half-lives.
    await passes(bench, 8 * HALF_LIFE_MS);
    expect([sharesOf(bench).length, (await keptOf(bench)).length]).toEqual([1, 1]);
    await passes(bench, HALF_LIFE_MS + MINUTE_MS);
    expect([sharesOf(bench), await keptOf(bench)]).toEqual([[], []]);
  });

  test("stays as long as jobs of the share wait", async () => {
    const bench = await runFor(HALF_LIFE_MS);
    await bench.submit(aJob("huge").inShare("a").needing({ vcpuMillis: 10_000_000 }));
    await passes(bench, 20 * HALF_LIFE_MS);
    expect(sharesOf(bench)).toMatchObject([{ identifier: "a" }]);
  });
});
