import { describe, expect, test } from "vitest";
import { blockedReason } from "./blocked-reason.ts";
import { WAIT_REASONS } from "./wait-reason.ts";

test("each wait reason has AWS's code, or none where the job only waits for its turn", () => {
  const codes = WAIT_REASONS.map((because) => [
    because,
    blockedReason(because, "away", undefined)?.split(" - ")[0],
  ]);
  expect(Object.fromEntries(codes)).toEqual({
    "provider-unavailable": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "environments-unavailable": "ACTION_REQUIRED",
    "kubernetes-unavailable": "ACTION_REQUIRED",
    "multi-node-unsupported": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "exceeds-environments": "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "exceeds-instance-types": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "exceeds-host": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "exceeds-consumables": "ACTION_REQUIRED",
    "environments-full": undefined,
    "above-bid": undefined,
    "host-full": undefined,
    "instances-starting": undefined,
    "shares-reserved": undefined,
    "consumables-unavailable": undefined,
  });
});

test("a provider that is away says so itself", () => {
  expect(blockedReason("provider-unavailable", "the engine does not answer", undefined)).toBe(
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - the engine does not answer",
  );
});

describe.each(["host-full", "exceeds-host"] as const)("%s", (because) => {
  test.each([
    [
      { instanceType: "c5.large" },
      "Service cannot fulfill the capacity requested for instance type [c5.large]",
    ],
    [{}, "Service cannot fulfill the capacity requested"],
  ])("says what would be launched if the host had room: %j", (wanted, text) => {
    expect(blockedReason(because, undefined, wanted)).toBe(
      `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - ${text}`,
    );
  });
});
