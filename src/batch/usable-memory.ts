/** What runs below an instance's kernel. */
export type Hypervisor = "xen" | "nitro";

/** `ECS_RESERVED_MEMORY` of AWS Batch's images. https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html */
const AGENT_MIB = 32;

/**
 * What platform and kernel keep: a part of the memory, to describe its pages, and a constant.
 *
 * AWS states no rule, so each line goes through what was published: on Xen m4.large, 7985 of 8192 MiB
 * (https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html), with 64 bytes for a page of 4 KiB; it
 * gives 15041 for c4.2xlarge, where 15042 was seen (https://github.com/aws/amazon-ecs-agent/issues/399). On Nitro 7748
 * of 8192 MiB (https://docs.aws.amazon.com/batch/latest/userguide/memory-cpu-batch-eks.html) and 31463 of 32768 MiB,
 * the agent's part included (https://github.com/aws/containers-roadmap/issues/2231).
 */
const KEPT: Readonly<Record<Hypervisor, { readonly part: number; readonly constantMiB: number }>> = {
  xen: { part: 1 / 64, constantMiB: 79 },
  nitro: { part: 0.035, constantMiB: 158 },
};

/** The memory that jobs can have of an instance's nominal memory: less what platform, kernel and agent keep. */
export function usableMemoryMiB(memoryMiB: number, hypervisor: Hypervisor): number {
  const { part, constantMiB } = KEPT[hypervisor];
  return Math.max(0, Math.floor(memoryMiB * (1 - part) - constantMiB) - AGENT_MIB);
}
