import type { ComputeResource, EksAccessEntry, EksConfiguration } from "../model/batch.ts";
import { checkNamespace } from "./kubernetes-namespace.ts";
import { Refusal } from "./refusal.ts";
import type { Scope } from "./scope.ts";

/** What AWS Batch shows of an environment on EKS here. */
export const NO_KUBERNETES = "No Kubernetes back end is configured: jobs wait until there is one";

/**
 * Reads the `eksConfiguration` of a new environment into the form in which it is kept and shown (specification 5.10). The
 * cluster is not looked up.
 *
 * Order: the cluster, the namespace. AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight
 * (rules/batch).
 */
export function parseEksConfiguration(
  { eksClusterArn, kubernetesNamespace, accessEntry }: EksConfiguration,
  scope: Scope,
): EksConfiguration | Refusal {
  const match = CLUSTER_ARN.exec(eksClusterArn);
  if (match === null) return Refusal.wrapped("eksClusterArn must be an EKS cluster ARN.");
  if (match[1] !== scope.region) {
    return Refusal.wrapped("eksClusterArn must be in the same AWS region as the compute environment.");
  }
  const shown = shownAccessEntry(accessEntry);
  return (
    checkNamespace(kubernetesNamespace) ?? {
      eksClusterArn,
      kubernetesNamespace,
      ...(shown && { accessEntry: shown }),
    }
  );
}

/** An entry as AWS shows it: one that follows the cluster is not shown, and its `status` is not the caller's to say. */
export function shownAccessEntry(accessEntry: EksAccessEntry | undefined): EksAccessEntry | undefined {
  const desiredState = accessEntry?.desiredState ?? "INHERIT_FROM_CLUSTER";
  return desiredState === "INHERIT_FROM_CLUSTER" ? undefined : { desiredState };
}

/** Checks what compute resources on EKS have that is different. AWS's texts but for the last. */
export function checkEksComputeResources({ type, allocationStrategy }: ComputeResource): Refusal | undefined {
  if (type !== "EC2" && type !== "SPOT") {
    return Refusal.wrapped("Supported compute types for EKS compute environments are [EC2, SPOT].");
  }
  if (allocationStrategy === undefined) {
    return Refusal.wrapped("allocationStrategy is required for EKS Compute Environments.");
  }
  if (allocationStrategy !== "BEST_FIT") return undefined;
  return Refusal.bare("computeResources.allocationStrategy must not be BEST_FIT for EKS");
}

const CLUSTER_ARN = /^arn:aws[a-z-]*:eks:([a-z0-9-]+):\d{12}:cluster\/[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
