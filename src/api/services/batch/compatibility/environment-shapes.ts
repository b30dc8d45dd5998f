import type {
  CapacityReservationRequest,
  ComputeEnvironmentOrder,
  ComputeResource,
  ComputeResourceUpdate,
  ComputeScalingPolicy,
  CreateComputeEnvironmentRequest,
  DeleteComputeEnvironmentRequest,
  DescribeComputeEnvironmentsRequest,
  Ec2Configuration,
  EcsSettings,
  EksAccessEntry,
  EksConfiguration,
  EksConfigurationUpdate,
  InfrastructureOptimization,
  InstanceLaunchTemplate,
  InstanceLaunchTemplateUpdate,
  InstanceRequirementsRequest,
  LaunchTemplateSpecification,
  LaunchTemplateSpecificationOverride,
  ManagedInstancesLocalStorageConfiguration,
  ManagedInstancesNetworkConfiguration,
  ManagedInstancesProvider,
  ManagedInstancesStorageConfiguration,
  UpdateComputeEnvironmentRequest,
  UpdateManagedInstancesProviderConfiguration,
  UpdatePolicy,
} from "../../../../model/batch.ts";
import { honoured, refused, withoutEffect } from "./declaration.ts";
import type { Declarations } from "./declaration.ts";
import { NO_KUBERNETES, NO_LOOK_UP, SHAPES_ONLY } from "./reasons.ts";

const SHOWN =
  "compute-environments.process: goes through CREATING to VALID and shows what was asked for with AWS's defaults";
const UPDATED =
  "compute-environments.process: changes what it names and leaves the rest, through UPDATING to VALID";
const DELETED =
  "compute-environments.process: takes a DISABLED environment away, and succeeds for one that is not there";
const DISABLED =
  "compute-environments.process: 16.46 on a DISABLED environment running jobs end normally and nothing new is placed";
const CLUSTER =
  "job-definitions-eks.process: an environment on EKS is VALID, says that nothing runs its jobs, and makes a queue of type EKS";
const FOLLOWING =
  "compute-environment-updates.process: desiredvCpus follow the demand of jobs within maxvCpus, and can be raised but not lowered";
const KEPT = "scale: make up minvCpus from the beginning, and whole ones stay";
const DELAYED = honoured(
  "scale: stay for minScaleDownDelayMinutes after their last job, but not those that never had one",
);
const ROLE =
  "invalid-environments.process: an environment with a role that is none is made and becomes INVALID, until an update repairs it";
const HEALTH = "compute-environment-health: says %s";
const REPLACED =
  "compute-environment-updates.process: lets jobs go on where they are, places new ones on new instances, and is over when the old are gone";
const CLEARED =
  "compute-environment-updates.process: with terminateJobsOnUpdate ends jobs at once as a lost host does, to be retried on new instances";
/** Members whose change replaces instances, though it makes no difference to the new ones. */
const REPLACING = honoured(
  "compute-resources-update: replaces instances for %j",
  `for the rest, ${SHAPES_ONLY}`,
);
const PAGES = "paging.process: DescribeComputeEnvironments";
const UNMANAGED_SIZE = "fair-share.process: of what an UNMANAGED environment is said to have, too";

export const createComputeEnvironmentRequest: Declarations<CreateComputeEnvironmentRequest> = {
  computeEnvironmentName: honoured(SHOWN),
  type: honoured("compute-environments.process: of type %s shows what belongs to it"),
  state: honoured("compute-environments.process: the state DISABLED"),
  unmanagedvCpus: honoured(UNMANAGED_SIZE),
  computeResources: honoured(SHOWN),
  serviceRole: honoured(ROLE, NO_LOOK_UP),
  tags: honoured("tags.process: has the tags of its creation, takes others and gives them up"),
  eksConfiguration: honoured(CLUSTER, NO_KUBERNETES),
  context: withoutEffect("AWS keeps it for itself; it is shown"),
  ecsSettings: withoutEffect("there is no ECS cluster to look into; it is shown"),
};

export const updateComputeEnvironmentRequest: Declarations<UpdateComputeEnvironmentRequest> = {
  computeEnvironment: honoured(UPDATED),
  state: honoured(DISABLED),
  unmanagedvCpus: honoured(UNMANAGED_SIZE),
  computeResources: honoured(UPDATED),
  serviceRole: honoured(ROLE, NO_LOOK_UP),
  updatePolicy: honoured(CLEARED),
  context: withoutEffect("AWS keeps it for itself; it is shown"),
  ecsSettings: withoutEffect("there is no ECS cluster to look into; it is shown"),
  eksConfiguration: withoutEffect(NO_KUBERNETES),
};

