/** Whether Fargate has a size of this many vCPUs with this much memory (specification 4.5). */
export function isFargateSize(vcpuMillis: number, memoryMiB: number): boolean {
  return MEMORY_BY_VCPU.get(vcpuMillis)?.includes(memoryMiB) ?? false;
}

/**
 * Memory in MiB by thousandths of a vCPU.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
 */
const MEMORY_BY_VCPU: ReadonlyMap<number, readonly number[]> = new Map([
  [250, [512, 1024, 2048]],
  [500, steps(1024, 4096, 1024)],
  [1000, steps(2048, 8192, 1024)],
  [2000, steps(4096, 16_384, 1024)],
  [4000, steps(8192, 30_720, 1024)],
  [8000, steps(16_384, 61_440, 4096)],
  [16_000, steps(32_768, 122_880, 8192)],
  [32_000, [61_440, 122_880, 249_856]],
]);

/** From the first to the last, both included. */
function steps(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, index) => first + index * step);
}
