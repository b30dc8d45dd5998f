import type { Resources } from "./resources.ts";

export type Architecture = "x86_64" | "arm64";

export interface InstanceType {
  readonly name: string;
  readonly family: string;
  readonly architecture: Architecture;
  /** Nominal: what the kernel and the agent keep for themselves is not taken off. */
  readonly resources: Resources;
  /** What the jobs of an instance can have together. */
  readonly usable: Resources;
  /** USD, on demand, in us-east-1. Absent where it is not known. */
  readonly pricePerHour?: number;
}

/**
 * Our own instance type: the machine that Batchyard runs on, in whatever size and architecture it has. AWS has no such
 * type. Its family is `local`. Its size is known only where jobs run, so no catalogue has an `InstanceType` for it.
 */
export const LOCAL_HOST = "local.host";

/** The family of `LOCAL_HOST`, and of nothing else. */
export const LOCAL_FAMILY = "local";

/** What AWS calls instance type bundles (specification 5.5), each with its families. */
export const INSTANCE_TYPE_BUNDLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["optimal", ["m6i", "c6i", "r6i", "c7i"]],
  ["default_x86_64", ["m6i", "c6i", "r6i", "c7i"]],
  ["default_arm64", ["m6g", "c6g", "r6g", "c7g"]],
]);

export function isInstanceTypeBundle(entry: string): boolean {
  return INSTANCE_TYPE_BUNDLES.has(entry);
}

/** Whether the entry of `instanceTypes` stands for this machine. */
export function isLocal(entry: string): boolean {
  return entry === LOCAL_HOST || entry === LOCAL_FAMILY;
}

/** Whether the entries name this machine and nothing of EC2's. */
export function isLocalOnly(entries: readonly string[]): boolean {
  return entries.length > 0 && entries.every(isLocal);
}
