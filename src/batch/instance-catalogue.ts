import { EC2_INSTANCE_FAMILIES } from "./ec2-instance-types.ts";
import type { Ec2InstanceFamily } from "./ec2-instance-types.ts";
import { INSTANCE_TYPE_BUNDLES, isLocal, LOCAL_FAMILY, LOCAL_HOST } from "./instance-type.ts";
import type { Architecture, InstanceType } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";
import { usableMemoryMiB } from "./usable-memory.ts";

/** The instance types that compute environments can name: EC2's, the user's own, and this machine. */
export class InstanceCatalogue {
  readonly #types: ReadonlyMap<string, InstanceType>;
  /** Every entry that `instanceTypes` may hold, with the names of the types that it stands for. */
  readonly #namesByEntry: ReadonlyMap<string, readonly string[]>;

  /** @param ownTypes have names and families that EC2 does not have, nor `local`. */
  constructor(ownTypes: readonly InstanceType[] = []) {
    const types = [...EC2_INSTANCE_FAMILIES.flatMap(typesOf), ...ownTypes];
    this.#types = new Map(types.map((type) => [type.name, type]));
    this.#namesByEntry = namesByEntry(types);
  }

  /** The type of that name, as in `c5.large`; families, bundles and `local.host` are none. */
  find(name: string): InstanceType | undefined {
    return this.#types.get(name);
  }

  /** The names of the types that the entries stand for, each once, where it comes first; unknown entries for none. */
  expand(entries: readonly string[]): ReadonlySet<string> {
    return new Set(entries.flatMap((entry) => this.#namesByEntry.get(entry) ?? []));
  }

  /**
   * The types of each entry, in the order of the entries: a family or bundle keeps its types together, smallest first.
   *
   * A type that is named itself stands there and not within a family, and no type stands twice. `local.host` and what is
   * unknown is left out. https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
   */
  groups(entries: readonly string[]): readonly (readonly InstanceType[])[] {
    const named = new Set(entries);
    const seen = new Set<string>();
    return entries.flatMap((entry) => {
      const names = (this.#namesByEntry.get(entry) ?? []).filter(
        (name) => name === entry || !named.has(name),
      );
      const added = names.filter((name) => !seen.has(name));
      for (const name of added) seen.add(name);
      const types = added.flatMap((name) => this.#types.get(name) ?? []);
      return types.length === 0 ? [] : [types];
    });
  }

  /** The architectures of the entries' types. `local.host` adds none. */
  architecturesOf(entries: readonly string[]): ReadonlySet<Architecture> {
    return new Set(this.groups(entries).flatMap((types) => types.map(({ architecture }) => architecture)));
  }

  /** All that `instanceTypes` may hold: types, families and bundles. */
  knownEntries(): readonly string[] {
    return [...this.#namesByEntry.keys()];
  }

  /**
   * Checks the `instanceTypes` of a compute environment: all known, this machine or nothing of it, all of one architecture.
   *
   * AWS's texts, but for this machine, which it does not have; the last is recorded from the service in
   * https://github.com/badmintoncryer/cdk-preflight (rules/batch).
   */
  check(entries: readonly string[]): Refusal | undefined {
    if (!entries.every((entry) => this.#namesByEntry.has(entry))) {
      return Refusal.wrapped(`Instance type can only be one of [${this.knownEntries().join(", ")}]`);
    }
    if (entries.some(isLocal) && !entries.every(isLocal)) {
      return Refusal.wrapped(`${LOCAL_HOST} cannot be used with other instance types.`);
    }
    if (this.architecturesOf(entries).size > 1) {
      return Refusal.wrapped("arm-based instance type cannot be used with other instance types.");
    }
    return undefined;
  }
}

/** The catalogue of who has no types of their own. */
export const EC2_CATALOGUE = new InstanceCatalogue();

function typesOf({ family, architecture, isXen, sizes }: Ec2InstanceFamily): readonly InstanceType[] {
  return sizes.map(([size, vcpuCount, memoryMiB, pricePerHour, gpuCount = 0]) => {
    const resources = { vcpuMillis: vcpuCount * 1000, memoryMiB, gpuCount };
    return {
      name: `${family}.${size}`,
      family,
      architecture,
      resources,
      usable: { ...resources, memoryMiB: usableMemoryMiB(memoryMiB, isXen === true ? "xen" : "nitro") },
      ...(pricePerHour !== null && { pricePerHour }),
    };
  });
}

function namesByEntry(types: readonly InstanceType[]): ReadonlyMap<string, readonly string[]> {
  const families = Map.groupBy(types, ({ family }) => family);
  const namesOf = (family: string): readonly string[] => families.get(family)?.map(({ name }) => name) ?? [];
  return new Map<string, readonly string[]>([
    ...[...INSTANCE_TYPE_BUNDLES].map(([bundle, members]) => [bundle, members.flatMap(namesOf)] as const),
    ...[...families.keys()].map((family) => [family, namesOf(family)] as const),
    ...types.map(({ name }) => [name, [name]] as const),
    [LOCAL_FAMILY, [LOCAL_HOST]],
    [LOCAL_HOST, [LOCAL_HOST]],
  ]);
}
