import { describe, expect, test } from "vitest";
import type { JobQueueType, PlatformCapability } from "../model/batch.ts";
import { checkQueuePlatform, parsePlatformCapabilities, platformOf } from "./platform.ts";
import type { Capability } from "./platform.ts";
import { Refusal } from "./refusal.ts";

test("a definition that names no platform is for EC2", () => {
  expect([platformOf([]), platformOf(["FARGATE"])]).toEqual(["EC2", "FARGATE"]);
});

describe("parsePlatformCapabilities", () => {
  test.each<[given: readonly PlatformCapability[] | undefined, expected: unknown]>([
    [undefined, []],
    [["EC2"], ["EC2"]],
    [["MANAGED_INSTANCES"], ["MANAGED_INSTANCES"]],
    [["EC2", "FARGATE"], Refusal.wrapped("Exactly 1 capability must be provided.")],
  ])("decides about %j", (given, expected) => {
    expect(parsePlatformCapabilities(given)).toEqual(expected);
  });
});

describe("checkQueuePlatform", () => {
  test.each<[wanted: Capability, queue: JobQueueType]>([
    ["EC2", "ECS"],
    ["FARGATE", "ECS_FARGATE"],
    ["MANAGED_INSTANCES", "ECS_MANAGED_INSTANCES"],
    ["EKS", "EKS"],
  ])("takes %s on a queue of type %s", (wanted, queue) => {
    expect(checkQueuePlatform(wanted, queue)).toBeUndefined();
  });

  test.each<[wanted: Capability, queue: JobQueueType]>([
    ["EC2", "ECS_FARGATE"],
    ["FARGATE", "ECS"],
    ["MANAGED_INSTANCES", "ECS"],
    ["EC2", "EKS"],
    ["EKS", "ECS"],
    ["EC2", "SAGEMAKER_TRAINING"],
  ])("refuses %s on a queue of type %s", (wanted, queue) => {
    expect(checkQueuePlatform(wanted, queue)).toEqual(
      Refusal.wrapped(
        `Job Queue is attached to Compute Environment that can not run Jobs with capability ${wanted}.`,
      ),
    );
  });
});