export const deleteComputeEnvironmentRequest: Declarations<DeleteComputeEnvironmentRequest> = {
  computeEnvironment: honoured(DELETED),
};

export const describeComputeEnvironmentsRequest: Declarations<DescribeComputeEnvironmentsRequest> = {
  computeEnvironments: honoured(
    "compute-environments.process: finds by name and by ARN, each once, and leaves out what is not there",
  ),
  maxResults: honoured(PAGES),
  nextToken: honoured(PAGES),
};

export const computeResource: Declarations<ComputeResource> = {
  type: honoured(
    "job-queues.process: of Fargate environments is of type ECS_FARGATE",
    "ECS_MANAGED_INSTANCES is refused: `Managed Instances (computeResources.type ECS_MANAGED_INSTANCES) are not supported yet by this version of Batchyard`",
  ),
  allocationStrategy: honoured("scale: exceed maxvCpus by at most one, with %s %j"),
  minvCpus: honoured(KEPT),
  maxvCpus: honoured(
    "job-queues.process: a job too large for every environment blocks its queue, and only its queue",
  ),
  desiredvCpus: honoured(FOLLOWING),
  instanceTypes: honoured(FOLLOWING, "`local.host` is this machine"),
  imageId: withoutEffect(SHAPES_ONLY),
  subnets: withoutEffect(NO_LOOK_UP),
  securityGroupIds: withoutEffect(NO_LOOK_UP),
  ec2KeyPair: withoutEffect(SHAPES_ONLY),
  instanceRole: honoured(HEALTH, NO_LOOK_UP),
  tags: withoutEffect(SHAPES_ONLY),
  placementGroup: withoutEffect(SHAPES_ONLY),
  bidPercentage: honoured(
    "reclaim-spot: goes when it costs more than bidPercentage allows, and is launched again when it does not",
    "Spot costs a part of the price on demand (`--spot-price-part`), the same at any time without `--spot-market-seed`",
  ),
  spotIamFleetRole: honoured(HEALTH, NO_LOOK_UP),
  launchTemplate: withoutEffect(SHAPES_ONLY),
  ec2Configuration: withoutEffect(SHAPES_ONLY),
  scalingPolicy: DELAYED,
  managedInstancesProvider: refused(
    "Managed Instances (computeResources.managedInstancesProvider) are not supported yet by this version of Batchyard",
    "refused-members.process: managedInstancesProvider",
  ),
  capacityTags: refused(
    "capacity tags (computeResources.capacityTags) are not supported yet by this version of Batchyard",
    "refused-members.process: capacityTags",
  ),
};

export const computeResourceUpdate: Declarations<ComputeResourceUpdate> = {
  minvCpus: honoured(
    "scaling.process: a minvCpus that an update changes is kept from then on, minScaleDownDelayMinutes or not",
  ),
  maxvCpus: honoured(UPDATED),
  desiredvCpus: honoured(FOLLOWING),
  subnets: REPLACING,
  securityGroupIds: REPLACING,
  allocationStrategy: honoured(REPLACED),
  instanceTypes: honoured(REPLACED),
  ec2KeyPair: REPLACING,
  instanceRole: honoured(HEALTH, NO_LOOK_UP),
  tags: REPLACING,
  placementGroup: REPLACING,
  bidPercentage: honoured(REPLACED),
  launchTemplate: REPLACING,
  ec2Configuration: REPLACING,
  updateToLatestImageVersion: REPLACING,
  type: honoured(REPLACED, "it changes between EC2 and SPOT"),
  imageId: REPLACING,
  scalingPolicy: DELAYED,
  managedInstancesProvider: computeResource.managedInstancesProvider,
  capacityTags: computeResource.capacityTags,
};

export const computeScalingPolicy: Declarations<ComputeScalingPolicy> = {
  minScaleDownDelayMinutes: DELAYED,
};

const AS_LAUNCH_TEMPLATE = withoutEffect(SHAPES_ONLY);

export const launchTemplateSpecification: Declarations<LaunchTemplateSpecification> = {
  launchTemplateId: AS_LAUNCH_TEMPLATE,
  launchTemplateName: AS_LAUNCH_TEMPLATE,
  version: AS_LAUNCH_TEMPLATE,
  overrides: AS_LAUNCH_TEMPLATE,
  userdataType: AS_LAUNCH_TEMPLATE,
};

