import { EC2_INSTANCE_FAMILIES } from "./ec2-instance-types.ts";
import type { Ec2InstanceFamily } from "./ec2-instance-types.ts";
import { Refusal } from "./refusal.ts";
import type { Resources } from "./resources.ts";

export type Architecture = "x86_64" | "arm64";

export interface InstanceType {
  readonly name: string;
  readonly family: string;
  readonly architecture: Architecture;
  /** Nominal: what the kernel and the agent keep for themselves is not taken off. */
  readonly resources: Resources;
}

/**
 * Our own instance type: the machine that Batchyard runs on, in whatever size and architecture it has. AWS has no such
 * type. Its family is `local`.
 */
export const LOCAL_HOST = "local.host";

const LOCAL_FAMILY = "local";

/** What AWS calls instance type bundles (specification 5.5). */
const BUNDLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["optimal", ["m6i", "c6i", "r6i", "c7i"]],
  ["default_x86_64", ["m6i", "c6i", "r6i", "c7i"]],
  ["default_arm64", ["m6g", "c6g", "r6g", "c7g"]],
]);

const TYPES: ReadonlyMap<string, InstanceType> = new Map(
  EC2_INSTANCE_FAMILIES.flatMap(typesOf).map((type) => [type.name, type]),
);

/** Every entry that `instanceTypes` may hold, with the names of the types that it stands for. */
const TYPE_NAMES_BY_ENTRY: ReadonlyMap<string, readonly string[]> = typeNamesByEntry();

/** One of EC2's types by its name, as in `c5.large`; `local.host` is none of them. */
export function findInstanceType(name: string): InstanceType | undefined {
  return TYPES.get(name);
}

/** The types that entries of `instanceTypes` (types, families, bundles) stand for, each once; unknown entries for none. */
export function expandInstanceTypes(entries: readonly string[]): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => TYPE_NAMES_BY_ENTRY.get(entry) ?? []));
}

/** All that `instanceTypes` may hold: types, families and bundles. */
export function knownInstanceTypeNames(): readonly string[] {
  return [...TYPE_NAMES_BY_ENTRY.keys()];
}

export function isInstanceTypeBundle(entry: string): boolean {
  return BUNDLES.has(entry);
}

/** Whether the entries name this machine and nothing of EC2's. */
export function isLocalOnly(entries: readonly string[]): boolean {
  return entries.length > 0 && entries.every((entry) => entry === LOCAL_HOST || entry === LOCAL_FAMILY);
}

/** The architectures of the entries' types. `local.host` adds none: it goes with each. */
export function architecturesOf(entries: readonly string[]): ReadonlySet<Architecture> {
  const types = [...expandInstanceTypes(entries)].map(findInstanceType);
  return new Set(types.flatMap((type) => (type === undefined ? [] : [type.architecture])));
}

/**
 * Checks the `instanceTypes` of a compute environment: all known, all of one architecture.
 *
 * AWS's texts; the second is recorded from the service in https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function checkInstanceTypes(entries: readonly string[]): Refusal | undefined {
  if (!entries.every((entry) => TYPE_NAMES_BY_ENTRY.has(entry))) {
    return Refusal.wrapped(`Instance type can only be one of [${knownInstanceTypeNames().join(", ")}]`);
  }
  if (architecturesOf(entries).size > 1) {
    return Refusal.wrapped("arm-based instance type cannot be used with other instance types.");
  }
  return undefined;
}

function typesOf({ family, architecture, sizes }: Ec2InstanceFamily): readonly InstanceType[] {
  return sizes.map(([size, vcpuCount, memoryMiB, gpuCount = 0]) => ({
    name: `${family}.${size}`,
    family,
    architecture,
    resources: { vcpuMillis: vcpuCount * 1000, memoryMiB, gpuCount },
  }));
}

function typeNamesByEntry(): ReadonlyMap<string, readonly string[]> {
  const families = Map.groupBy(TYPES.values(), ({ family }) => family);
  const namesOf = (family: string): readonly string[] => families.get(family)?.map(({ name }) => name) ?? [];
  return new Map<string, readonly string[]>([
    ...[...BUNDLES].map(([bundle, members]) => [bundle, members.flatMap(namesOf)] as const),
    ...[...families.keys()].map((family) => [family, namesOf(family)] as const),
    ...[...TYPES.keys()].map((name) => [name, [name]] as const),
    [LOCAL_FAMILY, [LOCAL_HOST]],
    [LOCAL_HOST, [LOCAL_HOST]],
  ]);
}
