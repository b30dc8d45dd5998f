import type {
  ComputeResource,
  ComputeScalingPolicy,
  CRAllocationStrategy,
  CRType,
  OrchestrationType,
} from "../model/batch.ts";
import {
  checkEc2Configuration,
  checkNewImages,
  defaultEc2Configuration,
  normaliseEc2Configuration,
} from "./ec2-configuration.ts";
import { checkEksComputeResources } from "./eks-configuration.ts";
import { firstRefusal } from "./first-refusal.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import { isInstanceTypeBundle, isLocalOnly } from "./instance-type.ts";
import { checkLaunchTemplate, normaliseLaunchTemplate } from "./launch-template.ts";
import { notSupportedYet } from "./not-supported-yet.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";

// Texts that the specification does not have are AWS's own, as recorded from the service in
// https://github.com/badmintoncryer/cdk-preflight (rules/batch); those that begin with a path are ours.

/** What compute resources depend on besides the request. */
export interface ComputeResourcesFacts {
  readonly instanceCatalogue: InstanceCatalogue;
  readonly orchestration: OrchestrationType;
}

const FARGATE_SUBNETS_MAX = 16;
const FARGATE_SECURITY_GROUPS_MAX = 5;

/**
 * Reads the `computeResources` of a new MANAGED environment into the form in which they are kept and shown
 * (specification 5.3): with the defaults that AWS shows, without empty members. `allocationStrategy` stays absent where
 * none was given, as on AWS.
 *
 * An environment that names nothing but `local.host` needs no instance role, subnets or security groups: unlike EC2's
 * types it has no use for them.
 *
 * Order: what is not supported, what is missing, what does not belong, then each member's value.
 */
export function createComputeResources(
  request: ComputeResource,
  facts: ComputeResourcesFacts,
): ComputeResource | Refusal {
  const isOnFargate = isFargate(request.type);
  const refusal =
    checkSupported(request) ??
    (facts.orchestration === "EKS" ? checkEksComputeResources(request) : undefined) ??
    (isOnFargate ? checkFargateMembers(request) : checkComplete(request));
  if (refusal !== undefined) return refusal;
  const resources = isOnFargate ? fargateResources(request) : ec2Resources(request, facts);
  return checkComputeResources(resources, facts) ?? checkNewImages(resources) ?? resources;
}

/** Checks the values of compute resources in the form in which they are kept. */
export function checkComputeResources(
  resources: ComputeResource,
  { instanceCatalogue, orchestration }: ComputeResourcesFacts,
): Refusal | undefined {
  if (isFargate(resources.type)) return checkMaxVcpus(resources) ?? checkFargateNetwork(resources);
  return (
    checkVcpus(resources) ??
    instanceCatalogue.check(resources.instanceTypes ?? []) ??
    checkStrategy(resources) ??
    checkSpot(resources) ??
    checkEc2Configuration(resources.ec2Configuration, orchestration) ??
    checkLaunchTemplate(resources.launchTemplate, resources.instanceTypes ?? [], instanceCatalogue) ??
    checkScaleDownDelay(resources)
  );
}

export function isFargate(type: CRType): boolean {
  return type === "FARGATE" || type === "FARGATE_SPOT";
}

/** Whether an environment has no instances, as each task takes what it needs for itself. UNMANAGED ones have some. */
export function isFargateEnvironment({
  computeResources,
}: {
  readonly computeResources?: ComputeResource;
}): boolean {
  return computeResources !== undefined && isFargate(computeResources.type);
}

/** The most vCPUs that the environment may have, in thousandths; infinite where it has no `maxvCpus`, as UNMANAGED ones. */
export function maxVcpuMillisOf({
  computeResources,
}: {
  readonly computeResources?: ComputeResource;
}): number {
  return (computeResources?.maxvCpus ?? Infinity) * 1000;
}

/** The strategy in force: an ECS environment without one uses BEST_FIT. */
export function allocationStrategyOf({ allocationStrategy }: ComputeResource): CRAllocationStrategy {
  return allocationStrategy ?? "BEST_FIT";
}

/** Refuses Managed Instances, in a request to create or to update. */
export function checkSupported({
  type,
  managedInstancesProvider,
  capacityTags,
}: {
  readonly type?: CRType | undefined;
  readonly managedInstancesProvider?: unknown;
  readonly capacityTags?: unknown;
}): Refusal | undefined {
  if (type === "ECS_MANAGED_INSTANCES") {
    return notSupportedYet("Managed Instances (computeResources.type ECS_MANAGED_INSTANCES)");
  }
  if (managedInstancesProvider !== undefined) {
    return notSupportedYet("Managed Instances (computeResources.managedInstancesProvider)");
  }
  if (capacityTags !== undefined) return notSupportedYet("capacity tags (computeResources.capacityTags)");
  return undefined;
}

