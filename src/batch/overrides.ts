import type { ContainerOverrides, ContainerProperties, ResourceRequirement } from "../model/batch.ts";
import { checkCommand } from "./container-members.ts";
import { checkEnvironment } from "./environment-variables.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { deprecatedOnFargate, requirementOf } from "./resource-requirements.ts";

/** Checks `containerOverrides` by themselves; what comes of them is checked again as a whole. */
export function checkOverrides(
  overrides: ContainerOverrides,
  platform: Platform,
  path: string,
): Refusal | undefined {
  const { vcpus, memory } = overrides;
  if (platform === "FARGATE") {
    if (vcpus !== undefined) return deprecatedOnFargate("vcpus");
    if (memory !== undefined) return deprecatedOnFargate("memory");
  }
  return checkOverridingMembers(overrides, path);
}

/** Checks what any container lets be overridden: an empty argument cannot be. */
export function checkOverridingMembers(
  { command = [], environment = [] }: OverridableMembers,
  path: string,
): Refusal | undefined {
  return (
    firstRefusal(command, (argument, index) => {
      return argument === "" ? Refusal.bare(`${path}.command[${index}] must not be empty`) : undefined;
    }) ??
    checkCommand(command, `${path}.command`) ??
    checkEnvironment(environment, `${path}.environment`)
  );
}

/**
 * The container with the overrides on it (specification 4.4).
 *
 * A command replaces the whole list, unless it is empty, which overrides nothing. Variables are merged by name, resources
 * by type. The deprecated `vcpus` and `memory` override only a definition that uses them itself: they have no effect where
 * its `resourceRequirements` hold the value.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html
 */
export function applyOverrides(
  container: ContainerProperties,
  overrides: ContainerOverrides,
): ContainerProperties {
  const vcpus = mergeDeprecated(container, overrides, "vcpus");
  const memory = mergeDeprecated(container, overrides, "memory");
  const instanceType = overrides.instanceType ?? container.instanceType;
  return {
    ...withoutDeprecated(container),
    ...(vcpus !== undefined && { vcpus }),
    ...(memory !== undefined && { memory }),
    ...mergeMembers(container, overrides),
    ...(instanceType !== undefined && { instanceType }),
  };
}

/** What any container lets be overridden. */
export type OverridableMembers = Pick<ContainerOverrides, "command" | "environment" | "resourceRequirements">;

/** The members of a container with the overriding ones on them, merged as `applyOverrides` says. */
export function mergeMembers(own: OverridableMembers, overriding: OverridableMembers): OverridableMembers {
  const { command = [], environment = [], resourceRequirements = [] } = overriding;
  return {
    ...(command.length > 0 ? { command } : own.command !== undefined && { command: own.command }),
    environment: mergeByName(own.environment ?? [], environment),
    resourceRequirements: mergeRequirements(own.resourceRequirements ?? [], resourceRequirements),
  };
}

/** Variables by their names: an overriding one takes the place of its namesake, others come behind. */
export function mergeByName<Variable extends { readonly name?: string | undefined }>(
  own: readonly Variable[],
  overriding: readonly Variable[],
): readonly Variable[] {
  if (overriding.length === 0) return own;
  const byName = new Map<string | undefined, Variable>();
  for (const variable of overriding) byName.set(variable.name, variable);
  const merged = own.map((variable) => byName.get(variable.name) ?? variable);
  for (const { name } of own) byName.delete(name);
  return [...merged, ...byName.values()];
}

function withoutDeprecated(container: ContainerProperties): ContainerProperties {
  if (container.vcpus === undefined && container.memory === undefined) return container;
  const { vcpus: _vcpus, memory: _memory, ...rest } = container;
  return rest;
}

/**
 * The container's own deprecated member stays as it was where its `resourceRequirements` hold the value, and goes where
 * the submission gives the value in the current spelling, with which it could disagree.
 */
function mergeDeprecated(
  container: ContainerProperties,
  overrides: ContainerOverrides,
  member: "vcpus" | "memory",
): number | undefined {
  const type = member === "vcpus" ? "VCPU" : "MEMORY";
  if (requirementOf(overrides.resourceRequirements, type) !== undefined) return undefined;
  if (requirementOf(container.resourceRequirements, type) !== undefined) return container[member];
  return overrides[member] ?? container[member];
}

function mergeRequirements(
  own: readonly ResourceRequirement[],
  overriding: readonly ResourceRequirement[],
): readonly ResourceRequirement[] {
  const kept = own.filter(({ type }) => requirementOf(overriding, type) === undefined);
  return [...kept, ...overriding];
}
