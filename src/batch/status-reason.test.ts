import { describe, expect, test } from "vitest";
import type { AttemptOutcome, AttemptStop } from "./attempt.ts";
import { ATTEMPT_TIMED_OUT, attemptStatusReason } from "./status-reason.ts";

const INSTANCE_ID = "i-0123456789abcdef0";
const TIMED_OUT: AttemptStop = {
  because: "timed-out",
  statusReason: ATTEMPT_TIMED_OUT,
  requestedAtMs: 1,
};

describe("attemptStatusReason", () => {
  test.each<
    [
      outcome: AttemptOutcome,
      stopping: AttemptStop | undefined,
      instanceId: string | undefined,
      expected: string,
    ]
  >([
    [{ kind: "exited", exitCode: 0 }, undefined, INSTANCE_ID, "Essential container in task exited"],
    [{ kind: "exited", exitCode: 3 }, undefined, undefined, "Essential container in task exited"],
    [{ kind: "start-failed", reason: "x" }, undefined, INSTANCE_ID, "Task failed to start"],
    [{ kind: "host-lost" }, undefined, INSTANCE_ID, `Host EC2 (instance ${INSTANCE_ID}) terminated.`],
    [{ kind: "host-lost" }, undefined, undefined, "Your Spot Task was interrupted."],
    [{ kind: "exited", exitCode: 143 }, TIMED_OUT, INSTANCE_ID, "Job attempt duration exceeded timeout"],
    [{ kind: "host-lost" }, TIMED_OUT, INSTANCE_ID, "Job attempt duration exceeded timeout"],
  ])("of %j, stopped by %j on %s is %s", (outcome, stopping, instanceId, expected) => {
    expect(attemptStatusReason(outcome, stopping, instanceId)).toBe(expected);
  });
});
