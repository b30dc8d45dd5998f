import { describe, expect, test } from "vitest";
import type { JobQueueType, PlatformCapability } from "../model/batch.ts";
import { checkQueuePlatform, parsePlatformCapabilities, platformsOf } from "./platform.ts";
import { Refusal } from "./refusal.ts";

test("a definition that names no platform is for EC2", () => {
  expect(platformsOf([])).toEqual(["EC2"]);
  expect(platformsOf(["FARGATE"])).toEqual(["FARGATE"]);
});

describe("parsePlatformCapabilities", () => {
  test.each<[given: readonly PlatformCapability[] | undefined, expected: unknown]>([
    [undefined, []],
    [["EC2"], ["EC2"]],
    [
      ["EC2", "FARGATE"],
      ["EC2", "FARGATE"],
    ],
    [["EC2", "EC2"], Refusal.bare("platformCapabilities must name each capability once, got [EC2, EC2]")],
    [
      ["MANAGED_INSTANCES"],
      Refusal.bare(
        "jobs on Managed Instances (platformCapabilities MANAGED_INSTANCES) are not supported yet by this version of Batchyard",
      ),
    ],
  ])("decides about %j", (given, expected) => {
    expect(parsePlatformCapabilities(given)).toEqual(expected);
  });
});

describe("checkQueuePlatform", () => {
  test.each<[capabilities: readonly PlatformCapability[], queue: JobQueueType, expected: unknown]>([
    [[], "ECS", undefined],
    [["EC2"], "ECS", undefined],
    [["FARGATE"], "ECS_FARGATE", undefined],
    [["EC2", "FARGATE"], "ECS", undefined],
    [["EC2", "FARGATE"], "ECS_FARGATE", undefined],
    [[], "ECS_FARGATE", wrong("EC2")],
    [["EC2"], "ECS_FARGATE", wrong("EC2")],
    [["FARGATE"], "ECS", wrong("FARGATE")],
  ])("decides about %j on a queue of type %s", (capabilities, queue, expected) => {
    expect(checkQueuePlatform(capabilities, queue)).toEqual(expected);
  });
});

function wrong(capability: string): Refusal {
  return Refusal.wrapped(
    `Job Queue is attached to Compute Environment that can not run Jobs with capability ${capability}.`,
  );
}
