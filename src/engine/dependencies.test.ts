import { describe, expect, test } from "vitest";
import { aJob } from "../../test/support/builders.ts";
import { EACH_WAY, EngineBench, EXITED, PLACE } from "../../test/support/engine-bench.ts";
import { ScriptedProvider } from "../../test/support/scripted-provider.ts";

const LOST = "FAILED after 0: Dependent Job failed";
const PENDING = "PENDING after 0: -";
const STARTING = "STARTING after 1: -";

describe.each(EACH_WAY)("a job that depends on others, $name", ({ isRestartedAlways }) => {
  const open = (): Promise<EngineBench> => EngineBench.open(PLACE, { isRestartedAlways });

  test("is PENDING until all of them have succeeded", async () => {
    const bench = await open();
    await bench.submit(aJob("a"), aJob("b"), aJob("c").dependingOn({ jobId: "a" }, { jobId: "b" }));
    expect([await bench.life("c"), bench.underWay]).toEqual([PENDING, ["a", "b"]]);
    await bench.ends("b");
    expect(await bench.life("c")).toBe(PENDING);
    await bench.ends("a");
    expect(await bench.life("c")).toBe(STARTING);
  });

  test("fails with the first of them, without an attempt, and so do those that depend on it", async () => {
    const bench = await open();
    const c = aJob("c").dependingOn({ jobId: "a" }, { jobId: "b" });
    await bench.submit(aJob("a"), aJob("b"), c, aJob("d").dependingOn({ jobId: "c" }));
    bench.nowMs += 5;
    await bench.ends("b", EXITED(1));
    expect(await bench.lives("a", "c", "d")).toEqual([STARTING, LOST, LOST]);
    const { progress } = await bench.job("c");
    expect([progress.startedAtMs, progress.stoppedAtMs]).toEqual([undefined, bench.nowMs]);
    await bench.ends("a");
    expect(await bench.lives("c", "d")).toEqual([LOST, LOST]);
  });

  test("waits while a failed attempt of one of them is tried again", async () => {
    const bench = await open();
    await bench.submit(
      aJob("a").retrying({ attempts: 2, evaluateOnExit: [] }),
      aJob("b").dependingOn({ jobId: "a" }),
    );
    await bench.ends("a", EXITED(1));
    expect(await bench.life("b")).toBe(PENDING);
    await bench.ends("a");
    expect(await bench.life("b")).toBe(STARTING);
  });

  test("counts what had ended before it was submitted", async () => {
    const bench = await open();
    await bench.submit(aJob("good"), aJob("bad"), aJob("going"));
    await bench.ends("good");
    await bench.ends("bad", EXITED(1));
    await bench.submit(
      aJob("a").dependingOn({ jobId: "good" }),
      aJob("b").dependingOn({ jobId: "good" }, { jobId: "bad" }),
      aJob("c").dependingOn({ jobId: "good" }, { jobId: "going" }),
      aJob("d").array(2).dependingOn({ jobId: "bad" }),
    );
    expect(await bench.lives("a", "b", "c", "d", "d:1")).toEqual([STARTING, LOST, PENDING, LOST, LOST]);
    expect(await bench.summary("d")).toEqual({ FAILED: 2 });
  });

  test("fails when what it depends on is cancelled or terminated", async () => {
    const bench = await open();
    const dependents = ["a", "b"].map((jobId) => aJob(`after-${jobId}`).dependingOn({ jobId }));
    await bench.submit(aJob("a").needing({ vcpuMillis: 10_000_000 }), aJob("b"), ...dependents);
    await bench.cancel("a");
    await bench.terminate("b");
    expect(await bench.lives("after-a", "after-b")).toEqual([LOST, PENDING]);
    await bench.ends("b", EXITED(0));
    expect(await bench.life("after-b")).toBe(LOST);
  });

  test.each(["cancel", "terminate"] as const)(
    "ends by %s only when they have ended, and never runs",
    async (how) => {
      const bench = await open();
      await bench.submit(aJob("a"), aJob("b").dependingOn({ jobId: "a" }));
      await bench[how]("b");
      const reason = how === "cancel" ? "cancelled" : "terminated";
      expect(await bench.life("b")).toBe(`PENDING after 0: ${reason}`);
      const { isCancelled, isTerminated } = (await bench.job("b")).progress;
      expect([isCancelled, isTerminated]).toEqual([how === "cancel", how === "terminate"]);
      await bench.ends("a");
      expect(await bench.life("b")).toBe(`FAILED after 0: ${reason}`);
    },
  );

  test("waits for a whole array, or for one of its children", async () => {
    const bench = await open();
    bench.provider.host = { ...bench.provider.host, vcpuMillis: 1000 };
    await bench.submit(
      aJob("a").array(3),
      aJob("on-all").dependingOn({ jobId: "a" }).needing({ vcpuMillis: 0 }),
      aJob("on-0").dependingOn({ jobId: "a:0" }).needing({ vcpuMillis: 0 }),
      aJob("on-1").dependingOn({ jobId: "a:1" }).needing({ vcpuMillis: 0 }),
      aJob("on-2").dependingOn({ jobId: "a:2" }).needing({ vcpuMillis: 0 }),
    );
    const all = ["on-all", "on-0", "on-1", "on-2"];
    expect(await bench.lives(...all)).toEqual([PENDING, PENDING, PENDING, PENDING]);
    await bench.ends("a:0");
    bench.provider.host = { ...bench.provider.host, vcpuMillis: 9000 };
    await bench.settle();
    expect(await bench.lives(...all)).toEqual([PENDING, STARTING, PENDING, PENDING]);
    await bench.ends("a:1", EXITED(1));
    expect(await bench.lives(...all)).toEqual([PENDING, STARTING, LOST, PENDING]);
    await bench.ends("a:2");
    expect(await bench.lives(...all)).toEqual([LOST, STARTING, LOST, STARTING]);
    await bench.submit(
      aJob("late").dependingOn({ jobId: "a:0" }),
      aJob("later").dependingOn({ jobId: "a:1" }),
    );
    expect(await bench.lives("late", "later")).toEqual([STARTING, LOST]);
  });

  test("fails with a child that is cancelled before it had its turn, by itself or with its array", async () => {
    const bench = await open();
    bench.provider.host = { ...bench.provider.host, vcpuMillis: 1000 };
    await bench.submit(
      aJob("a").array(3),
      aJob("on-0").dependingOn({ jobId: "a:0" }),
      aJob("on-1").dependingOn({ jobId: "a:1" }),
      aJob("on-2").dependingOn({ jobId: "a:2" }),
    );
    await bench.cancel("a:2");
    expect(await bench.lives("on-0", "on-1", "on-2")).toEqual([PENDING, PENDING, LOST]);
    await bench.cancel("a");
    expect(await bench.lives("on-0", "on-1", "on-2")).toEqual([PENDING, LOST, LOST]);
    await bench.ends("a:0");
    expect(await bench.life("on-0")).toBe(STARTING);
  });
});

