import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import type { ContainerFacts } from "./docker-engine.ts";
import { createOutcome, reasonOf, STAGE_MS_MAX, timeoutReasonOf } from "./docker-outcome.ts";
import type { Stage } from "./docker-outcome.ts";

const ENDED: ContainerFacts = {
  id: "abc",
  name: "batchyard-1",
  labels: {},
  status: "exited",
  startedAtMs: 1_000,
  finishedAtMs: 2_000,
  exitCode: 0,
  isOutOfMemory: false,
  error: "",
  pid: 0,
  stopSignal: "SIGTERM",
};
const { startedAtMs: _startedAtMs, ...NEVER_STARTED } = ENDED;
const RUNC_TEXT = `runc create failed: exec: "no-such-program": executable file not found in $PATH: unknown`;

describe("createOutcome", () => {
  test.each<[name: string, facts: ContainerFacts, outcome: AttemptOutcome]>([
    ["a good end", ENDED, { kind: "exited", exitCode: 0 }],
    ["a bad end", { ...ENDED, exitCode: 7 }, { kind: "exited", exitCode: 7 }],
    ["127 of its own", { ...ENDED, exitCode: 127 }, { kind: "exited", exitCode: 127 }],
    [
      "a kill for memory",
      { ...ENDED, exitCode: 137, isOutOfMemory: true },
      { kind: "exited", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
    ],
    [
      "a kill for memory that its first process outlived",
      { ...ENDED, exitCode: 0, isOutOfMemory: true },
      { kind: "exited", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
    ],
    [
      "what the engine says of its state",
      { ...ENDED, exitCode: 128, error: "something broke" },
      { kind: "exited", exitCode: 128, reason: "DockerStateError: something broke" },
    ],
    [
      "an unknown program",
      { ...NEVER_STARTED, status: "created", exitCode: 127, error: RUNC_TEXT },
      { kind: "start-failed", reason: `CannotStartContainerError: Error response from daemon: ${RUNC_TEXT}` },
    ],
    [
      "one that did not come up, for no reason",
      NEVER_STARTED,
      {
        kind: "start-failed",
        reason: "CannotStartContainerError: Error response from daemon: it did not come up",
      },
    ],
  ])("tells %s", (_name, facts, outcome) => {
    expect(createOutcome(facts, undefined)).toEqual(outcome);
  });

  test("has what was measured of one that ran", () => {
    const use = { memoryBytes: 5_000_000, cpuTimeMs: 12 };
    const measured = { peakMemoryBytes: 5_000_000, cpuTimeMs: 12 };
    expect(createOutcome(ENDED, use)).toEqual({ kind: "exited", exitCode: 0, ...measured });
    expect(createOutcome({ ...ENDED, isOutOfMemory: true }, use)).toMatchObject(measured);
  });
});

test("a reason is no longer than AWS shows", () => {
  expect(createOutcome({ ...ENDED, error: "x".repeat(300) }, undefined).reason).toHaveLength(255);
});

test.each<[stage: Stage, refused: string, timedOut: string]>([
  ["pull", "CannotPullContainerError", "pulled; timed out after waiting 2h0m0s"],
  ["create", "CannotCreateContainerError", "created; timed out after waiting 4m0s"],
  ["start", "CannotStartContainerError", "started; timed out after waiting 3m0s"],
  ["stop", "CannotStopContainerError", "stopped; timed out after waiting 30s"],
])("a %s that fails has ECS's words", (stage, refused, timedOut) => {
  expect(reasonOf(stage, "no")).toBe(`${refused}: Error response from daemon: no`);
  expect(timeoutReasonOf(stage)).toBe(`DockerTimeoutError: Could not transition to ${timedOut}`);
  const [, hours = "0", minutes = "0", seconds = "0"] =
    /(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)$/.exec(timedOut)?.map((part) => part ?? "0") ?? [];
  expect((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000).toBe(STAGE_MS_MAX[stage]);
});
