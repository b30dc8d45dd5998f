import type { ComputeResource, ComputeResourceUpdate, CRType, OrchestrationType } from "../model/batch.ts";
import { deepEqual } from "../lib/deep-equal.ts";
import {
  checkComputeResources,
  checkFargateMembers,
  checkSupported,
  ec2Resources,
  isFargate,
} from "./compute-resources.ts";
import { checkEksComputeResources } from "./eks-configuration.ts";
import { isLocalOnly } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

/** What an update makes of compute resources. */
export interface UpdatedComputeResources {
  readonly resources: ComputeResource;
  /** Whether instances would be replaced by it: a member other than those of scaling has changed (specification 5.8). */
  readonly isInfrastructureUpdate: boolean;
}

/**
 * Applies the `computeResources` of an UpdateComputeEnvironment: members that it leaves out stay, lists replace lists.
 *
 * On EC2 and SPOT an empty text, an empty list and 0 take a member away; on Fargate an empty list says nothing.
 * `desiredvCpus` follows when the limits move past it, but the user cannot lower it.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResourceUpdate.html
 */
export function updateComputeResources(
  current: ComputeResource,
  update: ComputeResourceUpdate,
  orchestration: OrchestrationType = "ECS",
): UpdatedComputeResources | Refusal {
  if (Object.keys(givenMembers(update)).length === 0) {
    return Refusal.bare("At least one compute-resources attribute must be specified");
  }
  const refusal = checkSupported(update) ?? checkType(current.type, update.type);
  if (refusal !== undefined) return refusal;
  return isFargate(current.type) ? updateFargate(current, update) : updateEc2(current, update, orchestration);
}

function updateFargate(
  current: ComputeResource,
  update: ComputeResourceUpdate,
): UpdatedComputeResources | Refusal {
  const resources: ComputeResource = {
    type: current.type,
    maxvCpus: update.maxvCpus ?? current.maxvCpus,
    subnets: filled(update.subnets) ?? current.subnets,
    securityGroupIds: filled(update.securityGroupIds) ?? current.securityGroupIds,
  };
  const refusal = checkFargateMembers(update) ?? checkComputeResources(resources, "ECS");
  return refusal ?? { resources, isInfrastructureUpdate: false };
}

function updateEc2(
  current: ComputeResource,
  update: ComputeResourceUpdate,
  orchestration: OrchestrationType,
): UpdatedComputeResources | Refusal {
  const type = update.type ?? current.type;
  const merged: ComputeResource = {
    ...current,
    ...givenMembers(update),
    type,
    maxvCpus: update.maxvCpus ?? current.maxvCpus,
    bidPercentage: update.bidPercentage ?? (type === "SPOT" ? current.bidPercentage : undefined),
  };
  const resources = ec2Resources({ ...merged, desiredvCpus: desiredVcpus(merged, update) }, orchestration);
  const refusal =
    (orchestration === "EKS" ? checkEksUpdate(resources, update) : undefined) ??
    checkDesiredVcpus(current, update) ??
    checkStillThere(resources) ??
    checkComputeResources(resources, orchestration);
  if (refusal !== undefined) return refusal;
  return { resources, isInfrastructureUpdate: isInfrastructureUpdate(current, resources, update) };
}

/** On EKS capacity follows the pods that wait for it, so that the caller has no say in it. */
function checkEksUpdate(
  resources: ComputeResource,
  { desiredvCpus }: ComputeResourceUpdate,
): Refusal | undefined {
  if (desiredvCpus === undefined) return checkEksComputeResources(resources);
  return Refusal.bare("computeResources.desiredvCpus must be absent for EKS compute environments");
}

/** An environment can change between EC2 and SPOT and stays otherwise what it is. */
function checkType(current: CRType, wanted: CRType | undefined): Refusal | undefined {
  if (wanted === undefined || wanted === current) return undefined;
  if (!isFargate(current) && !isFargate(wanted)) return undefined;
  return Refusal.bare(`computeResources.type cannot change from ${current} to ${wanted}`);
}

function checkDesiredVcpus(
  { desiredvCpus: current = 0 }: ComputeResource,
  { desiredvCpus: wanted = current }: ComputeResourceUpdate,
): Refusal | undefined {
  if (wanted >= current) return undefined;
  return Refusal.wrapped(
    "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment " +
      "will cause it to scale-down to minvCpus.",
  );
}

/** What the update may replace but not take away. */
function checkStillThere({ instanceTypes = [], instanceRole }: ComputeResource): Refusal | undefined {
  if (instanceTypes.length === 0) return Refusal.wrapped("Resource instanceTypes are required.");
  if (instanceRole === undefined && !isLocalOnly(instanceTypes)) {
    return Refusal.wrapped("Instance role is required.");
  }
  return undefined;
}

function desiredVcpus(
  { minvCpus = 0, maxvCpus, desiredvCpus = minvCpus }: ComputeResource,
  update: ComputeResourceUpdate,
): number {
  return update.desiredvCpus ?? Math.min(Math.max(desiredvCpus, minvCpus), maxvCpus);
}

/** Members whose change replaces no instance. */
const SCALING_MEMBERS = { minvCpus: 0, maxvCpus: 0, desiredvCpus: 0, scalingPolicy: undefined } as const;

function isInfrastructureUpdate(
  before: ComputeResource,
  after: ComputeResource,
  update: ComputeResourceUpdate,
): boolean {
  if (update.updateToLatestImageVersion === true) return true;
  return !deepEqual({ ...before, ...SCALING_MEMBERS }, { ...after, ...SCALING_MEMBERS });
}

/** The members that the update sets; `updateToLatestImageVersion` is an order, not a setting, and is not kept. */
function givenMembers(update: ComputeResourceUpdate): Partial<ComputeResource> {
  const given = Object.entries(update).filter(([, value]) => value !== undefined);
  // Without the members that are undefined these are the members of ComputeResource that an update may hold.
  return Object.fromEntries(given);
}

function filled(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