/** Refuses what Fargate does not know, in a request to create or to update. Empty members count as absent. */
export function checkFargateMembers(
  request: Readonly<Partial<Record<(typeof EC2_ONLY_MEMBERS)[number], unknown>>>,
): Refusal | undefined {
  return firstRefusal(EC2_ONLY_MEMBERS, (member) =>
    isGiven(request[member]) ? Refusal.wrapped(`${member} is not applicable for Fargate.`) : undefined,
  );
}

const EC2_ONLY_MEMBERS = [
  "allocationStrategy",
  "minvCpus",
  "desiredvCpus",
  "instanceTypes",
  "imageId",
  "ec2KeyPair",
  "instanceRole",
  "tags",
  "placementGroup",
  "bidPercentage",
  "spotIamFleetRole",
  "launchTemplate",
  "ec2Configuration",
  "scalingPolicy",
  "updateToLatestImageVersion",
] as const;
const PATH = "computeResources";
/** The type that a strategy is for; absent where it goes with both. */
const STRATEGY_TYPES: Readonly<Record<CRAllocationStrategy, CRType | undefined>> = {
  BEST_FIT: undefined,
  BEST_FIT_PROGRESSIVE: undefined,
  BEST_FIT_PROGRESSIVE_ORDERED: "EC2",
  SPOT_CAPACITY_OPTIMIZED: "SPOT",
  SPOT_PRICE_CAPACITY_OPTIMIZED: "SPOT",
  SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: "SPOT",
};
const VCPUS_MIN = 1;
const BID_PERCENTAGE_MAX = 100;
const SCALE_DOWN_DELAY_MINUTES = { min: 20, max: 10_080 };

