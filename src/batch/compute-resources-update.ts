import type { ComputeResource, ComputeResourceUpdate, CRType } from "../model/batch.ts";
import { deepEqual } from "../lib/deep-equal.ts";
import {
  checkComputeResources,
  checkFargateMembers,
  checkSupported,
  ec2Resources,
  isFargate,
  isGiven,
} from "./compute-resources.ts";
import type { ComputeResourcesFacts } from "./compute-resources.ts";
import { betweenLimits } from "./desired-vcpus.ts";
import { checkEksComputeResources } from "./eks-configuration.ts";
import { isLocalOnly } from "./instance-type.ts";
import { Refusal } from "./refusal.ts";

/** What an update makes of compute resources. */
export interface UpdatedComputeResources {
  readonly resources: ComputeResource;
  /**
   * Members whose change replaces the instances, in the order of the model: with any of them it is an infrastructure
   * update, with none a scaling update (specification 5.8).
   */
  readonly infrastructureMembers: readonly string[];
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
  facts: ComputeResourcesFacts,
): UpdatedComputeResources | Refusal {
  if (Object.keys(givenMembers(update)).length === 0) {
    return Refusal.bare("At least one compute-resources attribute must be specified");
  }
  const refusal = checkSupported(update);
  if (refusal !== undefined) return refusal;
  return isFargate(current.type) ? updateFargate(current, update, facts) : updateEc2(current, update, facts);
}

function updateFargate(
  current: ComputeResource,
  update: ComputeResourceUpdate,
  facts: ComputeResourcesFacts,
): UpdatedComputeResources | Refusal {
  const resources: ComputeResource = {
    type: current.type,
    maxvCpus: update.maxvCpus ?? current.maxvCpus,
    subnets: filled(update.subnets) ?? current.subnets,
    securityGroupIds: filled(update.securityGroupIds) ?? current.securityGroupIds,
  };
  const refusal =
    checkFixedOnFargate(current, update) ??
    checkFargateMembers(update) ??
    checkComputeResources(resources, facts);
  return refusal ?? { resources, infrastructureMembers: [] };
}

/** What cannot change on Fargate, in AWS's order, recorded from the service: https://github.com/aws/aws-cdk/issues/27054 */
const FIXED_ON_FARGATE = [
  "allocationStrategy",
  "bidPercentage",
  "ec2Configuration",
  "ec2KeyPair",
  "imageId",
  "instanceRole",
  "instanceTypes",
  "launchTemplate",
  "placementGroup",
  "tags",
  "type",
  "updatePolicy",
  "updateToLatestImageVersion",
] as const;

/** AWS's text names the `updatePolicy`, too, but its documentation says that it is ignored. */
function checkFixedOnFargate({ type }: ComputeResource, update: ComputeResourceUpdate): Refusal | undefined {
  const changes = {
    ...update,
    type: update.type === type ? undefined : update.type,
    updatePolicy: undefined,
  };
  if (!FIXED_ON_FARGATE.some((member) => isGiven(changes[member]))) return undefined;
  return Refusal.bare(
    `The following parameters can't be updated for Fargate compute environment: ${FIXED_ON_FARGATE.join(", ")}.`,
  );
}

function updateEc2(
  current: ComputeResource,
  update: ComputeResourceUpdate,
  facts: ComputeResourcesFacts,
): UpdatedComputeResources | Refusal {
  const type = update.type ?? current.type;
  const merged: ComputeResource = {
    ...current,
    ...givenMembers(update),
    type,
    maxvCpus: update.maxvCpus ?? current.maxvCpus,
    bidPercentage: update.bidPercentage ?? (type === "SPOT" ? current.bidPercentage : undefined),
  };
  const resources = ec2Resources({ ...merged, desiredvCpus: desiredVcpus(merged, update) }, facts);
  const refusal =
    checkType(current.type, type) ??
    (facts.orchestration === "EKS" ? checkEksUpdate(resources, update) : undefined) ??
    checkDesiredVcpus(current, update) ??
    checkStillThere(resources) ??
    checkComputeResources(resources, facts);
  if (refusal !== undefined) return refusal;
  return { resources, infrastructureMembers: changedInfrastructure(current, resources, update) };
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
function checkType(current: CRType, wanted: CRType): Refusal | undefined {
  if (!isFargate(wanted)) return undefined;
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

function desiredVcpus(merged: ComputeResource, update: ComputeResourceUpdate): number {
  return update.desiredvCpus ?? betweenLimits(merged, merged.desiredvCpus ?? 0);
}

/** https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html */
const INFRASTRUCTURE_MEMBERS = [
  "subnets",
  "securityGroupIds",
  "allocationStrategy",
  "instanceTypes",
  "ec2KeyPair",
  "instanceRole",
  "tags",
  "placementGroup",
  "bidPercentage",
  "launchTemplate",
  "ec2Configuration",
  "type",
  "imageId",
] as const;

/** `updateToLatestImageVersion` is false again after each update, so that `true` is a change each time. */
function changedInfrastructure(
  before: ComputeResource,
  after: ComputeResource,
  { updateToLatestImageVersion }: ComputeResourceUpdate,
): readonly string[] {
  const changed = INFRASTRUCTURE_MEMBERS.filter((member) => !deepEqual(before[member], after[member]));
  return updateToLatestImageVersion === true ? [...changed, "updateToLatestImageVersion"] : changed;
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
