import { isFargate, maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isLocalOnly } from "../../batch/instance-type.ts";
import type { Resources } from "../../batch/resources.ts";

/**
 * Whether the environment's capacity is the host as it is: it is UNMANAGED, or has no instance type but `local.host`. It
 * has one instance, which is the host.
 */
export function isHostItself({ computeResources }: ComputeEnvironment): boolean {
  if (computeResources === undefined) return true;
  const { type, instanceTypes = [] } = computeResources;
  return !isFargate(type) && (instanceTypes.length === 0 || isLocalOnly(instanceTypes));
}

/** What such an environment has of the host: all of it, but no more vCPUs than `maxvCpus`. */
export function hostPart(environment: ComputeEnvironment, host: Resources): Resources {
  return { ...host, vcpuMillis: Math.min(host.vcpuMillis, maxVcpuMillisOf(environment)) };
}
