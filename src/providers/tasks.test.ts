import { describe, expect, test } from "vitest";
import { aTask, anAttempt, recovered } from "../../test/support/provider-driver.ts";
import type { ContainerDependency } from "../batch/task-containers.ts";
import { type ContainerRun, runsOf } from "./container-run.ts";
import { LoopbackAddresses } from "./loopback-addresses.ts";
import type { AttemptSpec, ProviderNews } from "./provider.ts";
import { Tasks } from "./tasks.ts";

const HELPER = { isEssential: false } as const;

describe("a task of one container", () => {
  test("is handed on as it is", () => {
    const bench = new Bench();
    const task = anAttempt(["true"]);
    bench.tasks.start(task);
    bench.comesUp(task, 0, 5);
    bench.tasks.end(task.taskId, "stop");
    bench.ends(task, 0, 9, 3);
    bench.tasks.forget(task.taskId);
    expect(bench.asked).toEqual(["start 0", "stop 0", "forget 0"]);
    expect(bench.told).toEqual(["started at 5", "ended at 9: exited 3"]);
    expect(bench.tasks.poll()).toBeUndefined();
  });
});

describe("a task of several containers", () => {
  test("starts the next when what it waits for has happened, and ends as a whole", () => {
    const bench = new Bench();
    const task = aTask([
      ["app", "", { dependsOn: after("init", "SUCCESS") }],
      ["init", "", HELPER],
      ["side", "", HELPER],
    ]);
    bench.tasks.start(task);
    bench.comesUp(task, 1, 5);
    bench.comesUp(task, 2, 5);
    bench.ends(task, 1, 8, 0);
    bench.comesUp(task, 0, 9);
    bench.ends(task, 0, 12, 0);
    expect(bench.told).toEqual(["started at 9"]);
    bench.ends(task, 2, 14, 143);
    bench.tasks.forget(task.taskId);
    expect(bench.asked).toEqual([
      "start 1",
      "start 2",
      "start 0",
      "stop 2",
      "forget 0",
      "forget 1",
      "forget 2",
    ]);
    expect(bench.told).toEqual(["started at 9", "ended at 14: exited 0"]);
  });

  test("whose first container fails as it is started does not start the others", () => {
    const bench = new Bench();
    bench.onStart = (run) => {
      if (run.name === "broken") bench.fails(run);
    };
    const task = aTask([
      ["broken", ""],
      ["side", "", { ...HELPER, dependsOn: after("broken", "START") }],
    ]);
    bench.tasks.start(task);
    expect(bench.asked).toEqual(["start 0"]);
    expect(bench.told).toEqual(["ended at 0: start-failed undefined"]);
  });

  test("gives each container its own time to end, and kills it once", () => {
    const bench = new Bench();
    const task = aTask([
      ["app", ""],
      ["slow", "", { ...HELPER, stopTimeoutSeconds: 60 }],
      ["side", "", HELPER],
    ]);
    bench.tasks.start(task);
    for (const index of [0, 1, 2]) bench.comesUp(task, index, 1);
    bench.ends(task, 0, 2, 0);
    bench.asked.length = 0;
    expect(bench.tasks.poll()).toBe(30_000);
    bench.nowMs += 30_000;
    expect(bench.tasks.poll()).toBe(30_000);
    bench.nowMs += 30_000;
    bench.tasks.poll();
    bench.tasks.poll();
    expect(bench.asked).toEqual(["kill 2", "kill 1"]);
  });

  test("that somebody wants ended starts nothing any more", () => {
    const bench = new Bench();
    const task = aTask([
      ["app", "", { dependsOn: after("init", "SUCCESS") }],
      ["init", "", HELPER],
    ]);
    bench.tasks.start(task);
    bench.comesUp(task, 1, 1);
    bench.tasks.end(task.taskId, "stop");
    bench.tasks.end(task.taskId, "stop");
    bench.tasks.end(task.taskId, "kill");
    bench.ends(task, 1, 4, 0);
    expect(bench.asked).toEqual(["start 1", "stop 1", "kill 1"]);
    expect(bench.told).toEqual(["ended at 4: start-failed undefined"]);
  });

  test("gives up by itself when a container takes too long", () => {
    const bench = new Bench();
    const task = aTask([
      ["app", "", { dependsOn: after("init", "SUCCESS") }],
      ["init", "", { ...HELPER, startTimeoutSeconds: 5 }],
    ]);
    bench.tasks.start(task);
    bench.comesUp(task, 1, 0);
    expect(bench.tasks.poll()).toBe(5_000);
    bench.nowMs += 5_000;
    bench.tasks.poll();
    expect(bench.asked).toEqual(["start 1", "stop 1"]);
  });

  test("says what it is about until it has come up", () => {
    const bench = new Bench();
    const task = aTask([
      ["app", "", { dependsOn: after("init", "SUCCESS") }],
      ["init", "", HELPER],
    ]);
    bench.tasks.start(task);
    const stage = (): string | undefined => bench.tasks.stageOf(task.taskId, () => "pulling x");
    expect(stage()).toBe("container app: waiting for other containers; container init: pulling x");
    bench.comesUp(task, 1, 1);
    bench.ends(task, 1, 2, 0);
    bench.comesUp(task, 0, 3);
    expect(stage()).toBeUndefined();
  });
});

