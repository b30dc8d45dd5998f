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

export function subtractResources(a: Resources, b: Resources): Resources {
  return {
    vcpuMillis: a.vcpuMillis - b.vcpuMillis,
    memoryMiB: a.memoryMiB - b.memoryMiB,
    gpuCount: a.gpuCount - b.gpuCount,
  };
}

export function fitsIn(wanted: Resources, offered: Resources): boolean {
  return (
    wanted.vcpuMillis <= offered.vcpuMillis &&
    wanted.memoryMiB <= offered.memoryMiB &&
    wanted.gpuCount <= offered.gpuCount
  );
}
