import type { EcsTaskProperties } from "../model/batch.ts";
import { unreachable } from "../lib/assert.ts";
import { checkFargateTask, checkPlatformVersion } from "./fargate-container.ts";
import { firstRefusal } from "./first-refusal.ts";
import { notApplicable, notForEc2 } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import {
  checkRuntimePlatform,
  checkWindowsContainer,
  checkWindowsVolumes,
  isWindows,
} from "./runtime-platform.ts";

/** Checks the members of a task that one platform knows and another does not (specification 4.12, 4.15). */
export function checkTaskPlatform(
  task: EcsTaskProperties,
  platform: Platform,
  path: string,
): Refusal | undefined {
  switch (platform) {
    case "EC2":
      return firstGiven(task, EC2_UNKNOWN, notForEc2);
    case "FARGATE":
      return (
        firstGiven(task, ["networkMode"], (member) => notApplicable(member, platform)) ??
        checkPlatformVersion(task.platformVersion, `${path}.platformVersion`) ??
        checkFargateTask(task, path) ??
        (isWindows(task.runtimePlatform) ? checkWindowsTask(task, path) : undefined)
      );
    case "MANAGED_INSTANCES":
      return (
        firstGiven(task, MANAGED_INSTANCES_UNKNOWN, (member) => notApplicable(member, platform)) ??
        checkManagedInstances(task, path)
      );
    default:
      return unreachable(platform);
  }
}

const EC2_UNKNOWN = [
  "networkConfiguration",
  "platformVersion",
  "ephemeralStorage",
  "runtimePlatform",
  "networkMode",
] as const satisfies readonly (keyof EcsTaskProperties)[];

const MANAGED_INSTANCES_UNKNOWN = [
  "networkConfiguration",
  "platformVersion",
  "ephemeralStorage",
] as const satisfies readonly (keyof EcsTaskProperties)[];

function firstGiven(
  task: EcsTaskProperties,
  members: readonly (keyof EcsTaskProperties)[],
  refuse: (member: string) => Refusal,
): Refusal | undefined {
  const given = members.find((member) => task[member] !== undefined);
  return given === undefined ? undefined : refuse(given);
}

function checkWindowsTask(
  { containers, volumes = [] }: EcsTaskProperties,
  path: string,
): Refusal | undefined {
  return (
    firstRefusal(containers, (container, index) =>
      checkWindowsContainer(container, `${path}.containers[${index}]`),
    ) ?? checkWindowsVolumes(volumes, path)
  );
}

function checkManagedInstances(
  { executionRoleArn = "", runtimePlatform, networkMode }: EcsTaskProperties,
  path: string,
): Refusal | undefined {
  if (executionRoleArn === "") {
    return Refusal.bare(`${path}.executionRoleArn is required for MANAGED_INSTANCES`);
  }
  if (networkMode !== undefined && networkMode !== "host") {
    return Refusal.bare(`${path}.networkMode must be absent or host, got ${networkMode}`);
  }
  const refusal = checkRuntimePlatform(runtimePlatform, `${path}.runtimePlatform`);
  if (refusal !== undefined || !isWindows(runtimePlatform)) return refusal;
  // AWS's text, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
  return Refusal.wrapped(
    "runtimePlatform for MANAGED_INSTANCES only supports LINUX operating system family.",
  );
}
