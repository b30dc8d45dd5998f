import type { RuntimePlatform } from "../model/batch.ts";

/** As Go names them: `linux`, `amd64`. Empty where that is not known. */
export interface HostPlatform {
  readonly operatingSystem: string;
  readonly architecture: string;
}

/**
 * Says why a container for this platform cannot run on the host, as a container's reason; undefined where it can. What a
 * definition leaves open is whatever the host has.
 */
export function findPlatformFailure(
  { operatingSystemFamily = "LINUX", cpuArchitecture }: RuntimePlatform = {},
  { operatingSystem, architecture }: HostPlatform,
): string | undefined {
  const system = operatingSystemFamily.startsWith("WINDOWS") ? "windows" : "linux";
  if (operatingSystem !== "" && system !== operatingSystem) {
    return failure("operatingSystemFamily", operatingSystemFamily, operatingSystem);
  }
  if (cpuArchitecture === undefined || architecture === "") return undefined;
  if (ARCHITECTURES[cpuArchitecture] === architecture) return undefined;
  return failure("cpuArchitecture", cpuArchitecture, architecture);
}

const ARCHITECTURES: Readonly<Record<string, string>> = { X86_64: "amd64", ARM64: "arm64" };

function failure(member: string, wanted: string, found: string): string {
  return `CannotCreateContainerError: runtimePlatform.${member} is ${wanted}, but jobs run on ${found} here`;
}
