import { array, assert as check, boolean, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../batch/attempt.ts";
import type { ContainerDependency } from "../batch/task-containers.ts";
import {
  type ContainerState,
  type OrderedContainer,
  type TaskDecision,
  decideTask,
} from "./container-order.ts";

const WAITING: ContainerState = { kind: "waiting" };
const STARTING: ContainerState = { kind: "starting" };
const NOW_MS = 100_000;

describe("decideTask", () => {
  describe("starts", () => {
    test.each<
      [name: string, condition: ContainerDependency["condition"], other: ContainerState, isReady: boolean]
    >([
      ["one whose other is on its way", "START", STARTING, false],
      ["one whose other has come up", "START", running(1), true],
      ["one whose other came up and ended at once", "START", exited(3), true],
      ["one whose other is to complete and runs", "COMPLETE", running(1), false],
      ["one whose other is to complete and failed", "COMPLETE", exited(3), true],
      ["one whose other is to succeed and runs", "SUCCESS", running(1), false],
      ["one whose other is to succeed and did", "SUCCESS", exited(0), true],
    ])("%s, by %s: %#", (_name, condition, other, isReady) => {
      const containers = [helper("init"), main("app", { containerName: "init", condition })];
      expect(decide(containers, [other, WAITING])).toEqual({ start: isReady ? [1] : [], isEnding: false });
    });

    test("all that depend on nothing at once, and no other", () => {
      const containers = [main("a"), helper("b"), helper("c", { containerName: "a", condition: "START" })];
      expect(decide(containers, [WAITING, WAITING, WAITING]).start).toEqual([0, 1]);
    });
  });

  describe("runs", () => {
    test("once the last of the essential containers has come up, whatever the others do", () => {
      const containers = [main("a"), main("b"), helper("c")];
      expect(decide(containers, [running(5), STARTING, running(6)])).toEqual({ start: [], isEnding: false });
      expect(decide(containers, [running(5), running(7), STARTING])).toMatchObject({ startedAtMs: 7 });
    });
  });

  describe("ends", () => {
    test.each<[name: string, states: readonly ContainerState[], outcome: AttemptOutcome]>([
      [
        "well where all that are essential did",
        [exited(0, 10), exited(0, 20), exited(1)],
        { kind: "exited", exitCode: 0 },
      ],
      [
        "as the one that ended first",
        [exited(2, 10), exited(143, 20), WAITING],
        { kind: "exited", exitCode: 2 },
      ],
      [
        "as the first that failed",
        [exited(0, 10), exited(143, 20), WAITING],
        { kind: "exited", exitCode: 143 },
      ],
      [
        "with the reason of the one that ended first",
        [
          exited(143, 20),
          ended({ kind: "exited", exitCode: 137, reason: "OutOfMemoryError: x" }, 10),
          WAITING,
        ],
        { kind: "exited", exitCode: 137, reason: "OutOfMemoryError: x" },
      ],
      [
        "lost with the host",
        [ended({ kind: "host-lost" }, 10), exited(143, 20), WAITING],
        { kind: "host-lost" },
      ],
      [
        "not started where an essential one did not",
        [failed("CannotPullContainerError: x", 10), exited(143, 20), WAITING],
        { kind: "start-failed", reason: "CannotPullContainerError: x" },
      ],
      [
        "not started where an essential one never came to it",
        [exited(0, 10), WAITING, WAITING],
        {
          kind: "start-failed",
          reason: "TaskDependencyError: an essential container ended before another one was started",
        },
      ],
    ])("%s", (_name, states, outcome) => {
      const { end } = decide([main("a"), main("b"), helper("c")], states);
      const { containers: _each, ...rest } = end?.outcome ?? { kind: undefined };
      expect(rest).toEqual(outcome);
    });

    test("only once nothing runs any more, and tells of each container", () => {
      const containers = [
        main("a"),
        helper("b"),
        helper("c"),
        helper("d", { containerName: "b", condition: "COMPLETE" }),
      ];
      const states = [exited(0, 10), running(1), STARTING, WAITING];
      expect(decide(containers, states)).toEqual({ start: [], isEnding: true, startedAtMs: 1 });
      const over = [exited(0, 10), exited(143, 30), failed("Stopped: x", 20), WAITING];
      expect(decide(containers, over).end).toEqual({
        atMs: 30,
        startedAtMs: 1,
        outcome: {
          kind: "exited",
          exitCode: 0,
          containers: [
            { name: "a", exitCode: 0, startedAtMs: 1 },
            { name: "b", exitCode: 143, startedAtMs: 1 },
            { name: "c", reason: "Stopped: x" },
            { name: "d" },
          ],
        },
      });
    });

    test("where somebody wants it, also before anything has started", () => {
      const decision = decideTask({
        containers: [main("a")],
        states: [WAITING],
        isUnwanted: true,
        nowMs: NOW_MS,
      });
      expect(decision).toMatchObject({
        isEnding: true,
        end: { atMs: NOW_MS, outcome: { kind: "start-failed" } },
      });
    });

    test("with the use of all its containers", () => {
      expect(decide([main("a"), helper("b")], [used(10), used(20)]).end?.outcome).toMatchObject({
        peakMemoryBytes: 30,
        cpuTimeMs: 10,
      });
    });
  });

  describe("fails to start, as its essential container", () => {
    test.each<[name: string, dependency: ContainerDependency, other: ContainerState, reason: string]>([
      ["needs a success that did not come", on("init", "SUCCESS"), exited(3), "init, which exited with 3"],
      ["waits for one that did not start", on("init", "START"), failed("x", 10), "init, which did not start"],
      [
        "waits for one that is not there",
        on("other", "START"),
        running(1),
        "other, which the task does not have",
      ],
      [
        "waits for one that takes longer than it may",
        on("init", "SUCCESS"),
        running(NOW_MS - 5_000),
        "init, which was not over within 5 seconds",
      ],
      [
        "waited for one that took longer than it may",
        on("init", "SUCCESS"),
        ended({ kind: "exited", exitCode: 0 }, 5_001),
        "init, which was not over within 5 seconds",
      ],
    ])("%s", (_name, dependency, other, reason) => {
      const containers = [{ ...helper("init"), startTimeoutSeconds: 5 }, main("app", dependency)];
      const over = other.kind === "running" ? exited(143, NOW_MS + 1) : other;
      expect(decide(containers, [other, WAITING])).toMatchObject({ start: [], isEnding: true });
      expect(decide(containers, [over, WAITING]).end?.outcome).toMatchObject({
        kind: "start-failed",
        reason: `TaskDependencyError: container app waits for ${reason}`,
      });
    });

    test("lost with its host where that took what it waits for", () => {
      const containers = [helper("init"), main("app", on("init", "COMPLETE"))];
      const { end } = decide(containers, [ended({ kind: "host-lost" }, 10), WAITING]);
      expect(end?.outcome).toMatchObject({ kind: "host-lost" });
    });

    test("waits for itself by way of others", () => {
      const containers = [
        main("a", on("b", "START")),
        helper("b", on("c", "START")),
        helper("c", on("a", "START")),
      ];
      expect(decide(containers, [WAITING, WAITING, WAITING]).end?.outcome.reason).toMatch(
        /^TaskDependencyError: /,
      );
    });
  });

  test("goes on where only containers that are not essential can never start", () => {
    const containers = [main("app"), helper("init"), helper("late", on("init", "SUCCESS"))];
    expect(decide(containers, [running(1), exited(3), WAITING])).toEqual({
      start: [],
      isEnding: false,
      startedAtMs: 1,
    });
  });

  test("says when a container will have taken too long", () => {
    const containers = [{ ...helper("init"), startTimeoutSeconds: 5 }, main("app", on("init", "SUCCESS"))];
    expect(decide(containers, [running(NOW_MS - 1_000), WAITING]).dueAtMs).toBe(NOW_MS + 4_000);
  });
});

describe("any task", () => {
  test("comes to an end, starts each container at most once and in order, and succeeds only as a whole", () => {
    check(
      property(
        array(LIFE, { minLength: 1, maxLength: 6 }),
        array(integer({ min: 0, max: 99 })),
        (lives, picks) => {
          const containers = toContainers(lives);
          const { states, decision } = live(containers, lives, picks);
          const { outcome, atMs } = decision.end ?? { outcome: { kind: undefined }, atMs: 0 };
          const essential = states.filter((_, index) => containers[index]?.isEssential === true);
          const isAllWell = essential.every(
            (state) => state.kind === "ended" && state.outcome.exitCode === 0,
          );
          expect(outcome.kind === "exited" && outcome.exitCode === 0).toBe(isAllWell);
          expect(states.every(({ kind }) => kind === "ended" || kind === "waiting")).toBe(true);
          expect(atMs).toBeGreaterThan(0);
        },
      ),
    );
  });
});

interface Life {
  readonly isEssential: boolean;
  readonly dependsOn: readonly {
    readonly back: number;
    readonly condition: ContainerDependency["condition"];
  }[];
  readonly exitCode: number;
  readonly doesStart: boolean;
}

const LIFE = record({
  isEssential: boolean(),
  dependsOn: array(
    record({ back: integer({ min: -1, max: 5 }), condition: constantFrom("START", "COMPLETE", "SUCCESS") }),
    {
      maxLength: 2,
    },
  ),
  exitCode: constantFrom(0, 0, 1),
  doesStart: constantFrom(true, true, true, false),
});

/** The first is essential; what reaches back too far, or to itself, is a name that is not there, or a circle. */
function toContainers(lives: readonly Life[]): readonly OrderedContainer[] {
  return lives.map(({ isEssential, dependsOn }, index) => ({
    name: `c${index}`,
    isEssential: isEssential || index === 0,
    dependsOn: dependsOn.map(({ back, condition }) => ({ containerName: `c${index - back - 1}`, condition })),
  }));
}

/** Does what is decided, and between that one thing after the other happens to containers. */
function live(
  containers: readonly OrderedContainer[],
  lives: readonly Life[],
  picks: readonly number[],
): { states: readonly ContainerState[]; decision: TaskDecision } {
  const states: ContainerState[] = containers.map(() => WAITING);
  for (let step = 0; ; step += 1) {
    const nowMs = 1_000 + step;
    const decision = decideTask({ containers, states, isUnwanted: false, nowMs });
    if (decision.end !== undefined) return { states, decision };
    for (const index of decision.start) {
      expect(states[index]).toBe(WAITING);
      for (const { containerName } of containers[index]?.dependsOn ?? []) {
        expect(states[containers.findIndex(({ name }) => name === containerName)]?.kind).toMatch(
          /running|ended/,
        );
      }
      states[index] = STARTING;
    }
    const alive = states.flatMap(({ kind }, index) =>
      kind === "starting" || kind === "running" ? [index] : [],
    );
    expect(alive).not.toEqual([]);
    const index = alive[(picks[step] ?? 0) % alive.length] ?? 0;
    states[index] = happen(states[index], lives[index], decision.isEnding, nowMs);
  }
}

function happen(
  state: ContainerState | undefined,
  life: Life | undefined,
  isStopped: boolean,
  nowMs: number,
): ContainerState {
  if (state?.kind !== "running") {
    if (isStopped || life?.doesStart === false) return failed("x", nowMs);
    return running(nowMs);
  }
  const exitCode = isStopped ? 143 : (life?.exitCode ?? 0);
  return {
    kind: "ended",
    startedAtMs: state.startedAtMs,
    endedAtMs: nowMs,
    outcome: { kind: "exited", exitCode },
  };
}

function decide(containers: readonly OrderedContainer[], states: readonly ContainerState[]): TaskDecision {
  return decideTask({ containers, states, isUnwanted: false, nowMs: NOW_MS });
}

function main(name: string, ...dependsOn: readonly ContainerDependency[]): OrderedContainer {
  return { name, isEssential: true, dependsOn };
}

function helper(name: string, ...dependsOn: readonly ContainerDependency[]): OrderedContainer {
  return { name, isEssential: false, dependsOn };
}

function on(containerName: string, condition: ContainerDependency["condition"]): ContainerDependency {
  return { containerName, condition };
}

function running(startedAtMs: number): ContainerState {
  return { kind: "running", startedAtMs };
}

function exited(exitCode: number, endedAtMs = 10): ContainerState {
  return ended({ kind: "exited", exitCode }, endedAtMs);
}

function ended(outcome: AttemptOutcome, endedAtMs: number): ContainerState {
  return { kind: "ended", startedAtMs: 1, endedAtMs, outcome };
}

function used(peakMemoryBytes: number): ContainerState {
  return ended({ kind: "exited", exitCode: 0, peakMemoryBytes, cpuTimeMs: 5 }, 10);
}

function failed(reason: string, endedAtMs: number): ContainerState {
  return { kind: "ended", endedAtMs, outcome: { kind: "start-failed", reason } };
}
