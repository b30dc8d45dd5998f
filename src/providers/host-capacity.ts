import { availableParallelism, totalmem } from "node:os";
import type { Resources } from "../batch/resources.ts";

export interface Host {
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

export interface CapacityPolicy {
  /** How often each CPU is promised: vCPUs are shares of time, as on EC2. */
  readonly vcpuOvercommit: number;
  /** Kept back from jobs for everything else on the host. */
  readonly memoryReserveMiB: number;
}

const MIB = 1024 * 1024;

/** What this host offers to jobs under the policy. */
export function hostCapacity(policy: CapacityPolicy): Resources {
  return createCapacity({ ...readHost(), ...policy });
}

/** What a host of this size offers to jobs. Memory is never promised twice. */
export function createCapacity(host: Host & CapacityPolicy): Resources {
  return {
    vcpuMillis: Math.floor(host.cpuCount * host.vcpuOvercommit * 1_000),
    memoryMiB: Math.max(0, Math.floor(host.memoryBytes / MIB) - host.memoryReserveMiB),
    gpuCount: 0,
  };
}

/** CPUs and memory that this program may use: those of the machine, or of the cgroup that it is confined to. */
function readHost(): Host {
  const limitBytes = process.constrainedMemory();
  return {
    cpuCount: availableParallelism(),
    // 0 where there is no limit to be found, more than the machine has where there is none.
    memoryBytes: limitBytes > 0 ? Math.min(totalmem(), limitBytes) : totalmem(),
  };
}
