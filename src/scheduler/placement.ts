import { isFargateEnvironment, maxVcpuMillisOf } from "../batch/compute-resources.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import { addResources, fitsIn } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import type { LiveInstance } from "../store/live-instances.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { WaitReason } from "./wait-reason.ts";

/** Where a job goes: an instance for each of its attempts, a node after the other; none on Fargate. */
export interface Place {
  readonly computeEnvironment: ComputeEnvironment;
  readonly instances: readonly LiveInstance[];
}

/**
 * Why a compute environment does not take a job now, whatever instances it may launch; undefined if nothing but an
 * instance is missing.
 *
 * It has to be ENABLED and VALID, and the job has to fit under its `maxvCpus` and into what is left of the host.
 */
export function refuseEnvironment(
  computeEnvironment: ComputeEnvironment | undefined,
  { resources, nodeResources }: LiveJob,
  { jobs }: LiveState,
  host: Resources,
): WaitReason | undefined {
  if (computeEnvironment === undefined || !acceptsPlacements(computeEnvironment))
    return "environments-unavailable";
  if (computeEnvironment.eksConfiguration !== undefined) return "kubernetes-unavailable";
  if (nodeResources !== undefined && !takesMultiNodeJobs(computeEnvironment)) return "multi-node-unsupported";
  const maxVcpuMillis = maxVcpuMillisOf(computeEnvironment);
  if (resources.vcpuMillis > maxVcpuMillis) return "exceeds-environments";
  if (!fitsIn(resources, host)) return "exceeds-host";
  if (isFargateEnvironment(computeEnvironment)) {
    const used = jobs.environmentUsage(computeEnvironment.arn).vcpuMillis;
    if (used + resources.vcpuMillis > maxVcpuMillis) return "environments-full";
  }
  return undefined;
}

/** The instances that have room for the job now; undefined if there are not enough. */
export function findInstances(
  computeEnvironment: ComputeEnvironment,
  { resources, nodeResources }: LiveJob,
  { instances }: { readonly instances: Pick<LiveState["instances"], "ofEnvironment"> },
): readonly LiveInstance[] | undefined {
  if (isFargateEnvironment(computeEnvironment)) return [];
  const environment = instances.ofEnvironment(computeEnvironment.arn);
  const first = environment.findRoom(resources);
  if (nodeResources === undefined) return first && [first];
  if (first?.instance.instanceType === LOCAL_HOST) return nodeResources.map(() => first);
  if (environment.idle.size < nodeResources.length) return undefined;
  return takeEmpty(inLaunchOrder(environment.idle.keys()), nodeResources);
}

/**
 * Empty instances for nodes, in the order of the nodes; undefined if there are not enough. Each node has one of its own
 * (https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html).
 */
function takeEmpty(
  empty: readonly LiveInstance[],
  nodeResources: readonly Resources[],
): readonly LiveInstance[] | undefined {
  const left = new Set(empty);
  const taken: LiveInstance[] = [];
  for (const resources of nodeResources) {
    const found = firstWithRoom(left, resources);
    if (found === undefined) return undefined;
    left.delete(found);
    taken.push(found);
  }
  return taken;
}

/** These instances of one environment in the order of their launch. */
export function inLaunchOrder(instances: Iterable<LiveInstance>): readonly LiveInstance[] {
  return [...instances].sort((a, b) => a.slot - b.slot);
}

/** The first of the instances that has room, whether or not it takes jobs. */
export function firstWithRoom(
  instances: Iterable<LiveInstance>,
  resources: Resources,
): LiveInstance | undefined {
  for (const instance of instances) if (fitsIn(resources, instance.free)) return instance;
  return undefined;
}

/**
 * Multi-node jobs run on managed capacity on demand only: neither on Spot nor on Fargate nor UNMANAGED.
 * https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html
 */
export function takesMultiNodeJobs({ computeResources }: ComputeEnvironment): boolean {
  return computeResources?.type === "EC2";
}

/** Spot capacity is what jobs on demand leave idle. */
export function isSpotCapacity({ computeResources }: ComputeEnvironment): boolean {
  return computeResources?.type === "SPOT" || computeResources?.type === "FARGATE_SPOT";
}

/**
 * What the host has to have left for the job to be given a place in the environment, or an instance.
 *
 * @param keptForOnDemand what room is made for: it is not for Spot capacity.
 */
export function wantedOfHost(
  { resources }: Pick<LiveJob, "resources">,
  environment: ComputeEnvironment,
  keptForOnDemand: Resources | undefined,
): Resources {
  const isKept = keptForOnDemand !== undefined && isSpotCapacity(environment);
  return isKept ? addResources(resources, keptForOnDemand) : resources;
}

/** A DISABLED environment goes on with what runs on it but takes nothing new; one being updated is still VALID to jobs. */
export function acceptsPlacements({ state, status }: ComputeEnvironment): boolean {
  return state === "ENABLED" && (status === "VALID" || status === "UPDATING");
}

/** Whether what is wanted is left of what is offered. */
export function isLeft(wanted: Resources, offered: Resources, used: Resources): boolean {
  return (
    used.vcpuMillis + wanted.vcpuMillis <= offered.vcpuMillis &&
    used.memoryMiB + wanted.memoryMiB <= offered.memoryMiB &&
    used.gpuCount + wanted.gpuCount <= offered.gpuCount
  );
}
