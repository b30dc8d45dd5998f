import type { ContainerProperties, ResourceRequirement, ResourceType } from "../model/batch.ts";
import { isFargateSize } from "./fargate-sizes.ts";
import { notForFargate } from "./platform.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import type { Resources } from "./resources.ts";

export const MEMORY_MIN_MIB = 4;

/** The members of a container that say what it asks for. */
export type ResourceMembers = Pick<ContainerProperties, "resourceRequirements" | "vcpus" | "memory">;

/**
 * Reads what the only container of a task asks for, by the rules of its platform.
 *
 * @param path where the members stand in the request, as in `containerProperties`.
 */
export function parseResources(
  members: ResourceMembers,
  platform: Platform,
  path: string,
): Resources | Refusal {
  const resources = parseContainerResources(members, platform, path);
  if (resources instanceof Refusal) return resources;
  return checkTaskSize(resources, platform) ?? resources;
}

/**
 * Reads what one container of a task asks for: only the sum of all of them has to be a size that Fargate has.
 *
 * `vcpus` and `memory` are AWS's deprecated spellings: EC2 only, and where both spellings are there they must agree.
 */
export function parseContainerResources(
  members: ResourceMembers,
  platform: Platform,
  path: string,
): Resources | Refusal {
  const repeated = checkTypesOnce(members.resourceRequirements ?? [], path);
  if (repeated !== undefined) return repeated;
  return platform === "EC2" ? parseEc2(members, path) : parseDecimal(members, platform, path);
}

/** Checks what a whole task asks for: Fargate has certain sizes only. */
export function checkTaskSize({ vcpuMillis, memoryMiB }: Resources, platform: Platform): Refusal | undefined {
  if (platform !== "FARGATE" || isFargateSize(vcpuMillis, memoryMiB)) return undefined;
  const vcpu = (vcpuMillis / 1000).toFixed(2);
  return Refusal.bare(`Fargate resource requirements (${vcpu} vCPU, ${memoryMiB} MiB) not valid.`);
}

/** The value that is given for a type, as it was written; undefined where none is. */
export function requirementOf(
  requirements: readonly ResourceRequirement[] | undefined,
  type: ResourceType,
): string | undefined {
  return requirements?.find((requirement) => requirement.type === type)?.value;
}

const VCPU_MISSING = Refusal.wrapped("vCPU is not provided.");
/** Not a known text of AWS: formed after the one for vCPU. */
const MEMORY_MISSING = Refusal.wrapped("Memory is not provided.");

function checkTypesOnce(requirements: readonly ResourceRequirement[], path: string): Refusal | undefined {
  const types = requirements.map((requirement) => requirement.type);
  const repeated = types.find((type, index) => types.indexOf(type) < index);
  if (repeated === undefined) return undefined;
  return Refusal.bare(`${path}.resourceRequirements must name each type once, got ${repeated} again`);
}

function parseEc2(members: ResourceMembers, path: string): Resources | Refusal {
  const vcpus = mergeSpellings(members, "vcpus", path);
  if (vcpus instanceof Refusal) return vcpus;
  if (vcpus === undefined) return VCPU_MISSING;
  const memory = mergeSpellings(members, "memory", path);
  if (memory instanceof Refusal) return memory;
  if (memory === undefined) return MEMORY_MISSING;

  const vcpuCount = parseCount(vcpus);
  if (vcpuCount instanceof Refusal) return vcpuCount;
  const memoryMiB = parseMemory(memory);
  if (memoryMiB instanceof Refusal) return memoryMiB;
  if (memoryMiB < MEMORY_MIN_MIB) return memoryTooSmall(memoryMiB);
  const gpuCount = parseGpuCount(members, path);
  if (gpuCount instanceof Refusal) return gpuCount;

  return { vcpuMillis: vcpuCount * 1000, memoryMiB, gpuCount };
}

/** Fargate and Managed Instances have parts of a vCPU, and the one spelling only. */
function parseDecimal(
  members: ResourceMembers,
  platform: "FARGATE" | "MANAGED_INSTANCES",
  path: string,
): Resources | Refusal {
  if (members.vcpus !== undefined) return deprecatedOnFargate("vcpus");
  if (members.memory !== undefined) return deprecatedOnFargate("memory");
  const gpuCount = parseGpuCount(members, path);
  if (gpuCount instanceof Refusal) return gpuCount;
  if (gpuCount > 0 && platform === "FARGATE") return notForFargate("GPU");

  const vcpus = findRequired(members, "VCPU", path);
  if (vcpus === undefined) return VCPU_MISSING;
  const memory = findRequired(members, "MEMORY", path);
  if (memory === undefined) return MEMORY_MISSING;
  if (!DECIMAL.test(vcpus.text)) {
    return Refusal.bare(`${vcpus.path} must be a number such as 0.25 or 4, got ${vcpus.text}`);
  }
  const memoryMiB = parseMemory(memory);
  if (memoryMiB instanceof Refusal) return memoryMiB;
  if (memoryMiB < MEMORY_MIN_MIB && platform !== "FARGATE") return memoryTooSmall(memoryMiB);
  return { vcpuMillis: Math.round(Number(vcpus.text) * 1000), memoryMiB, gpuCount };
}

function parseGpuCount(members: ResourceMembers, path: string): number | Refusal {
  const gpu = findRequired(members, "GPU", path);
  return gpu === undefined ? 0 : parseCount(gpu);
}

/** A value as it was written, with where. */
interface Given {
  readonly text: string;
  readonly path: string;
}

function findRequired(members: ResourceMembers, type: ResourceType, path: string): Given | undefined {
  const text = requirementOf(members.resourceRequirements, type);
  return text === undefined ? undefined : { text, path: `${path}.resourceRequirements ${type}` };
}

/** The value of one resource from its two spellings. */
function mergeSpellings(
  members: ResourceMembers,
  member: "vcpus" | "memory",
  path: string,
): Given | undefined | Refusal {
  const required = findRequired(members, member === "vcpus" ? "VCPU" : "MEMORY", path);
  const deprecated = members[member];
  if (deprecated === undefined) return required;
  if (required === undefined) return { text: String(deprecated), path: `${path}.${member}` };
  if (Number(required.text) === deprecated) return required;
  return Refusal.bare(
    `${path}.${member} must be absent or agree with ${required.path}, got ${deprecated} and ${required.text}`,
  );
}

function parseMemory({ text, path }: Given): number | Refusal {
  if (WHOLE.test(text)) return Number(text);
  return Refusal.bare(`${path} must be a whole number of MiB, at most ${WHOLE_MAX}, got ${text}`);
}

function parseCount({ text, path }: Given): number | Refusal {
  if (WHOLE.test(text) && Number(text) >= 1) return Number(text);
  return Refusal.bare(`${path} must be a whole number from 1 to ${WHOLE_MAX}, got ${text}`);
}

/** AWS's text. */
export function memoryTooSmall(memoryMiB: number): Refusal {
  return Refusal.bare(`Memory must be at least ${MEMORY_MIN_MIB} Mib, got ${memoryMiB} Mib.`);
}

/** AWS's text for `vcpus` and `memory` on Fargate. */
export function deprecatedOnFargate(member: "vcpus" | "memory"): Refusal {
  return Refusal.wrapped(`${member} is not applicable for Fargate. Use resource requirements instead.`);
}

/** More than any host has, and it leaves every sum exact. */
const WHOLE_MAX = 999_999_999;
const WHOLE = /^[0-9]{1,9}$/;
const DECIMAL = /^[0-9]{1,9}(\.[0-9]+)?$/;
