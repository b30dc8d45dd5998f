import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import { createOutcome } from "./process-outcome.ts";
import type { CommandEnd } from "./runner-record.ts";

const REASON = "OutOfMemoryError: Container killed due to memory usage";

describe("createOutcome", () => {
  test.each<
    [name: string, end: CommandEnd, seen: Parameters<typeof createOutcome>[1], expected: AttemptOutcome]
  >([
    [
      "gives the exit code as it is, and what was measured",
      { code: 3, cpuTimeMs: 20, uptimeSeconds: 1 },
      { hasBegun: true, isOutOfMemory: false, peakMemoryBytes: 4_096 },
      { kind: "exited", exitCode: 3, cpuTimeMs: 20, peakMemoryBytes: 4_096 },
    ],
    [
      "gives no reason for a kill that was not for memory",
      { code: 137, cpuTimeMs: 0, uptimeSeconds: 1 },
      { hasBegun: true, isOutOfMemory: false },
      { kind: "exited", exitCode: 137, cpuTimeMs: 0 },
    ],
    [
      "ends with 137 whatever the command made of the death of its child",
      { code: 0, cpuTimeMs: 5, uptimeSeconds: 1 },
      { hasBegun: true, isOutOfMemory: true, peakMemoryBytes: 9 },
      { kind: "exited", exitCode: 137, reason: REASON, cpuTimeMs: 5, peakMemoryBytes: 9 },
    ],
    [
      "counts as out of memory where the limit was too small to get to the command",
      { code: 137, cpuTimeMs: 0, uptimeSeconds: 1 },
      { hasBegun: false, isOutOfMemory: true },
      { kind: "exited", exitCode: 137, reason: REASON, cpuTimeMs: 0 },
    ],
    [
      "is a failed start where the command was never reached",
      { code: 2, cpuTimeMs: 0, uptimeSeconds: 1 },
      { hasBegun: false, isOutOfMemory: false },
      {
        kind: "start-failed",
        reason: "CannotStartContainerError: the shell could not get to the command (status 2)",
      },
    ],
  ])("%s", (_name, end, seen, expected) => {
    expect(createOutcome(end, seen)).toEqual(expected);
  });
});
