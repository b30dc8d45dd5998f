import type { Resources } from "../batch/resources.ts";

/** A sum of resources that is kept as it changes. */
export class Tally implements Resources {
  vcpuMillis = 0;
  memoryMiB = 0;
  gpuCount = 0;

  add({ vcpuMillis, memoryMiB, gpuCount }: Resources): void {
    this.vcpuMillis += vcpuMillis;
    this.memoryMiB += memoryMiB;
    this.gpuCount += gpuCount;
  }

  subtract({ vcpuMillis, memoryMiB, gpuCount }: Resources): void {
    this.vcpuMillis -= vcpuMillis;
    this.memoryMiB -= memoryMiB;
    this.gpuCount -= gpuCount;
  }
}