describe.each(EACH_WAY)("an array whose children depend on children, $name", ({ isRestartedAlways }) => {
  const open = (): Promise<EngineBench> => EngineBench.open(PLACE, { isRestartedAlways });

  test("SEQUENTIAL: runs them one after the other", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(3).dependingOn({ type: "SEQUENTIAL" }));
    for (const index of [0, 1, 2]) {
      expect(bench.underWay).toEqual([`a:${index}`]);
      await bench.ends(`a:${index}`);
    }
    expect(await bench.life("a")).toBe("SUCCEEDED after 0: -");
  });

  test("SEQUENTIAL: fails all behind one that failed", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(4).dependingOn({ type: "SEQUENTIAL" }));
    await bench.ends("a:0");
    expect(await bench.summary("a")).toEqual({ SUCCEEDED: 1, STARTING: 1, PENDING: 2 });
    await bench.ends("a:1", EXITED(1));
    expect(await bench.lives("a", "a:2", "a:3")).toEqual([
      "FAILED after 0: Array Child Job failed",
      LOST,
      LOST,
    ]);
  });

  test("SEQUENTIAL: fails all behind one that is cancelled, and stops there only", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(4).dependingOn({ type: "SEQUENTIAL" }));
    await bench.cancel("a:2");
    expect(await bench.lives("a", "a:0", "a:1", "a:2", "a:3")).toEqual([
      PENDING,
      STARTING,
      PENDING,
      "FAILED after 0: cancelled",
      LOST,
    ]);
    await bench.ends("a:0");
    expect(await bench.life("a:1")).toBe(STARTING);
  });

  test("N_TO_N: runs each when its counterpart has succeeded", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(3), aJob("b").array(3).dependingOn({ jobId: "a", type: "N_TO_N" }));
    expect([await bench.life("b"), await bench.summary("b")]).toEqual([PENDING, { PENDING: 3 }]);
    await bench.ends("a:2");
    expect(await bench.summary("b")).toEqual({ PENDING: 2, STARTING: 1 });
    expect(await bench.life("b:2")).toBe(STARTING);
    await bench.ends("a:0", EXITED(1));
    await bench.ends("a:1");
    expect(await bench.lives("a", "b:0", "b:1", "b:2")).toEqual([
      "FAILED after 0: Array Child Job failed",
      LOST,
      STARTING,
      STARTING,
    ]);
    await bench.ends("b:1");
    await bench.ends("b:2");
    expect(await bench.life("b")).toBe("FAILED after 0: Array Child Job failed");
  });

  test("N_TO_N: takes up an array that is half done, and one that has ended", async () => {
    const bench = await open();
    await bench.submit(aJob("a").array(3));
    await bench.ends("a:0");
    await bench.ends("a:1", EXITED(1));
    await bench.submit(aJob("b").array(3).dependingOn({ jobId: "a", type: "N_TO_N" }));
    expect(await bench.lives("b:0", "b:1", "b:2")).toEqual([STARTING, LOST, PENDING]);

    await bench.submit(aJob("done").array(2));
    await bench.ends("done:0");
    await bench.ends("done:1");
    await bench.submit(aJob("c").array(2).dependingOn({ jobId: "done", type: "N_TO_N" }));
    expect(await bench.lives("c:0", "c:1")).toEqual([STARTING, STARTING]);
  });

  test("N_TO_N: loses the counterparts of children that are cancelled", async () => {
    const bench = await open();
    bench.provider.host = { ...bench.provider.host, vcpuMillis: 1000 };
    await bench.submit(aJob("a").array(3), aJob("b").array(3).dependingOn({ jobId: "a", type: "N_TO_N" }));
    await bench.cancel("a:1");
    expect(await bench.lives("b:0", "b:1", "b:2")).toEqual([PENDING, LOST, PENDING]);
    await bench.cancel("a");
    expect(await bench.lives("b:0", "b:1", "b:2")).toEqual([PENDING, LOST, LOST]);
    await bench.ends("a:0");
    expect(await bench.lives("a", "b:0")).toEqual(["FAILED after 0: cancelled", STARTING]);
    await bench.ends("b:0");
    expect(await bench.life("b")).toBe("FAILED after 0: Array Child Job failed");
  });

  test("all kinds at once: each child waits for everything that is its own", async () => {
    const bench = await open();
    const mixed = [{ type: "SEQUENTIAL" }, { jobId: "a", type: "N_TO_N" }, { jobId: "b" }] as const;
    await bench.submit(
      aJob("a").array(2),
      aJob("b"),
      aJob("c")
        .array(2)
        .dependingOn(...mixed),
    );
    await bench.ends("a:0");
    await bench.ends("a:1");
    expect(await bench.summary("c")).toEqual({ PENDING: 2 });
    await bench.ends("b");
    expect(await bench.lives("c:0", "c:1")).toEqual([STARTING, PENDING]);
    await bench.ends("c:0");
    expect(await bench.life("c:1")).toBe(STARTING);
    await bench.ends("c:1");
    expect(await bench.life("c")).toBe("SUCCEEDED after 0: -");
  });

  test("fails as a whole with a job that all of them wait for", async () => {
    const bench = await open();
    const both = [{ jobId: "b" }, { type: "SEQUENTIAL" }] as const;
    await bench.submit(
      aJob("b"),
      aJob("c")
        .array(2)
        .dependingOn(...both),
    );
    await bench.ends("b", EXITED(1));
    expect(await bench.lives("c", "c:0", "c:1")).toEqual([LOST, LOST, LOST]);
    expect(bench.underWay).toEqual([]);
  });
});

