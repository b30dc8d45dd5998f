import type { RuntimePlatform, Volume } from "../model/batch.ts";
import type { ContainerMembers } from "./container-members.ts";
import { Refusal } from "./refusal.ts";

/** Checks a `runtimePlatform`; absent members mean Linux and X86_64. */
export function checkRuntimePlatform(
  runtimePlatform: RuntimePlatform | undefined,
  path: string,
): Refusal | undefined {
  const { operatingSystemFamily = "LINUX", cpuArchitecture = "X86_64" } = runtimePlatform ?? {};
  if (!OPERATING_SYSTEMS.includes(operatingSystemFamily)) {
    const wanted = OPERATING_SYSTEMS.join(", ");
    return Refusal.bare(
      `${path}.operatingSystemFamily must be one of ${wanted}, got ${operatingSystemFamily}`,
    );
  }
  if (!CPU_ARCHITECTURES.includes(cpuArchitecture)) {
    return Refusal.bare(
      `${path}.cpuArchitecture must be one of ${CPU_ARCHITECTURES.join(", ")}, got ${cpuArchitecture}`,
    );
  }
  if (operatingSystemFamily === "LINUX" || cpuArchitecture === "X86_64") return undefined;
  return Refusal.bare(`${path}.cpuArchitecture must be X86_64 for Windows, got ${cpuArchitecture}`);
}

export function isWindows(runtimePlatform: RuntimePlatform | undefined): boolean {
  return (runtimePlatform?.operatingSystemFamily ?? "LINUX") !== "LINUX";
}

/** What Windows containers have not; `privileged` and `ulimits` no container on Fargate has. */
export function checkWindowsContainer(
  { linuxParameters, user, readonlyRootFilesystem }: ContainerMembers,
  path: string,
): Refusal | undefined {
  if (linuxParameters !== undefined) return notForWindows(`${path}.linuxParameters`);
  if (user !== undefined) return notForWindows(`${path}.user`);
  return readonlyRootFilesystem === true ? notForWindows(`${path}.readonlyRootFilesystem`) : undefined;
}

/** Windows tasks have no EFS. */
export function checkWindowsVolumes(volumes: readonly Volume[], path: string): Refusal | undefined {
  const efsIndex = volumes.findIndex((volume) => volume.efsVolumeConfiguration !== undefined);
  return efsIndex === -1 ? undefined : notForWindows(`${path}.volumes[${efsIndex}].efsVolumeConfiguration`);
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html */
const OPERATING_SYSTEMS: readonly string[] = [
  "LINUX",
  "WINDOWS_SERVER_2019_CORE",
  "WINDOWS_SERVER_2019_FULL",
  "WINDOWS_SERVER_2022_CORE",
  "WINDOWS_SERVER_2022_FULL",
];
const CPU_ARCHITECTURES: readonly string[] = ["X86_64", "ARM64"];

function notForWindows(path: string): Refusal {
  return Refusal.bare(`${path} must be absent for Windows`);
}
