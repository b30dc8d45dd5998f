import type { ComputeResource } from "../model/batch.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { isFargate } from "./compute-resources.ts";

/**
 * The environment with as many `desiredvCpus` as the engine now wants, its status as it was.
 *
 * AWS Batch moves them between `minvCpus` and `maxvCpus`: where the last instance brings the environment above `maxvCpus`,
 * they show `maxvCpus` all the same. The same object where nothing changes; Fargate and UNMANAGED environments have none.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
 */
export function withDesiredVcpus(environment: ComputeEnvironment, vcpus: number): ComputeEnvironment {
  const { computeResources } = environment;
  if (computeResources === undefined || isFargate(computeResources.type)) return environment;
  const desiredvCpus = betweenLimits(computeResources, vcpus);
  if (desiredvCpus === computeResources.desiredvCpus) return environment;
  return { ...environment, computeResources: { ...computeResources, desiredvCpus } };
}

/** That many vCPUs, or the next number that the limits of the environment allow. */
export function betweenLimits(
  { minvCpus = 0, maxvCpus }: Pick<ComputeResource, "minvCpus" | "maxvCpus">,
  vcpus: number,
): number {
  return Math.min(Math.max(vcpus, minvCpus), maxvCpus);
}
