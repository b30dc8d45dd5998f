/** What a job asks of an instance, and what an instance or a host offers. */
export interface Resources {
  /** Thousandths of a vCPU: 250 is AWS's `0.25`. */
  readonly vcpuMillis: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
}

export const NO_RESOURCES: Resources = { vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 };

export function addResources(a: Resources, b: Resources): Resources {
  return {
    vcpuMillis: a.vcpuMillis + b.vcpuMillis,
    memoryMiB: a.memoryMiB + b.memoryMiB,
    gpuCount: a.gpuCount + b.gpuCount,
  };
}

/** What is left of `a`: below nothing where `b` has more. */
export function subtractResources(a: Resources, b: Resources): Resources {
  return {
    vcpuMillis: a.vcpuMillis - b.vcpuMillis,
    memoryMiB: a.memoryMiB - b.memoryMiB,
    gpuCount: a.gpuCount - b.gpuCount,
  };
}

/** Whether all that is wanted is offered. */
export function fitsIn(wanted: Resources, offered: Resources): boolean {
  return (
    wanted.vcpuMillis <= offered.vcpuMillis &&
    wanted.memoryMiB <= offered.memoryMiB &&
    wanted.gpuCount <= offered.gpuCount
  );
}

/** Whether both have as much of everything. */
export function isSameResources(a: Resources, b: Resources): boolean {
  return a.vcpuMillis === b.vcpuMillis && a.memoryMiB === b.memoryMiB && a.gpuCount === b.gpuCount;
}
