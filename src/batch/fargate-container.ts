import type { ContainerProperties, RuntimePlatform } from "../model/batch.ts";
import { notForEc2, notForFargate } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

/** GiB; without the member a Fargate task has 20. */
const EPHEMERAL_STORAGE_RANGE = { min: 21, max: 200 };

/** Checks a container by the rules that hold on Fargate only (specification 4.2). */
export function checkFargateContainer(properties: ContainerProperties, path: string): Refusal | undefined {
  const { privileged, ulimits = [], executionRoleArn, ephemeralStorage } = properties;
  if (privileged === true) return notForFargate("privileged");
  if (ulimits.length > 0) return notForFargate("ulimits");
  if (executionRoleArn === undefined || executionRoleArn === "") {
    return Refusal.bare(`${path}.executionRoleArn is required for Fargate`);
  }
  return (
    checkPlatformVersion(properties.fargatePlatformConfiguration?.platformVersion, path) ??
    checkRange(ephemeralStorage?.sizeInGiB, `${path}.ephemeralStorage.sizeInGiB`, EPHEMERAL_STORAGE_RANGE) ??
    checkRuntimePlatform(properties.runtimePlatform ?? {}, properties, path)
  );
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

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html */
const OPERATING_SYSTEMS: readonly string[] = [
  "LINUX",
  "WINDOWS_SERVER_2019_CORE",
  "WINDOWS_SERVER_2019_FULL",
  "WINDOWS_SERVER_2022_CORE",
  "WINDOWS_SERVER_2022_FULL",
];
const CPU_ARCHITECTURES: readonly string[] = ["X86_64", "ARM64"];

function checkPlatformVersion(platformVersion: string | undefined, path: string): Refusal | undefined {
  if (platformVersion === undefined || PLATFORM_VERSION.test(platformVersion)) return undefined;
  return Refusal.bare(
    `${path}.fargatePlatformConfiguration.platformVersion must be LATEST or such as 1.4.0, got ${platformVersion}`,
  );
}

function checkRuntimePlatform(
  runtimePlatform: RuntimePlatform,
  properties: ContainerProperties,
  path: string,
): Refusal | undefined {
  const { operatingSystemFamily = "LINUX", cpuArchitecture = "X86_64" } = runtimePlatform;
  const at = `${path}.runtimePlatform`;
  if (!OPERATING_SYSTEMS.includes(operatingSystemFamily)) {
    const wanted = OPERATING_SYSTEMS.join(", ");
    return Refusal.bare(`${at}.operatingSystemFamily must be one of ${wanted}, got ${operatingSystemFamily}`);
  }
  if (!CPU_ARCHITECTURES.includes(cpuArchitecture)) {
    return Refusal.bare(
      `${at}.cpuArchitecture must be one of ${CPU_ARCHITECTURES.join(", ")}, got ${cpuArchitecture}`,
    );
  }
  if (operatingSystemFamily === "LINUX") return undefined;
  if (cpuArchitecture !== "X86_64") {
    return Refusal.bare(`${at}.cpuArchitecture must be X86_64 for Windows, got ${cpuArchitecture}`);
  }
  return checkWindows(properties, path);
}

/** What Windows containers have not; `privileged` and `ulimits` no container on Fargate has. */
function checkWindows(properties: ContainerProperties, path: string): Refusal | undefined {
  const { linuxParameters, user, readonlyRootFilesystem, volumes = [] } = properties;
  const absent = (member: string): Refusal => Refusal.bare(`${path}.${member} must be absent for Windows`);
  if (linuxParameters !== undefined) return absent("linuxParameters");
  if (user !== undefined) return absent("user");
  if (readonlyRootFilesystem === true) return absent("readonlyRootFilesystem");
  const efsIndex = volumes.findIndex((volume) => volume.efsVolumeConfiguration !== undefined);
  return efsIndex === -1 ? undefined : absent(`volumes[${efsIndex}].efsVolumeConfiguration`);
}
