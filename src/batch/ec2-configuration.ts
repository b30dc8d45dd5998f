import type { ComputeResource, Ec2Configuration, OrchestrationType } from "../model/batch.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";

const EC2_CONFIGURATIONS_MAX = 2;

/**
 * The images of an environment that names none: one for its types without GPUs, one for those with (specification 5.6).
 * AWS shows them as if they had been given.
 */
export function defaultEc2Configuration(
  instanceTypes: readonly string[],
  orchestration: OrchestrationType,
  catalogue: InstanceCatalogue,
): readonly Ec2Configuration[] {
  const gpuCounts = [...catalogue.expand(instanceTypes)].map(
    (name) => catalogue.find(name)?.resources.gpuCount ?? 0,
  );
  const hasGpu = gpuCounts.some((count) => count > 0);
  const hasPlain = gpuCounts.some((count) => count === 0);
  return [
    ...(hasPlain || !hasGpu ? [{ imageType: `${orchestration}_AL2023` }] : []),
    ...(hasGpu ? [{ imageType: `${orchestration}_AL2023_NVIDIA` }] : []),
  ];
}

/** The images as they are kept: `batchImageStatus` is AWS's to say, not the caller's. */
export function normaliseEc2Configuration(
  configurations: readonly Ec2Configuration[],
): readonly Ec2Configuration[] {
  return configurations.map((configuration) => ({ ...configuration, batchImageStatus: undefined }));
}

/** Checks the images of an environment; AWS's texts where they are known. Only those of EKS have a Kubernetes version. */
export function checkEc2Configuration(
  configurations: readonly Ec2Configuration[] = [],
  orchestration: OrchestrationType,
): Refusal | undefined {
  if (configurations.length > EC2_CONFIGURATIONS_MAX) {
    return Refusal.bare(
      `computeResources.ec2Configuration must have 1 or ${EC2_CONFIGURATIONS_MAX} entries, got ${configurations.length}`,
    );
  }
  return firstRefusal(configurations, ({ imageType, imageKubernetesVersion }) => {
    if (!IMAGE_TYPES.some((type) => imageType === `${orchestration}_${type}`)) {
      return Refusal.wrapped("Invalid imageType in ComputeResources.ec2Configuration");
    }
    if (imageKubernetesVersion === undefined || orchestration === "EKS") return undefined;
    return Refusal.wrapped("At least one imageKubernetesVersion in EC2Configuration is not supported.");
  });
}

/**
 * Refuses what new environments may not have since June 2026: AWS's own Amazon Linux 2 images. One's own image, or a
 * launch template that may bring one, is taken.
 */
export function checkNewImages({
  ec2Configuration = [],
  imageId,
  launchTemplate,
}: ComputeResource): Refusal | undefined {
  if (imageId !== undefined || launchTemplate !== undefined) return undefined;
  const isRetired = ec2Configuration.some(
    ({ imageType, imageIdOverride }) => RETIRED_IMAGE_TYPE.test(imageType) && imageIdOverride === undefined,
  );
  return isRetired ? Refusal.wrapped("Amazon Linux 2 is end-of-life.") : undefined;
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html */
const IMAGE_TYPES: readonly string[] = ["AL2", "AL2_NVIDIA", "AL2023", "AL2023_NVIDIA"];
const RETIRED_IMAGE_TYPE = /^E[CK]S_AL2(_NVIDIA)?$/;
