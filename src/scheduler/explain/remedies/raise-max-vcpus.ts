import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import type { Remedy } from "../explanation.ts";

/** Beyond this nobody has an environment. */
const VCPUS_MAX = 2 ** 31;

/** The lowest `maxvCpus` with which the environment is as somebody wants it; none where nothing is enough. */
export function raiseMaxVcpus(
  environment: ComputeEnvironment,
  isEnough: (raised: ComputeEnvironment) => boolean,
): readonly Remedy[] {
  const toVcpus = lowestMaxVcpus(environment, isEnough);
  if (toVcpus === undefined) return [];
  return [{ kind: "raise-max-vcpus", computeEnvironment: environment.name, toVcpus }];
}

/**
 * Above that of the environment; undefined where none is enough. It is asked about as many values as a binary search looks
 * at, as it depends on the allocation strategy and the sizes of instances: one instance may exceed the maximum, but never
 * with BEST_FIT on demand.
 */
function lowestMaxVcpus(
  environment: ComputeEnvironment,
  isEnough: (raised: ComputeEnvironment) => boolean,
): number | undefined {
  const { computeResources } = environment;
  if (computeResources === undefined) return undefined;
  const isEnoughWith = (maxvCpus: number): boolean =>
    isEnough({ ...environment, computeResources: { ...computeResources, maxvCpus } });
  let low = computeResources.maxvCpus;
  let high = low + 1;
  while (!isEnoughWith(high)) {
    if (high > VCPUS_MAX) return undefined;
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnoughWith(middle)) high = middle;
    else low = middle;
  }
  return high;
}
