import type { EksConfiguration, UpdateComputeEnvironmentRequest } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import { checkType, isBeingModified, orchestrationOf } from "./compute-environment.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { checkArchitectureInQueues } from "./compute-environment-order.ts";
import type { QueueNeighbours } from "./compute-environment-order.ts";
import { allocationStrategyOf, isFargate } from "./compute-resources.ts";
import { updateComputeResources } from "./compute-resources-update.ts";
import { shownAccessEntry } from "./eks-configuration.ts";
import type { InstanceCatalogue } from "./instance-catalogue.ts";
import { Refusal } from "./refusal.ts";
import { expandServiceRole, isServiceLinkedRole } from "./service-role.ts";
import { DEFAULT_UPDATE_POLICY } from "./update-policy.ts";

/** What an update depends on besides the environment and the request. */
export interface ComputeEnvironmentUpdateFacts {
  readonly cause: Cause;
  /** For each queue that has the environment, the other environments in it. */
  readonly queues: readonly QueueNeighbours[];
  readonly instanceCatalogue: InstanceCatalogue;
}

/**
 * The environment in UPDATING as an UpdateComputeEnvironment wants it; what the request leaves out stays
 * (specification 2.5, 5.8).
 *
 * An update that changes more than scaling is an infrastructure update: it begins a new `configurationVersion`, whose
 * instances replace those of the versions before.
 *
 * Order: status, what the type does not know, role, compute resources, infrastructure, queues.
 * https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html
 */
export function updateComputeEnvironment(
  current: ComputeEnvironment,
  request: UpdateComputeEnvironmentRequest,
  { cause, queues, instanceCatalogue }: ComputeEnvironmentUpdateFacts,
): ComputeEnvironment | Refusal {
  const serviceRole =
    request.serviceRole === undefined || request.serviceRole === ""
      ? current.serviceRole
      : expandServiceRole(current.scope, request.serviceRole);
  const refusal = checkRequest(current, request) ?? checkRole(current.serviceRole, serviceRole);
  if (refusal !== undefined) return refusal;
  const infrastructure = updatedInfrastructure({ ...current, serviceRole }, request, instanceCatalogue);
  if (infrastructure instanceof Refusal) return infrastructure;

  const { state, unmanagedvCpus, context, ecsSettings } = request;
  const updated: ComputeEnvironment = {
    ...current,
    status: "UPDATING",
    serviceRole,
    ...infrastructure,
    ...(state !== undefined && { state }),
    ...(unmanagedvCpus !== undefined && { unmanagedvCpus }),
    ...(context !== undefined && { context }),
    ...(ecsSettings !== undefined && { ecsSettings: { ...current.ecsSettings, ...ecsSettings } }),
    ...updatedPolicy(current, request),
    ...updatedEks(current, request),
    cause,
  };
  return checkArchitectureInQueues(updated, queues, instanceCatalogue) ?? updated;
}

function checkRequest(
  current: ComputeEnvironment,
  request: UpdateComputeEnvironmentRequest,
): Refusal | undefined {
  if (isBeingModified(current)) return Refusal.bare("Cannot update, resource is being modified");
  const { computeEnvironment: _, ...changes } = request;
  if (Object.values(changes).every((change) => change === undefined)) {
    // Recorded from the service: https://github.com/hashicorp/terraform-provider-aws/issues/43969
    return Refusal.bare("One of [state | compute-resources | service-role | unmanaged-vcpus] is required.");
  }
  if (request.eksConfiguration !== undefined && current.eksConfiguration === undefined) {
    return Refusal.bare(
      "eksConfiguration must be absent for a compute environment that was created without it",
    );
  }
  return checkType(current.type, request);
}

/** The service-linked role is for good, and so is not having it. */
function checkRole(current: string, wanted: string): Refusal | undefined {
  if (isServiceLinkedRole(current) === isServiceLinkedRole(wanted)) return undefined;
  return Refusal.bare(
    `serviceRole cannot change between the service-linked role and another, from ${current} to ${wanted}`,
  );
}

function updatedInfrastructure(
  current: ComputeEnvironment,
  { computeResources: update }: UpdateComputeEnvironmentRequest,
  instanceCatalogue: InstanceCatalogue,
): Pick<ComputeEnvironment, "computeResources" | "configurationVersion"> | Refusal {
  const { computeResources, configurationVersion } = current;
  if (update === undefined || computeResources === undefined) return { configurationVersion };
  const updated = updateComputeResources(computeResources, update, {
    instanceCatalogue,
    orchestration: orchestrationOf(current),
  });
  if (updated instanceof Refusal) return updated;
  const { resources, infrastructureMembers } = updated;
  if (infrastructureMembers.length === 0) return { computeResources: resources, configurationVersion };
  const refusal = checkInfrastructureUpdate(current, infrastructureMembers);
  return refusal ?? { computeResources: resources, configurationVersion: configurationVersion + 1 };
}

/**
 * Refuses to replace instances where AWS does not: without the service-linked role, and with BEST_FIT.
 *
 * The first text is AWS's, as users have reported it without the members that stand in it
 * (https://github.com/ASFHyP3/hyp3/pull/1051); the second is ours.
 */
function checkInfrastructureUpdate(
  { serviceRole, computeResources }: ComputeEnvironment,
  members: readonly string[],
): Refusal | undefined {
  if (!isServiceLinkedRole(serviceRole)) {
    return Refusal.bare(
      `Following fields [${members.join(", ")}] can be updated only for Non-fargate Compute Environment having a ` +
        "Batch Service Linked Role.",
    );
  }
  if (computeResources === undefined || allocationStrategyOf(computeResources) !== "BEST_FIT")
    return undefined;
  return Refusal.bare(
    `computeResources cannot change in [${members.join(", ")}] with the allocation strategy BEST_FIT, which does not ` +
      "support infrastructure updates",
  );
}

/**
 * Only EC2 and SPOT environments have a policy: elsewhere AWS ignores what is given. The request holds the whole policy: what
 * it leaves out of it has the default that is documented for the member, whatever the policy before said.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html
 */
function updatedPolicy(
  { computeResources }: ComputeEnvironment,
  { updatePolicy }: UpdateComputeEnvironmentRequest,
): Pick<ComputeEnvironment, "updatePolicy"> {
  if (updatePolicy === undefined) return {};
  if (computeResources === undefined || isFargate(computeResources.type)) return {};
  return { updatePolicy: { ...DEFAULT_UPDATE_POLICY, ...updatePolicy } };
}

/** Cluster and namespace are for good; only the access entry can change. */
function updatedEks(
  { eksConfiguration: current }: ComputeEnvironment,
  { eksConfiguration: update }: UpdateComputeEnvironmentRequest,
): { readonly eksConfiguration?: EksConfiguration } {
  if (current === undefined || update?.accessEntry === undefined) return {};
  const { eksClusterArn, kubernetesNamespace } = current;
  const accessEntry = shownAccessEntry(update.accessEntry);
  return { eksConfiguration: { eksClusterArn, kubernetesNamespace, ...(accessEntry && { accessEntry }) } };
}
