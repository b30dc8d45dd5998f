import type { EksConfiguration, UpdateComputeEnvironmentRequest, UpdatePolicy } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import {
  checkType,
  isBeingModified,
  orchestrationOf,
  supportsInfrastructureUpdates,
} from "./compute-environment.ts";
import type { ComputeEnvironment } from "./compute-environment.ts";
import { isFargate } from "./compute-resources.ts";
import { updateComputeResources } from "./compute-resources-update.ts";
import { shownAccessEntry } from "./eks-configuration.ts";
import { Refusal } from "./refusal.ts";
import { expandServiceRole, isServiceLinkedRole } from "./service-role.ts";

/** What a policy says where it is silent. */
const DEFAULT_UPDATE_POLICY: UpdatePolicy = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };

/**
 * The environment in UPDATING as an UpdateComputeEnvironment wants it; what the request leaves out stays
 * (specification 2.5, 5.8).
 *
 * Order: status, what the type does not know, role, compute resources. An infrastructure update
 * is refused where AWS refuses it; where it is taken it changes nothing but what is shown, since no instances are
 * replaced here.
 */
export function updateComputeEnvironment(
  current: ComputeEnvironment,
  request: UpdateComputeEnvironmentRequest,
  cause: Cause,
): ComputeEnvironment | Refusal {
  const serviceRole =
    request.serviceRole === undefined || request.serviceRole === ""
      ? current.serviceRole
      : expandServiceRole(current.scope, request.serviceRole);
  const refusal = checkRequest(current, request) ?? checkRole(current.serviceRole, serviceRole);
  if (refusal !== undefined) return refusal;
  const computeResources = updatedComputeResources({ ...current, serviceRole }, request);
  if (computeResources instanceof Refusal) return computeResources;

  const { state, unmanagedvCpus, context, ecsSettings } = request;
  return {
    ...current,
    status: "UPDATING",
    serviceRole,
    ...computeResources,
    ...(state !== undefined && { state }),
    ...(unmanagedvCpus !== undefined && { unmanagedvCpus }),
    ...(context !== undefined && { context }),
    ...(ecsSettings !== undefined && { ecsSettings: { ...current.ecsSettings, ...ecsSettings } }),
    ...updatedPolicy(current, request),
    ...updatedEks(current, request),
    cause,
  };
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

function updatedComputeResources(
  current: ComputeEnvironment,
  { computeResources: update }: UpdateComputeEnvironmentRequest,
): Pick<ComputeEnvironment, "computeResources"> | Refusal {
  if (update === undefined || current.computeResources === undefined) return {};
  const updated = updateComputeResources(current.computeResources, update, orchestrationOf(current));
  if (updated instanceof Refusal) return updated;
  if (updated.isInfrastructureUpdate && !supportsInfrastructureUpdates(current)) {
    return Refusal.bare(
      "computeResources can only be changed in minvCpus, maxvCpus, desiredvCpus and scalingPolicy without the " +
        "service-linked role and an allocation strategy other than BEST_FIT",
    );
  }
  return { computeResources: updated.resources };
}

/** Only EC2 and SPOT environments have a policy: elsewhere AWS ignores what is given. */
function updatedPolicy(
  { computeResources, updatePolicy = DEFAULT_UPDATE_POLICY }: ComputeEnvironment,
  request: UpdateComputeEnvironmentRequest,
): Pick<ComputeEnvironment, "updatePolicy"> {
  if (request.updatePolicy === undefined) return {};
  if (computeResources === undefined || isFargate(computeResources.type)) return {};
  return { updatePolicy: { ...updatePolicy, ...request.updatePolicy } };
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
