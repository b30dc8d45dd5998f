import type { Device, LinuxParameters, Tmpfs } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Platform } from "./platform.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

/** Checks `linuxParameters` by the rules of the platform: Fargate knows `initProcessEnabled` only. */
export function checkLinuxParameters(
  parameters: LinuxParameters,
  platform: Platform,
  path: string,
): Refusal | undefined {
  if (platform === "FARGATE") return checkFargate(parameters);

  const { devices = [], tmpfs = [], sharedMemorySize, maxSwap, swappiness } = parameters;
  return (
    firstRefusal(devices, (device, index) => checkDevice(device, `${path}.devices[${index}]`)) ??
    firstRefusal(tmpfs, (mount, index) => checkTmpfs(mount, `${path}.tmpfs[${index}]`)) ??
    checkRange(sharedMemorySize, `${path}.sharedMemorySize`, { min: 1 }) ??
    checkRange(maxSwap, `${path}.maxSwap`, { min: 0 }) ??
    checkRange(swappiness, `${path}.swappiness`, { min: 0, max: 100 })
  );
}

function checkFargate(parameters: LinuxParameters): Refusal | undefined {
  const { devices = [], tmpfs = [], sharedMemorySize, maxSwap, swappiness } = parameters;
  if (devices.length > 0) return notAllowed("devices");
  if (tmpfs.length > 0) return notAllowed("tmpfs");
  if (sharedMemorySize !== undefined) return notAllowed("sharedMemorySize");
  if (maxSwap !== undefined) return notAllowed("maxSwap");
  if (swappiness !== undefined) return notAllowed("swappiness");
  return undefined;
}

/** AWS's text, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch). */
function notAllowed(member: keyof LinuxParameters): Refusal {
  return Refusal.wrapped(`linuxParameter.${member} is not allowed for Fargate.`);
}

function checkDevice(device: Device, path: string): Refusal | undefined {
  if (device.hostPath !== "") return undefined;
  return Refusal.bare(`${path}.hostPath must not be empty`);
}

function checkTmpfs(mount: Tmpfs, path: string): Refusal | undefined {
  if (mount.containerPath === "") return Refusal.bare(`${path}.containerPath must not be empty`);
  const unknown = mount.mountOptions?.find((option) => !isTmpfsOption(option));
  if (unknown !== undefined) {
    return Refusal.bare(`${path}.mountOptions must name options that tmpfs has, got ${unknown}`);
  }
  return checkRange(mount.size, `${path}.size`, { min: 1 });
}

/** Some options carry a value, as in `mode=1777`. */
function isTmpfsOption(option: string): boolean {
  const [name = ""] = option.split("=", 1);
  return TMPFS_OPTIONS.has(name);
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Tmpfs.html */
const TMPFS_OPTIONS: ReadonlySet<string> = new Set(
  `defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime
  nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime
  strictatime nostrictatime mode uid gid nr_inodes nr_blocks mpol`.split(/\s+/),
);
