import { describe, expect, test } from "vitest";
import { aComputeEnvironment, aJob, aJobQueue, JobBuilder, SCOPE } from "../../test/support/builders.ts";
import type { Buildable } from "../../test/support/builders.ts";
import { NO_SURROUNDINGS, SILENT } from "../../test/support/engine-parts.ts";
import { RecordingProvider } from "../../test/support/recording-provider.ts";
import { sequentialIds } from "../lib/sequential-ids.ts";
import { jobQueueArn } from "../batch/arn.ts";
import type { AttemptOutcome } from "../batch/attempt.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { Sequencer } from "../store/sequencer.ts";
import { StoreWriteError } from "../store/store.ts";
import type { StoredJob } from "../store/store.ts";
import type { Change } from "../store/change.ts";
import { createEngine, DEFAULT_CAPACITY } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { recover } from "./recover.ts";
import { tick } from "./tick.ts";

const EXITED = (exitCode: number): AttemptOutcome => ({ kind: "exited", exitCode });

/** A store that can be told to have a full disk. */
class FillableStore extends MemoryStore {
  isFull = false;

  override async commit(changes: readonly Change[]): Promise<void> {
    if (this.isFull) throw new StoreWriteError("no space left");
    await super.commit(changes);
  }
}

/** An engine on a stand-in provider, with a clock that the test moves. */
class EngineBench {
  readonly store: FillableStore;
  provider = new RecordingProvider();
  nowMs = 1_000_000;
  monotonicMs = 0;
  engine!: Engine;

  private constructor(store: FillableStore) {
    this.store = store;
  }

  static async with(...things: readonly Buildable[]): Promise<EngineBench> {
    const bench = new EngineBench(new FillableStore());
    await bench.store.commit(things.flatMap((thing) => thing.changes()));
    await bench.restart();
    return bench;
  }

  /** A new engine on what the store holds, as after a crash. */
  async restart(): Promise<void> {
    this.provider = new RecordingProvider();
    const sequencer = await Sequencer.open({
      store: this.store,
      runSoon: (flush) => void Promise.resolve().then(flush),
      wake() {},
    });
    const parts = { store: this.store, provider: this.provider, ids: sequentialIds(), observer: SILENT };
    this.engine = createEngine({ sequencer, ...parts, surroundings: NO_SURROUNDINGS });
    await recover(this.engine, this);
  }

  /** Time passes, on both clocks. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.monotonicMs += ms;
  }

  tick(): Promise<number | undefined> {
    return tick(this.engine, { nowMs: this.nowMs, monotonicMs: this.monotonicMs });
  }

  async job(jobId: string): Promise<StoredJob> {
    const [stored] = await this.store.readJobs(SCOPE, [jobId]);
    if (stored === undefined) throw new Error(`no job ${jobId}`);
    return stored;
  }

  /** What a job shows of its life: status, reason, attempts. */
  async life(jobId: string): Promise<string> {
    const { progress, attempts } = await this.job(jobId);
    return `${progress.status} after ${attempts.length}: ${progress.statusReason ?? "-"}`;
  }

  /** Brings a job to RUNNING. */
  async run(jobId: string): Promise<void> {
    await this.tick();
    this.provider.comesUp(jobId, this.nowMs);
    await this.tick();
    this.provider.take();
  }
}

const PLACE = [aComputeEnvironment("ce"), aJobQueue("q", ["ce"])];