export const launchTemplateSpecificationOverride: Declarations<LaunchTemplateSpecificationOverride> = {
  launchTemplateId: AS_LAUNCH_TEMPLATE,
  launchTemplateName: AS_LAUNCH_TEMPLATE,
  version: AS_LAUNCH_TEMPLATE,
  targetInstanceTypes: AS_LAUNCH_TEMPLATE,
  userdataType: AS_LAUNCH_TEMPLATE,
};

export const ec2Configuration: Declarations<Ec2Configuration> = {
  imageType: withoutEffect(SHAPES_ONLY),
  imageIdOverride: withoutEffect(SHAPES_ONLY),
  batchImageStatus: withoutEffect("it is AWS's to say, not the caller's"),
  imageKubernetesVersion: withoutEffect(SHAPES_ONLY),
};

export const updatePolicy: Declarations<UpdatePolicy> = {
  terminateJobsOnUpdate: honoured(CLEARED),
  jobExecutionTimeoutMinutes: honoured(
    "update-policy: under the policy %j jobs on replaced instances end after %i ms",
  ),
};

export const ecsSettings: Declarations<EcsSettings> = {
  containerInsights: withoutEffect("there is no ECS cluster to look into; it is shown"),
};

export const eksConfiguration: Declarations<EksConfiguration> = {
  eksClusterArn: withoutEffect(NO_KUBERNETES),
  kubernetesNamespace: withoutEffect(NO_KUBERNETES),
  accessEntry: withoutEffect(NO_KUBERNETES),
};

export const eksConfigurationUpdate: Declarations<EksConfigurationUpdate> = {
  accessEntry: withoutEffect(NO_KUBERNETES),
};

export const eksAccessEntry: Declarations<EksAccessEntry> = {
  desiredState: withoutEffect(NO_KUBERNETES),
  status: withoutEffect("it is AWS's to say, not the caller's"),
};

export const computeEnvironmentOrder: Declarations<ComputeEnvironmentOrder> = {
  order: honoured(
    "compute-environments.process: 16.43 the environment of the lowest order goes first; a full or DISABLED one is passed over",
  ),
  computeEnvironment: honoured(
    "job-queues.process: 16.40 a compute environment given by name comes back as ARN",
  ),
};

const MANAGED = computeResource.managedInstancesProvider;

export const managedInstancesProvider: Declarations<ManagedInstancesProvider> = {
  propagateTags: MANAGED,
  infrastructureRoleArn: MANAGED,
  instanceLaunchTemplate: MANAGED,
  infrastructureOptimization: MANAGED,
};

export const updateManagedInstancesProviderConfiguration: Declarations<UpdateManagedInstancesProviderConfiguration> =
  {
    propagateTags: MANAGED,
    infrastructureRoleArn: MANAGED,
    instanceLaunchTemplate: MANAGED,
    infrastructureOptimization: MANAGED,
  };

export const infrastructureOptimization: Declarations<InfrastructureOptimization> = { scaleInAfter: MANAGED };

export const instanceLaunchTemplateUpdate: Declarations<InstanceLaunchTemplateUpdate> = {
  ec2InstanceProfileArn: MANAGED,
  networkConfiguration: MANAGED,
  instanceRequirements: MANAGED,
  storageConfiguration: MANAGED,
  monitoring: MANAGED,
  capacityReservations: MANAGED,
  instanceMetadataTagsPropagation: MANAGED,
  localStorageConfiguration: MANAGED,
};

export const instanceLaunchTemplate: Declarations<InstanceLaunchTemplate> = {
  ...instanceLaunchTemplateUpdate,
  capacityOptionType: MANAGED,
  fipsEnabled: MANAGED,
};

export const instanceRequirementsRequest: Declarations<InstanceRequirementsRequest> = {
  allowedInstanceTypes: MANAGED,
};

export const capacityReservationRequest: Declarations<CapacityReservationRequest> = {
  reservationGroupArn: MANAGED,
  reservationPreference: MANAGED,
};

export const managedInstancesNetworkConfiguration: Declarations<ManagedInstancesNetworkConfiguration> = {
  subnets: MANAGED,
  securityGroups: MANAGED,
};

export const managedInstancesStorageConfiguration: Declarations<ManagedInstancesStorageConfiguration> = {
  storageSizeGiB: MANAGED,
};

export const managedInstancesLocalStorageConfiguration: Declarations<ManagedInstancesLocalStorageConfiguration> =
  {
    useLocalStorage: MANAGED,
  };
