import type { EksContainer, EksPodProperties, EksProperties } from "../model/batch.ts";
import { checkCommand, checkImage } from "./container-members.ts";
import { checkMetadata } from "./eks-metadata.ts";
import { checkEksResources, checkHasResources } from "./eks-resources.ts";
import { checkEksVolumes, checkVolumeMounts } from "./eks-volumes.ts";
import { checkEnvironment } from "./environment-variables.ts";
import { firstRefusal } from "./first-refusal.ts";
import { Refusal } from "./refusal.ts";

/** Of the containers, and of those that run before them. */
const CONTAINERS_MAX = 10;

/** The name of a container that has none. */
const DEFAULT_CONTAINER_NAME = "Default";

/**
 * Reads `eksProperties`: one pod, checked, then in the form in which AWS returns it (specification 1.8, 4.13).
 *
 * Order: the number of containers, the pod's own members, container by container, names. AWS's texts, as recorded in
 * https://github.com/badmintoncryer/cdk-preflight (rules/batch); those with a path are ours.
 *
 * @param path where the properties stand in the request, as in `eksProperties`.
 */
export function parseEksProperties({ podProperties }: EksProperties, path: string): EksProperties | Refusal {
  const pod = podProperties ?? {};
  const at = `${path}.podProperties`;
  const { containers = [], initContainers = [] } = pod;
  return (
    checkCounts(pod, at) ??
    checkPodMembers(pod, at) ??
    checkContainers(containers, pod, `${at}.containers`) ??
    firstRefusal(containers, ({ resources = {} }) => checkHasResources(resources)) ??
    checkContainers(initContainers, pod, `${at}.initContainers`) ??
    checkNames([...containers, ...initContainers]) ?? { podProperties: normalisePod(pod) }
  );
}

/** The name under which a container of a pod is known. */
export function eksContainerName({ name = DEFAULT_CONTAINER_NAME }: Pick<EksContainer, "name">): string {
  return name;
}

const DNS_POLICIES: readonly string[] = ["Default", "ClusterFirst", "ClusterFirstWithHostNet"];
const PULL_POLICIES: readonly string[] = ["Always", "IfNotPresent", "Never"];
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const CONTAINER_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

function checkCounts(
  { containers = [], initContainers = [] }: EksPodProperties,
  path: string,
): Refusal | undefined {
  if (containers.length === 0) {
    return Refusal.wrapped("Containers must be provided for Batch on EKS jobs.");
  }
  return (
    checkCount(containers.length, `${path}.containers`) ??
    checkCount(initContainers.length, `${path}.initContainers`)
  );
}

function checkCount(count: number, path: string): Refusal | undefined {
  if (count <= CONTAINERS_MAX) return undefined;
  return Refusal.bare(`${path} must have at most ${CONTAINERS_MAX} entries, got ${count}`);
}

function checkPodMembers(pod: EksPodProperties, path: string): Refusal | undefined {
  const { dnsPolicy, imagePullSecrets = [], metadata = {}, volumes = [] } = pod;
  if (dnsPolicy !== undefined && !DNS_POLICIES.includes(dnsPolicy)) {
    return Refusal.wrapped("Unsupported DNS policy value.");
  }
  return (
    firstRefusal(imagePullSecrets, ({ name }, index) =>
      name === "" ? Refusal.bare(`${path}.imagePullSecrets[${index}].name must not be empty`) : undefined,
    ) ??
    checkMetadata(metadata, `${path}.metadata`) ??
    checkEksVolumes(volumes, `${path}.volumes`)
  );
}

function checkContainers(
  containers: readonly EksContainer[],
  { volumes = [] }: EksPodProperties,
  path: string,
): Refusal | undefined {
  return firstRefusal(containers, (container, index) => {
    const { imagePullPolicy, command = [], args = [], env = [], resources = {} } = container;
    const at = `${path}[${index}]`;
    return (
      checkImage(container.image, at) ??
      checkContainerName(eksContainerName(container), at) ??
      checkPullPolicy(imagePullPolicy) ??
      checkCommand(command, `${at}.command`) ??
      checkCommand(args, `${at}.args`) ??
      checkEnvironment(env, `${at}.env`) ??
      checkEksResources(resources) ??
      checkVolumeMounts(container.volumeMounts ?? [], volumes, at)
    );
  });
}

function checkContainerName(name: string, path: string): Refusal | undefined {
  if (CONTAINER_NAME.test(name)) return undefined;
  return Refusal.bare(`${path}.name must be 1 to 63 letters, digits and hyphens, got ${name}`);
}

function checkPullPolicy(policy: string | undefined): Refusal | undefined {
  if (policy === undefined || PULL_POLICIES.includes(policy)) return undefined;
  return Refusal.wrapped("Unsupported image pull policy value.");
}

function checkNames(containers: readonly EksContainer[]): Refusal | undefined {
  const names = containers.map(eksContainerName);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated === undefined) return undefined;
  return Refusal.wrapped(`The container name: ${repeated} must be unique in multi-container job.`);
}

/** A DNS policy that was not given is not shown, though one is in force. */
function normalisePod(pod: EksPodProperties): EksPodProperties {
  return {
    ...pod,
    hostNetwork: pod.hostNetwork ?? true,
    imagePullSecrets: pod.imagePullSecrets ?? [],
    containers: (pod.containers ?? []).map(normaliseContainer),
    initContainers: (pod.initContainers ?? []).map(normaliseContainer),
    volumes: pod.volumes ?? [],
  };
}

function normaliseContainer(container: EksContainer): EksContainer {
  return {
    ...container,
    command: container.command ?? [],
    args: container.args ?? [],
    env: container.env ?? [],
    volumeMounts: container.volumeMounts ?? [],
  };
}
