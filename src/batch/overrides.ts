import type {
  ContainerOverrides,
  ContainerProperties,
  KeyValuePair,
  ResourceRequirement,
} from "../model/batch.ts";
import { checkCommand, notForSingleNode } from "./container-properties.ts";
import { checkEnvironment } from "./environment-variables.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { deprecatedOnFargate, requirementOf } from "./resource-requirements.ts";

/** Checks the `containerOverrides` of a submission by themselves; what comes of them is checked again as a whole. */
export function checkOverrides(
  overrides: ContainerOverrides,
  platforms: readonly Platform[],
): Refusal | undefined {
  const { command = [], environment = [], instanceType, vcpus, memory } = overrides;
  if (instanceType !== undefined) return notForSingleNode(`${PATH}.instanceType`);
  if (platforms.includes("FARGATE")) {
    if (vcpus !== undefined) return deprecatedOnFargate("vcpus");
    if (memory !== undefined) return deprecatedOnFargate("memory");
  }
  return (
    firstRefusal(command, (argument, index) => {
      return argument === "" ? Refusal.bare(`${PATH}.command[${index}] must not be empty`) : undefined;
    }) ??
    checkCommand(command, `${PATH}.command`) ??
    checkEnvironment(environment, `${PATH}.environment`)
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
  const { command = [], environment = [], resourceRequirements = [] } = overrides;
  const vcpus = mergeDeprecated(container, overrides, "vcpus");
  const memory = mergeDeprecated(container, overrides, "memory");
  return {
    ...withoutDeprecated(container),
    ...(vcpus !== undefined && { vcpus }),
    ...(memory !== undefined && { memory }),
    ...(command.length === 0 ? {} : { command }),
    environment: mergeEnvironment(container.environment ?? [], environment),
    resourceRequirements: mergeRequirements(container.resourceRequirements ?? [], resourceRequirements),
  };
}

const PATH = "containerOverrides";

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

function mergeEnvironment(
  own: readonly KeyValuePair[],
  overriding: readonly KeyValuePair[],
): readonly KeyValuePair[] {
  const byName = new Map(overriding.map((variable) => [variable.name, variable]));
  const ownNames = new Set(own.map(({ name }) => name));
  return [
    ...own.map((variable) => byName.get(variable.name) ?? variable),
    ...[...byName.values()].filter(({ name }) => !ownNames.has(name)),
  ];
}

function mergeRequirements(
  own: readonly ResourceRequirement[],
  overriding: readonly ResourceRequirement[],
): readonly ResourceRequirement[] {
  const kept = own.filter(({ type }) => requirementOf(overriding, type) === undefined);
  return [...kept, ...overriding];
}
