import type { EksContainer, EksContainerResourceRequirements, EksProperties } from "../model/batch.ts";
import { unreachable } from "../lib/assert.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";
import { MEMORY_MIN_MIB, memoryTooSmall } from "./resource-requirements.ts";
import { addResources, NO_RESOURCES } from "./resources.ts";
import type { Resources } from "./resources.ts";

/**
 * Checks what a container of a pod asks for (specification 4.13). AWS's texts, as recorded in
 * https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 *
 * Order: each value by itself, then requests against limits.
 */
export function checkEksResources({
  limits = {},
  requests = {},
}: EksContainerResourceRequirements): Refusal | undefined {
  const entries = [...Object.entries(limits), ...Object.entries(requests)];
  return (
    firstRefusal(entries, ([type, text]) => checkValue(type, text)) ??
    firstRefusal(TYPES, (type) => checkAgreement(type, requests[type], limits[type]))
  );
}

/** Refuses a container that says nothing of its vCPUs or its memory; one that runs before the others may. */
export function checkHasResources({
  limits,
  requests,
}: EksContainerResourceRequirements): Refusal | undefined {
  const given = { ...limits, ...requests };
  if (given["cpu"] !== undefined && given["memory"] !== undefined) return undefined;
  return Refusal.wrapped("cpu and memory resources must be provided.");
}

/**
 * What a pod asks of its host: what its containers request together, or one that runs before them alone, where that is
 * more. A container that requests nothing requests its limits.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podResources({ podProperties }: EksProperties): Resources {
  const { containers = [], initContainers = [] } = podProperties ?? {};
  const together = containers.map(containerResources).reduce(addResources, NO_RESOURCES);
  return initContainers.map(containerResources).reduce(
    (a, b) => ({
      vcpuMillis: Math.max(a.vcpuMillis, b.vcpuMillis),
      memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
      gpuCount: Math.max(a.gpuCount, b.gpuCount),
    }),
    together,
  );
}

type ResourceName = "cpu" | "memory" | "nvidia.com/gpu";

const TYPES: readonly ResourceName[] = ["cpu", "memory", "nvidia.com/gpu"];
/** vCPUs come in quarters, the smallest of which is one; thousandths (`250m`) AWS does not take. */
const CPU = /^\d{1,9}(\.(0|00|25|5|50|75))?$/;
const MEMORY = /^\d{1,9}Mi$/;
const GPU = /^\d{1,9}$/;

function checkValue(type: string, text: string): Refusal | undefined {
  const name = TYPES.find((known) => known === type);
  if (name === undefined) return Refusal.wrapped(`${type} is not a supported type for resources.`);
  switch (name) {
    case "cpu":
      if (CPU.test(text) && Number(text) > 0) return undefined;
      return Refusal.wrapped(
        `Value ${text} for type cpu in resources is not valid. Provide a valid number and unit.`,
      );
    case "memory":
      if (!MEMORY.test(text)) return Refusal.wrapped(`Value ${text} for type memory is not valid.`);
      return mebibytes(text) < MEMORY_MIN_MIB ? memoryTooSmall(mebibytes(text)) : undefined;
    case "nvidia.com/gpu":
      if (GPU.test(text)) return undefined;
      return Refusal.wrapped(`Value ${text} for type nvidia.com/gpu in resources is not valid.`);
    default:
      return unreachable(name);
  }
}

/** vCPUs can be limited to more than is requested, nothing else. */
function checkAgreement(
  type: ResourceName,
  request: string | undefined,
  limit: string | undefined,
): Refusal | undefined {
  if (request === undefined || limit === undefined) return undefined;
  if (type === "cpu") {
    if (Number(request) <= Number(limit)) return undefined;
    return Refusal.wrapped("cpu request must be <= to cpu limit if both are provided.");
  }
  if (mebibytes(request) === mebibytes(limit)) return undefined;
  const name = type === "memory" ? "memory" : "gpu";
  return Refusal.wrapped(`${name} request must be equal to ${name} limit if both are provided.`);
}

function containerResources({ resources = {} }: EksContainer): Resources {
  const {
    cpu = "0",
    memory = "0",
    "nvidia.com/gpu": gpu = "0",
  } = { ...resources.limits, ...resources.requests };
  return { vcpuMillis: Number(cpu) * 1000, memoryMiB: mebibytes(memory), gpuCount: Number(gpu) };
}

/** Of a checked value, with its unit or without. */
function mebibytes(text: string): number {
  return Number(text.replace(/Mi$/, ""));
}