describe("a task of several containers that was under way", () => {
  const task = aTask([
    ["app", "", { dependsOn: after("init", "SUCCESS") }],
    ["init", "", HELPER],
  ]);

  test("waits until it is known what has become of each container", () => {
    const bench = new Bench();
    const runs = bench.tasks.recover([recovered(task, false)]);
    expect(runs.map(({ hasRun, isHeld }) => ({ hasRun, isHeld }))).toEqual([
      { hasRun: false, isHeld: true },
      { hasRun: false, isHeld: true },
    ]);
    bench.ends(task, 1, 4, 0);
    expect(bench.asked).toEqual([]);
    bench.isAbsent(task, 0);
    expect(bench.asked).toEqual(["start 0"]);
  });

  test("does not tell again that it has come up", () => {
    const bench = new Bench();
    const [app, init] = bench.tasks.recover([recovered(task, true)]);
    expect([app?.hasRun, init?.hasRun]).toEqual([true, false]);
    bench.ends(task, 1, 4, 0);
    bench.comesUp(task, 0, 5);
    bench.ends(task, 0, 9, 7);
    expect(bench.asked).toEqual([]);
    expect(bench.told).toEqual(["ended at 9: exited 7"]);
  });
});

test("tasks of a group have addresses of their own, which they keep", () => {
  const bench = new Bench();
  const network = { groupId: "g" };
  const [first, second] = [
    anAttempt(["true"], { network }),
    aTask(
      [
        ["a", ""],
        ["b", ""],
      ],
      { network },
    ),
  ];
  bench.tasks.recover([{ ...recovered(first, true), address: "127.9.9.9" }, recovered(second, false)]);
  expect(bench.addresses.claim(first.taskId)).toBe("127.9.9.9");
  bench.comesUp(second, 0, 1);
  bench.comesUp(second, 1, 2);
  expect(bench.told).toEqual([`started at 2 as ${bench.addresses.claim(second.taskId)}`]);
});

/** Runs that do nothing but what a test says. */
class Bench {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly addresses = new LoopbackAddresses();
  readonly tasks: Tasks;
  nowMs = 0;
  onStart: (run: ContainerRun) => void = () => {};

  constructor() {
    this.tasks = new Tasks({
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      runs: {
        start: (run) => {
          this.asked.push(`start ${indexOf(run.runId)}`);
          this.onStart(run);
        },
        end: (runId, wish) => void this.asked.push(`${wish} ${indexOf(runId)}`),
        forget: (runId) => void this.asked.push(`forget ${indexOf(runId)}`),
      },
      addresses: this.addresses,
      onNews: (news) => void this.told.push(describeNews(news)),
    });
  }

  comesUp(task: AttemptSpec, index: number, atMs: number): void {
    this.tasks.runStarted(this.#run(task, index), atMs);
  }

  ends(task: AttemptSpec, index: number, atMs: number, exitCode: number): void {
    const outcome = { kind: "exited", exitCode } as const;
    this.tasks.runEnded(this.#run(task, index), { atMs, outcome, startedAtMs: 1 });
  }

  fails(run: ContainerRun): void {
    this.tasks.runEnded(run, { atMs: 0, outcome: { kind: "start-failed", reason: "x" } });
  }

  isAbsent(task: AttemptSpec, index: number): void {
    this.tasks.runAbsent(this.#run(task, index));
  }

  #run(task: AttemptSpec, index: number): ContainerRun {
    const run = runsOf(task, task.network && this.addresses.claim(task.taskId))[index];
    if (run === undefined) throw new Error(`the task has no container ${index}`);
    return run;
  }
}

function describeNews(news: ProviderNews): string {
  const { kind, atMs } = news;
  if (kind === "ended") return `ended at ${atMs}: ${news.outcome.kind} ${news.outcome.exitCode}`;
  return news.address === undefined ? `started at ${atMs}` : `started at ${atMs} as ${news.address}`;
}

function indexOf(runId: string): number {
  return Number(runId.split("-")[1] ?? 0);
}

function after(
  containerName: string,
  condition: ContainerDependency["condition"],
): readonly ContainerDependency[] {
  return [{ containerName, condition }];
}
