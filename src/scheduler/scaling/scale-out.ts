import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import { LOCAL_HOST } from "../../batch/instance-type.ts";
import type { Resources } from "../../batch/resources.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { Capacity } from "../capacity.ts";
import { firstWithRoom, inLaunchOrder } from "../placement.ts";
import type { WaitReason } from "../wait-reason.ts";
import { hostPart, isHostItself } from "./host-environment.ts";
import type { InstanceNeed, InstanceShape, InstanceSupply } from "./instance-supply.ts";

/** An instance that an environment is to have more. */
export interface Launch extends InstanceShape {
  readonly computeEnvironment: ComputeEnvironment;
}

/** What scaling out is decided on. */
export interface ScaleOutFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  /** What all jobs that wait for instances of the environment ask for, the job in question included. */
  readonly demandVcpuMillis: number;
  readonly nowMs: number;
}

/** What of it instances are chosen by. */
type InstanceFacts = Omit<ScaleOutFacts, "state"> & {
  readonly state: {
    readonly instances: { readonly ofEnvironment: (computeEnvironmentArn: string) => PresentInstances };
  };
};

/** What of the instances of an environment decides which are launched beside them. */
export interface PresentInstances extends Pick<EnvironmentInstances, "vcpuMillis" | "booting"> {
  readonly all: { readonly size: number };
  readonly idle: { readonly keys: () => Iterable<LiveInstance> };
}

/**
 * The instances that an environment is to launch for a job for which it has no room, and for which the host has; or why
 * that is none. `instances-starting`: those that boot already will do.
 *
 * A multi-node job needs an empty instance for each node: what is missing is launched at once or not at all.
 */
export function instancesFor(
  job: LiveJob,
  computeEnvironment: ComputeEnvironment,
  facts: InstanceFacts,
): readonly Launch[] | WaitReason {
  const environment = facts.state.instances.ofEnvironment(computeEnvironment.arn);
  if (isHostItself(computeEnvironment)) {
    if (environment.all.size > 0)
      return environment.booting.size > 0 ? "instances-starting" : "environments-full";
    const resources = hostPart(computeEnvironment, facts.capacity.host);
    return [{ computeEnvironment, instanceType: LOCAL_HOST, resources }];
  }
  const { nodeResources } = job;
  if (nodeResources === undefined) {
    if (firstWithRoom(environment.booting, job.resources) !== undefined) return "instances-starting";
    return launchesFor(job, [job.resources], computeEnvironment, facts);
  }
  const empty = inLaunchOrder([...environment.idle.keys(), ...environment.booting]);
  const missing = withoutInstance(nodeResources, empty);
  return missing.length === 0 ? "instances-starting" : launchesFor(job, missing, computeEnvironment, facts);
}

interface Limits extends Omit<InstanceNeed, "resources"> {
  readonly supply: InstanceSupply;
  readonly nowMs: number;
}

/**
 * A shape for each of these, in their order; or why one of them cannot be had. Each leaves less of `vcpuMillisLeft` for
 * those behind it: where the demand would have the first so large that others find nothing left, none is larger than it has
 * to be.
 */
export function chooseEach(
  needs: readonly Resources[],
  environment: ComputeEnvironment,
  limits: Limits,
): readonly InstanceShape[] | WaitReason {
  const chosen = chooseInTurn(needs, environment, limits);
  if (chosen !== "environments-full" || needs.length === 1) return chosen;
  return chooseInTurn(needs, environment, { ...limits, demandVcpuMillis: 0 });
}

function chooseInTurn(
  needs: readonly Resources[],
  environment: ComputeEnvironment,
  { supply, nowMs, ...limits }: Limits,
): readonly InstanceShape[] | WaitReason {
  const { demandVcpuMillis } = limits;
  let { vcpuMillisLeft } = limits;
  const shapes: InstanceShape[] = [];
  for (const resources of needs) {
    const chosen = supply.choose(environment, { resources, demandVcpuMillis, vcpuMillisLeft }, nowMs);
    if (typeof chosen === "string") return chosen;
    shapes.push(chosen);
    vcpuMillisLeft -= chosen.resources.vcpuMillis;
  }
  return shapes;
}

/** Those of the nodes for which there is no empty instance: each takes the first that is left and large enough. */
function withoutInstance(
  nodeResources: readonly Resources[],
  empty: readonly LiveInstance[],
): readonly Resources[] {
  const left = new Set(empty);
  return nodeResources.filter((resources) => {
    const found = firstWithRoom(left, resources);
    if (found !== undefined) left.delete(found);
    return found === undefined;
  });
}

/** One instance for each of these, in their order; none at all where one of them cannot be had. */
function launchesFor(
  job: LiveJob,
  needs: readonly Resources[],
  computeEnvironment: ComputeEnvironment,
  { state, capacity, nowMs, ...facts }: InstanceFacts,
): readonly Launch[] | WaitReason {
  const { vcpuMillis: presentMillis, booting } = state.instances.ofEnvironment(computeEnvironment.arn);
  // What boots already is for part of the demand.
  let demandVcpuMillis = facts.demandVcpuMillis;
  for (const { free } of booting) demandVcpuMillis -= free.vcpuMillis;
  demandVcpuMillis = Math.max(demandVcpuMillis, job.resources.vcpuMillis);
  const launchesBeside = (
    presentVcpuMillis: number,
    wanted: readonly Resources[],
  ): readonly Launch[] | WaitReason => {
    const vcpuMillisLeft = maxVcpuMillisOf(computeEnvironment) - presentVcpuMillis;
    const limits = { supply: capacity.supply, demandVcpuMillis, vcpuMillisLeft, nowMs };
    const shapes = chooseEach(wanted, computeEnvironment, limits);
    return typeof shapes === "string" ? shapes : shapes.map((shape) => ({ computeEnvironment, ...shape }));
  };
  const launches = launchesBeside(presentMillis, needs);
  if (launches !== "environments-full") return launches;
  // Whoever cannot have all of them, those that are there included, even beside nothing else waits for ever.
  const all = launchesBeside(0, job.nodeResources ?? [job.resources]);
  return all === "environments-full" ? "exceeds-environments" : "environments-full";
}