describe("tick", () => {
  test("takes a job from SUBMITTED through its states, each durable before what follows", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a").submitted());
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual(["STARTING after 1: -", ["start a"]]);
    bench.provider.comesUp("a", bench.nowMs + 5);
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual([
      "RUNNING after 1: -",
      ["acknowledge started a"],
    ]);
    bench.provider.ends("a", bench.nowMs + 9, EXITED(0));
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual([
      "SUCCEEDED after 1: Essential container in task exited",
      ["acknowledge ended a"],
    ]);
    const { progress } = await bench.job("a");
    expect([progress.startedAtMs, progress.stoppedAtMs]).toEqual([bench.nowMs + 5, bench.nowMs + 9]);
    expect(bench.engine.sequencer.state.jobs.hostUsage).toEqual({ vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 });
  });

  test("places nothing while the provider is away, says so, and goes on when it is back", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"));
    const reports: CycleReport[] = [];
    const observer = { ...SILENT, cycleEnded: (report: CycleReport) => reports.push(report) };
    bench.engine = { ...bench.engine, observer };
    bench.provider.cannotStart = "the engine does not answer";
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual(["RUNNABLE after 0: -", []]);
    expect(reports.map(({ blocked }) => blocked)).toEqual([
      [{ jobQueueArn: jobQueueArn(SCOPE, "q"), jobId: "a", because: "provider-unavailable" }],
    ]);
    bench.provider.cannotStart = undefined;
    await bench.tick();
    expect(bench.provider.take()).toEqual(["start a"]);
  });

  test("gives the attempt its log stream, environment and instance", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"));
    await bench.run("a");
    const [attempt] = (await bench.job("a")).attempts;
    const stream = await bench.store.readLogStream(SCOPE, "/aws/batch/job", attempt?.logStreamName ?? "");
    expect(stream?.streamId).toBe(attempt?.taskId);
    expect(attempt?.logStreamName).toBe(`definition/default/${attempt?.taskId}`);
    expect(attempt?.instance?.instanceId).toMatch(/^i-[0-9a-f]{17}$/);
    expect(bench.provider.specs[0]?.containers[0]?.environment).toContainEqual({
      name: "AWS_BATCH_JOB_ATTEMPT",
      value: "1",
    });
  });

  test("ends an attempt whose log group is missing without asking the provider, and tries again", async () => {
    const { job, progress } = aJob("1");
    const logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "/missing" } } as const;
    const workload = { kind: "container", container: { image: "busybox", logConfiguration } } as const;
    const retryStrategy = { attempts: 2, evaluateOnExit: [] };
    const logging = new JobBuilder({ ...job, workload, retryStrategy }, progress);
    const bench = await EngineBench.with(aComputeEnvironment("ce"), aJobQueue("q", ["ce"]), logging);
    expect(await bench.tick()).toBe(0);
    expect(await bench.life("1")).toBe("RUNNABLE after 1: Task failed to start");
    await bench.tick();
    expect(await bench.life("1")).toBe("FAILED after 2: Task failed to start");
    expect(bench.provider.take()).toEqual([]);
    const { attempts } = await bench.job("1");
    expect(
      attempts.map(({ outcome, logStreamName }) => [outcome?.reason?.slice(0, 26), logStreamName]),
    ).toEqual([
      ["CannotStartContainerError:", undefined],
      ["CannotStartContainerError:", undefined],
    ]);
  });

  test("retries a failed attempt at the front of the queue until the attempts are used up", async () => {
    const bench = await EngineBench.with(
      aComputeEnvironment("ce", { maxvCpus: 1 }),
      aJobQueue("q", ["ce"]),
      aJob("a").at(1).retrying({ attempts: 2, evaluateOnExit: [] }),
      aJob("b").at(2),
    );
    await bench.run("a");
    bench.provider.ends("a", bench.nowMs, EXITED(1));
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual([
      "STARTING after 2: Essential container in task exited",
      ["acknowledge ended a", "start a"],
    ]);
    bench.provider.ends("a", bench.nowMs, EXITED(1));
    await bench.tick();
    expect([await bench.life("a"), bench.provider.take()]).toEqual([
      "FAILED after 2: Essential container in task exited",
      ["acknowledge ended a", "start b"],
    ]);
  });

  test("says that the host went when it did, and places the next attempt on another instance", async () => {
    const bench = await EngineBench.with(
      ...PLACE,
      aJob("a").retrying({
        attempts: 3,
        evaluateOnExit: [
          { onStatusReason: "Host EC2*", action: "RETRY" },
          { onReason: "*", action: "EXIT" },
        ],
      }),
    );
    await bench.run("a");
    bench.provider.ends("a", bench.nowMs, { kind: "host-lost" });
    await bench.tick();
    const { attempts } = await bench.job("a");
    expect(attempts[0]?.statusReason).toBe(
      `Host EC2 (instance ${attempts[0]?.instance?.instanceId}) terminated.`,
    );
    expect(attempts).toHaveLength(2);
    expect(attempts[1]?.instance?.instanceId).not.toBe(attempts[0]?.instance?.instanceId);
    bench.provider.ends("a", bench.nowMs, EXITED(7));
    await bench.tick();
    expect(await bench.life("a")).toBe("FAILED after 2: Essential container in task exited");
  });

  test("times out an attempt by the monotonic clock: SIGTERM, and SIGKILL 30 s later; never a retry", async () => {
    const bench = await EngineBench.with(
      ...PLACE,
      aJob("a").limitedTo(60).retrying({ attempts: 5, evaluateOnExit: [] }),
    );
    await bench.run("a");
    bench.nowMs += 86_400_000; // the wall clock jumps a day
    expect(await bench.tick()).toBe(60_000);
    expect(bench.provider.take()).toEqual([]);
    bench.pass(60_000);
    expect(await bench.tick()).toBe(30_000);
    expect(bench.provider.take()).toEqual(["stop a"]);
    bench.pass(29_999);
    await bench.tick();
    expect(bench.provider.take()).toEqual([]);
    bench.pass(1);
    await bench.tick();
    expect(bench.provider.take()).toEqual(["kill a"]);
    bench.provider.ends("a", bench.nowMs, EXITED(137));
    expect(await bench.tick()).toBe(DEFAULT_CAPACITY.idleMs);
    expect(await bench.life("a")).toBe("FAILED after 1: Job attempt duration exceeded timeout");
  });

  test("times an attempt by its own start, not by that of the attempt before it", async () => {
    const retried = aJob("a").limitedTo(60).retrying({ attempts: 2, evaluateOnExit: [] });
    const bench = await EngineBench.with(...PLACE, retried);
    await bench.tick();
    const hourAgoMs = bench.nowMs - 3_600_000;
    bench.provider.comesUp("a", hourAgoMs);
    bench.provider.ends("a", bench.nowMs, EXITED(1));
    await bench.tick();
    bench.provider.take();
    bench.provider.comesUp("a", bench.nowMs);
    expect(await bench.tick()).toBe(60_000);
    await bench.tick();
    expect(bench.provider.take()).toEqual(["acknowledge started a"]);
  });

  test("ends the instance of a deleted environment with it", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"));
    await bench.run("a");
    const instanceId = (await bench.job("a")).attempts[0]?.instance?.instanceId ?? "";
    bench.provider.ends("a", bench.nowMs, EXITED(0));
    await bench.tick();
    const [change] = aComputeEnvironment("ce", { state: "DISABLED", status: "DELETING" }).changes();
    if (change !== undefined) await bench.engine.sequencer.decide(() => ({ changes: [change], answer: 0 }));
    await bench.tick();
    expect((await bench.store.readInstance(SCOPE, instanceId))?.terminatedAtMs).toBe(bench.nowMs);
    expect(bench.engine.sequencer.state.instances.find(instanceId)).toBeUndefined();
  });

  test("carries on with stopping and with time limits after a restart", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a").limitedTo(60));
    await bench.run("a");
    bench.pass(50_000);
    await bench.restart();
    expect(bench.provider.recovered.map(({ spec, isRunning }) => [spec.jobId, isRunning])).toEqual([
      ["a", true],
    ]);
    expect(await bench.tick()).toBe(10_000);
    bench.pass(10_000);
    await bench.tick();
    expect(bench.provider.take()).toEqual(["stop a"]);
    bench.pass(20_000);
    await bench.restart();
    expect(await bench.tick()).toBe(30_000);
    expect(bench.provider.take()).toEqual(["stop a"]);
    bench.pass(30_000);
    await bench.tick();
    expect(bench.provider.take()).toEqual(["kill a"]);
  });

  test("changes and does nothing when the commit fails, and takes the same news again", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"), aJob("b").at(2).submitted());
    await bench.run("a");
    bench.provider.ends("a", bench.nowMs, EXITED(0));
    bench.store.isFull = true;
    await expect(bench.tick()).rejects.toThrow(StoreWriteError);
    await expect(bench.tick()).rejects.toThrow(StoreWriteError);
    expect(bench.provider.take()).toEqual([]);
    bench.store.isFull = false;
    await bench.tick();
    expect(await bench.life("a")).toBe("SUCCEEDED after 1: Essential container in task exited");
    expect(bench.provider.take()).toContain("acknowledge ended a");
  });

  test("hands an attempt that was durable in STARTING at a crash to the provider again", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"));
    await bench.tick();
    const [spec] = bench.provider.specs;
    await bench.restart();
    expect(bench.provider.recovered.map((known) => [known.spec, known.isRunning])).toEqual([[spec, false]]);
  });

  test("ends the jobs of a deleted queue, waiting and running, and then the queue", async () => {
    const bench = await EngineBench.with(
      aComputeEnvironment("ce", { maxvCpus: 1 }),
      aJobQueue("q", ["ce"]),
      aJob("runs").at(1).retrying({ attempts: 9, evaluateOnExit: [] }),
      aJob("waits").at(2),
      aJob("new").at(3).submitted(),
    );
    await bench.run("runs");
    const [change] = aJobQueue("q", ["ce"], { state: "DISABLED", status: "DELETING" }).changes();
    if (change !== undefined) await bench.engine.sequencer.decide(() => ({ changes: [change], answer: 0 }));
    await bench.tick();
    expect(bench.provider.take()).toEqual(["stop runs"]);
    expect([await bench.life("waits"), await bench.life("new")]).toEqual([
      "FAILED after 0: JobQueue deleted",
      "FAILED after 0: JobQueue deleted",
    ]);
    bench.provider.ends("runs", bench.nowMs, EXITED(143));
    await bench.tick();
    expect(await bench.life("runs")).toBe("FAILED after 1: JobQueue deleted");
    expect(await bench.store.readJobQueues(SCOPE, ["q"])).toEqual([]);
  });

  test("places nothing new while it drains", async () => {
    const bench = await EngineBench.with(...PLACE, aJob("a"));
    bench.engine.isDraining = true;
    expect(await bench.tick()).toBeUndefined();
    expect(await bench.life("a")).toBe("RUNNABLE after 0: -");
  });
});
