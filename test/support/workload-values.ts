import { hostWorkload } from "../../src/batch/host-workload.ts";
import type { HostJob } from "../../src/batch/host-workload.ts";
import { assert } from "../../src/lib/assert.ts";
import type {
  ContainerProperties,
  EcsProperties,
  EcsTaskProperties,
  EksContainer,
  EksPodProperties,
  EksProperties,
  NodeProperties,
  NodeRangeProperty,
  TaskContainerProperties,
} from "../../src/model/batch.ts";
import { ec2Container, requirements } from "./batch-values.ts";

/** The smallest container that a task of several takes on EC2. */
export function taskContainer(
  name: string,
  members: Partial<TaskContainerProperties> = {},
): TaskContainerProperties {
  return { name, image: "busybox", resourceRequirements: requirements("1", "128"), ...members };
}

export function ecsProperties(
  containers: readonly TaskContainerProperties[],
  members: Partial<EcsTaskProperties> = {},
): EcsProperties {
  return { taskProperties: [{ containers, ...members }] };
}

/** What AWS adds to a container of a task. */
export const TASK_CONTAINER_ADDED = {
  command: [],
  dependsOn: [],
  environment: [],
  essential: true,
  mountPoints: [],
  secrets: [],
  ulimits: [],
};

/** The smallest container that a pod takes. */
export function eksContainer(members: Partial<EksContainer> = {}): EksContainer {
  return { image: "busybox", resources: { limits: { cpu: "1", memory: "128Mi" } }, ...members };
}

export function eksProperties(
  containers: readonly EksContainer[],
  members: Partial<EksPodProperties> = {},
): EksProperties {
  return { podProperties: { containers, ...members } };
}

/** What AWS adds to a container of a pod, and to a pod. */
export const EKS_CONTAINER_ADDED = { command: [], args: [], env: [], volumeMounts: [] };
export const POD_ADDED = { hostNetwork: true, imagePullSecrets: [], initContainers: [], volumes: [] };

/** A range of nodes that run the smallest container. */
export function nodeRange(targetNodes: string, members: Partial<NodeRangeProperty> = {}): NodeRangeProperty {
  return { targetNodes, container: ec2Container(), ...members };
}

export function nodeProperties(
  numNodes: number,
  nodeRangeProperties: readonly NodeRangeProperty[],
  mainNode = 0,
): NodeProperties {
  return { numNodes, mainNode, nodeRangeProperties };
}

/** The container of a job or node that runs a single one. */
export function onlyContainer(job: HostJob): ContainerProperties {
  const { workload } = hostWorkload(job);
  assert(workload.kind === "container", `a workload of kind ${workload.kind} has no single container`);
  return workload.container;
}