describe("many that depend on one another", { timeout: 30_000 }, () => {
  const COUNT = 10_000;

  test("a chain fails from its head to its end", async () => {
    const bench = await EngineBench.open();
    const chain = Array.from({ length: COUNT }, (_, index) =>
      aJob(`job-${index}`).dependingOn(...(index === 0 ? [] : [{ jobId: `job-${index - 1}` }])),
    );
    await bench.apply(...chain.map((job, index) => job.submitted().at(index + 1)));
    await bench.settle();
    await bench.ends("job-0", EXITED(1));
    expect(await bench.lives("job-1", `job-${COUNT / 2}`, `job-${COUNT - 1}`)).toEqual([LOST, LOST, LOST]);
    expect(bench.engine.sequencer.state.jobs.toAdmit.size).toBe(0);
  });

  test.each([
    ["all start when it succeeds", 0, "RUNNABLE after 0: -"],
    ["all fail with it", 1, LOST],
  ])("a fan: %s", async (_name, exitCode, life) => {
    const provider = new ScriptedProvider({ vcpuMillis: 1000, memoryMiB: 1000, gpuCount: 0 });
    const bench = await EngineBench.open(PLACE, { provider });
    const fan = Array.from({ length: COUNT }, (_, index) =>
      aJob(`job-${index}`).dependingOn({ jobId: "one" }),
    );
    await bench.apply(aJob("one").submitted(), ...fan.map((job, index) => job.submitted().at(index + 2)));
    await bench.settle();
    await bench.ends("one", EXITED(exitCode));
    expect(await bench.lives("job-1", `job-${COUNT - 1}`)).toEqual([life, life]);
  });

  test("an array of ten thousand in a row fails behind the one that failed", async () => {
    const bench = await EngineBench.open();
    await bench.submit(aJob("a").array(COUNT).dependingOn({ type: "SEQUENTIAL" }));
    await bench.ends("a:0");
    await bench.ends("a:1", EXITED(1));
    expect([await bench.life("a"), await bench.summary("a")]).toEqual([
      "FAILED after 0: Array Child Job failed",
      { SUCCEEDED: 1, FAILED: COUNT - 1 },
    ]);
  });
});