/** Whether a member of a request says something: an empty text, list or map does not, nor does `false`. */
export function isGiven(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

/** What EC2 and SPOT environments cannot do without, in the order in which AWS misses it. */
function checkComplete(request: ComputeResource): Refusal | undefined {
  const { type, instanceTypes = [], subnets = [], securityGroupIds = [] } = request;
  const isLocal = isLocalOnly(instanceTypes);
  if (!isLocal && !isGiven(request.instanceRole)) return Refusal.wrapped("Instance role is required.");
  if (request.minvCpus === undefined) return Refusal.wrapped("Resource minvCpus is required.");
  if (instanceTypes.length === 0) return Refusal.wrapped("Resource instanceTypes are required.");
  if (isLocal) return undefined;
  if (subnets.length === 0) return Refusal.bare(`${PATH}.subnets is required for ${type}`);
  if (securityGroupIds.length === 0 && normaliseLaunchTemplate(request.launchTemplate) === undefined) {
    return Refusal.wrapped("Security group ids are required.");
  }
  return undefined;
}

function fargateResources({ type, maxvCpus, subnets, securityGroupIds }: ComputeResource): ComputeResource {
  return { type, maxvCpus, subnets: subnets ?? [], securityGroupIds: securityGroupIds ?? [] };
}

/** EC2 and SPOT resources in the form in which they are kept: with the defaults that AWS shows, without empty members. */
export function ec2Resources(
  request: ComputeResource,
  { instanceCatalogue, orchestration }: ComputeResourcesFacts,
): ComputeResource {
  const { instanceTypes = [], ec2Configuration = [], tags } = request;
  return {
    type: request.type,
    allocationStrategy: request.allocationStrategy,
    minvCpus: request.minvCpus,
    maxvCpus: request.maxvCpus,
    desiredvCpus: request.desiredvCpus ?? request.minvCpus,
    instanceTypes,
    imageId: nonEmpty(request.imageId),
    subnets: request.subnets ?? [],
    securityGroupIds: request.securityGroupIds ?? [],
    ec2KeyPair: nonEmpty(request.ec2KeyPair),
    instanceRole: nonEmpty(request.instanceRole),
    tags: isGiven(tags) ? tags : undefined,
    placementGroup: nonEmpty(request.placementGroup),
    bidPercentage: nonZero(request.bidPercentage),
    spotIamFleetRole: nonEmpty(request.spotIamFleetRole),
    launchTemplate: normaliseLaunchTemplate(request.launchTemplate),
    ec2Configuration:
      ec2Configuration.length === 0
        ? defaultEc2Configuration(instanceTypes, orchestration, instanceCatalogue)
        : normaliseEc2Configuration(ec2Configuration),
    scalingPolicy: normaliseScalingPolicy(request.scalingPolicy),
  };
}

function normaliseScalingPolicy(policy: ComputeScalingPolicy | undefined): ComputeScalingPolicy | undefined {
  const minScaleDownDelayMinutes = nonZero(policy?.minScaleDownDelayMinutes);
  return minScaleDownDelayMinutes === undefined ? undefined : { minScaleDownDelayMinutes };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** AWS takes 0 for "off" where 0 would say nothing. */
function nonZero(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function checkMaxVcpus({ maxvCpus }: ComputeResource): Refusal | undefined {
  return checkRange(maxvCpus, `${PATH}.maxvCpus`, { min: VCPUS_MIN });
}

function checkVcpus(resources: ComputeResource): Refusal | undefined {
  const { minvCpus = 0, maxvCpus, desiredvCpus = minvCpus } = resources;
  if (minvCpus < 0) return Refusal.wrapped("minvCpus should be greater than or equal to 0.");
  if (maxvCpus < minvCpus) {
    return Refusal.wrapped("maxvCpus should be greater than or equal to minvCpus.");
  }
  if (desiredvCpus < minvCpus || desiredvCpus > maxvCpus) {
    return Refusal.wrapped("desiredvCpus should be between minvCpus and maxvCpus.");
  }
  return checkMaxVcpus(resources);
}

function checkFargateNetwork({
  type,
  subnets = [],
  securityGroupIds = [],
}: ComputeResource): Refusal | undefined {
  if (subnets.length === 0) return Refusal.bare(`${PATH}.subnets is required for ${type}`);
  if (securityGroupIds.length === 0) return Refusal.wrapped("Security group ids are required.");
  if (subnets.length > FARGATE_SUBNETS_MAX) {
    return Refusal.wrapped(`Fargate supports a maximum of ${FARGATE_SUBNETS_MAX} subnets.`);
  }
  if (securityGroupIds.length > FARGATE_SECURITY_GROUPS_MAX) {
    return Refusal.wrapped(`Fargate supports a maximum of ${FARGATE_SECURITY_GROUPS_MAX} security groups.`);
  }
  return undefined;
}

/** Which strategies go with which type (specification 5.4); the ordered ones cannot order what a bundle hides. */
function checkStrategy(resources: ComputeResource): Refusal | undefined {
  const strategy = allocationStrategyOf(resources);
  const wanted = STRATEGY_TYPES[strategy];
  if (wanted !== undefined && wanted !== resources.type) {
    return Refusal.wrapped(`Allocation strategy ${strategy} requires compute resource type ${wanted}.`);
  }
  const isOrdered =
    strategy === "BEST_FIT_PROGRESSIVE_ORDERED" || strategy === "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED";
  if (isOrdered && (resources.instanceTypes ?? []).some(isInstanceTypeBundle)) {
    return Refusal.wrapped(
      `Instance type bundles (e.g. optimal, default_x86_64) are not allowed for ${strategy} allocation strategy. ` +
        "Specify instance families or types directly.",
    );
  }
  return undefined;
}

/** The Spot Fleet role is needed for BEST_FIT only; AWS takes it with EC2 too, so that the type can change later. */
function checkSpot(resources: ComputeResource): Refusal | undefined {
  const { type, bidPercentage, spotIamFleetRole } = resources;
  if (type === "EC2") {
    return bidPercentage === undefined
      ? undefined
      : Refusal.wrapped("bidPercentage is not applicable for EC2.");
  }
  if (spotIamFleetRole === undefined && allocationStrategyOf(resources) === "BEST_FIT") {
    return Refusal.wrapped("ComputeResources.spotIamFleetRole cannot not be null or empty");
  }
  if (bidPercentage !== undefined && (bidPercentage < 0 || bidPercentage > BID_PERCENTAGE_MAX)) {
    return Refusal.wrapped(`Bid percentage must be between 0 to ${BID_PERCENTAGE_MAX}.`);
  }
  return undefined;
}

function checkScaleDownDelay({ scalingPolicy }: ComputeResource): Refusal | undefined {
  return checkRange(
    scalingPolicy?.minScaleDownDelayMinutes,
    `${PATH}.scalingPolicy.minScaleDownDelayMinutes`,
    SCALE_DOWN_DELAY_MINUTES,
  );
}
