import { Refusal } from "./refusal.ts";

const NAMESPACE_LENGTH_MAX = 63;

/**
 * Checks a namespace of Kubernetes; Batch keeps out of the ones that come with a cluster. AWS's texts, as recorded in
 * https://github.com/badmintoncryer/cdk-preflight (rules/batch).
 */
export function checkNamespace(namespace: string): Refusal | undefined {
  if (namespace === "default") {
    return Refusal.wrapped("kubernetesNamespace cannot be the default Kubernetes namespace.");
  }
  if (namespace.startsWith("kube")) {
    return Refusal.wrapped("kubernetesNamespace cannot be a reserved Kubernetes system namespace.");
  }
  if (namespace.length > NAMESPACE_LENGTH_MAX) {
    return Refusal.wrapped(
      `kubernetesNamespace must less than or equal to ${NAMESPACE_LENGTH_MAX} characters long.`,
    );
  }
  if (NAMESPACE.test(namespace)) return undefined;
  return Refusal.wrapped("kubernetesNamespace must be a valid Kubernetes namespace.");
}

/** A label of DNS. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAMESPACE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
