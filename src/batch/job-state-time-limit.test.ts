import { describe, expect, test } from "vitest";
import type { JobStateTimeLimitAction } from "../model/batch.ts";
import { checkJobStateTimeLimitActions } from "./job-state-time-limit.ts";
import { Refusal } from "./refusal.ts";

const ACTION: JobStateTimeLimitAction = {
  state: "RUNNABLE",
  reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
  maxTimeSeconds: 600,
  action: "CANCEL",
};

describe("checkJobStateTimeLimitActions", () => {
  test.each([
    [undefined],
    [[]],
    [[ACTION]],
    [[{ ...ACTION, maxTimeSeconds: 86_400 }]],
    [
      [
        ACTION,
        { ...ACTION, reason: "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE" },
        { ...ACTION, reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" },
        { ...ACTION, reason: "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED" },
      ],
    ],
  ])("takes %j", (actions) => {
    expect(checkJobStateTimeLimitActions(actions, "ECS")).toBeUndefined();
  });

  test.each(["it takes too long", "", "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"])(
    "45: answers the reason %j with Invalid job reason",
    (reason) => {
      expect(checkJobStateTimeLimitActions([ACTION, { ...ACTION, reason }], "ECS")).toEqual(
        Refusal.wrapped("Invalid job reason"),
      );
    },
  );

  test.each<[Refusal, readonly JobStateTimeLimitAction[]]>([
    [
      Refusal.wrapped("Invalid job action. Valid job actions: [CANCEL]"),
      [{ ...ACTION, action: "TERMINATE" }],
    ],
    [
      Refusal.bare("jobStateTimeLimitActions[0].maxTimeSeconds must be between 600 and 86400, got 599"),
      [{ ...ACTION, maxTimeSeconds: 599 }],
    ],
    [
      Refusal.wrapped("Duplicate job state limit actions are not allowed."),
      [ACTION, { ...ACTION, maxTimeSeconds: 900 }],
    ],
  ])("refuses with %j", (refusal, actions) => {
    expect(checkJobStateTimeLimitActions(actions, "ECS")).toEqual(refusal);
  });

  test("a queue of service jobs terminates, for reasons of its own", () => {
    const reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE";
    const terminate = { ...ACTION, action: "TERMINATE", reason } as const;
    expect(checkJobStateTimeLimitActions([terminate], "SAGEMAKER_TRAINING")).toBeUndefined();
    expect(checkJobStateTimeLimitActions([ACTION], "SAGEMAKER_TRAINING")).toEqual(
      Refusal.wrapped("Invalid job action. Valid job actions: [TERMINATE]"),
    );
    expect(checkJobStateTimeLimitActions([{ ...ACTION, reason }], "ECS")).toEqual(
      Refusal.wrapped("Invalid job reason"),
    );
  });
});
