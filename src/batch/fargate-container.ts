import type { ContainerProperties, EphemeralStorage, RuntimePlatform } from "../model/batch.ts";
import { notForEc2 } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import {
  checkRuntimePlatform,
  checkWindowsContainer,
  checkWindowsVolumes,
  isWindows,
} from "./runtime-platform.ts";

/** GiB; without the member a Fargate task has 20. */
const EPHEMERAL_STORAGE_RANGE = { min: 21, max: 200 };

/** What Fargate wants to know of a task, in whichever shape it is defined. */
export interface FargateTask {
  readonly executionRoleArn?: string | undefined;
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  readonly runtimePlatform?: RuntimePlatform | undefined;
}

/** Checks a container by the rules that hold on Fargate only (specification 4.2). */
export function checkFargateContainer(properties: ContainerProperties, path: string): Refusal | undefined {
  const { fargatePlatformConfiguration, runtimePlatform, volumes = [] } = properties;
  return (
    checkPlatformVersion(
      fargatePlatformConfiguration?.platformVersion,
      `${path}.fargatePlatformConfiguration.platformVersion`,
    ) ??
    checkFargateTask(properties, path) ??
    (isWindows(runtimePlatform)
      ? (checkWindowsContainer(properties, path) ?? checkWindowsVolumes(volumes, path))
      : undefined)
  );
}

/** Checks what a task on Fargate has in whichever shape it is defined. */
export function checkFargateTask(task: FargateTask, path: string): Refusal | undefined {
  const { executionRoleArn, ephemeralStorage, runtimePlatform } = task;
  if (executionRoleArn === undefined || executionRoleArn === "") {
    return Refusal.bare(`${path}.executionRoleArn is required for Fargate`);
  }
  return (
    checkEphemeralStorage(ephemeralStorage) ??
    checkRuntimePlatform(runtimePlatform, `${path}.runtimePlatform`)
  );
}

/** AWS's text, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch). */
function checkEphemeralStorage(storage: EphemeralStorage | undefined): Refusal | undefined {
  const { min, max } = EPHEMERAL_STORAGE_RANGE;
  if (storage === undefined || (storage.sizeInGiB >= min && storage.sizeInGiB <= max)) return undefined;
  return Refusal.wrapped(
    `Ephemeral storage for Fargate tasks can be only between range ${min} GiB to ${max} GiB`,
  );
}

/** Checks a version of the Fargate platform; absent means the latest. */
export function checkPlatformVersion(version: string | undefined, path: string): Refusal | undefined {
  if (version === undefined || PLATFORM_VERSION.test(version)) return undefined;
  return Refusal.bare(`${path} must be LATEST or such as 1.4.0, got ${version}`);
}

/** Refuses the members that only Fargate knows. */
export function checkNoFargateMembers(properties: ContainerProperties): Refusal | undefined {
  const given = FARGATE_MEMBERS.find((member) => properties[member] !== undefined);
  return given === undefined ? undefined : notForEc2(given);
}

const FARGATE_MEMBERS = [
  "networkConfiguration",
  "fargatePlatformConfiguration",
  "ephemeralStorage",
  "runtimePlatform",
] as const satisfies readonly (keyof ContainerProperties)[];

const PLATFORM_VERSION = /^(LATEST|\d+\.\d+\.\d+)$/;
