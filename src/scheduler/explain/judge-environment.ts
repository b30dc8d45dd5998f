import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isFargateEnvironment, maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { LiveJob } from "../../store/live-state.ts";
import {
  acceptsPlacements,
  findInstances,
  firstWithRoom,
  refuseEnvironment,
  takesMultiNodeJobs,
  wantedOfHost,
} from "../placement.ts";
import { hostPart, isHostItself } from "../scaling/host-environment.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import type { InstanceSupply } from "../scaling/instance-supply.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { EnvironmentAnswer, EnvironmentVerdict } from "./explanation.ts";
import { nearestOf } from "./nearest.ts";

/** Of an environment with more instances not all are looked at. */
export const INSTANCES_LOOKED_AT_MAX = 2_000;

/**
 * What an environment makes of a job: the rules of a cycle, asked one by one, with the numbers. That it could never take
 * the job, were it empty, is said before that it has no room now.
 *
 * @param demandVcpuMillis what the jobs of the queue ask for together, this one included.
 */
export function judgeEnvironment(
  environment: ComputeEnvironment,
  job: LiveJob,
  demandVcpuMillis: number,
  facts: ExplainFacts,
): EnvironmentAnswer {
  const { state, status, statusReason, name: computeEnvironment } = environment;
  const never = findImpossibility(environment, job, facts);
  const isEverPossible = never === undefined;
  if (!acceptsPlacements(environment)) {
    const kind = "environments-unavailable";
    const verdict = { kind, state, status, statusReason } as const;
    return { computeEnvironment, isEverPossible, verdict, ...(never && { never }) };
  }
  const now = judgeNow(environment, job, demandVcpuMillis, facts);
  // It may have an instance from before its settings were changed.
  const isTaken = now.kind === "takes" || now.kind === "launches" || now.kind === "instances-starting";
  if (isTaken) return { computeEnvironment, isEverPossible: true, verdict: now };
  return { computeEnvironment, isEverPossible, verdict: never ?? now };
}

/** Why the environment would not take the job even if it were empty. */
function findImpossibility(
  environment: ComputeEnvironment,
  job: LiveJob,
  { capacity: { host, supply }, nowMs }: ExplainFacts,
): EnvironmentVerdict | undefined {
  if (environment.eksConfiguration !== undefined) return { kind: "kubernetes-unavailable" };
  const { resources, nodeResources } = job;
  if (nodeResources !== undefined && !takesMultiNodeJobs(environment)) return refuseNodes(environment);
  if (resources.vcpuMillis > maxVcpuMillisOf(environment))
    return exceedsMaximum(environment, job, { supply, nowMs });
  if (!fitsIn(resources, host)) return { kind: "exceeds-host", host };
  if (!isOfInstances(environment)) return undefined;
  return findImpossibleInstances(environment, nodeResources ?? [resources], { supply, nowMs });
}

function refuseNodes({ type, computeResources }: ComputeEnvironment): EnvironmentVerdict {
  return { kind: "multi-node-unsupported", type: computeResources?.type ?? type };
}

function exceedsMaximum(
  environment: ComputeEnvironment,
  { resources, nodeResources = [resources] }: LiveJob,
  facts: SupplyFacts,
): EnvironmentVerdict {
  const maxVcpuMillis = maxVcpuMillisOf(environment);
  const most = {
    kind: "exceeds-environments",
    maxVcpuMillis,
    neededVcpuMillis: resources.vcpuMillis,
  } as const;
  if (!isOfInstances(environment)) return most;
  const never = findImpossibleInstances(environment, nodeResources, facts);
  return never?.kind === "exceeds-instance-types" ? { ...most, wanted: never.wanted } : most;
}

/** Whether it launches instances of types, and is neither the host itself nor without any. */
function isOfInstances(environment: ComputeEnvironment): boolean {
  return !isHostItself(environment) && !isFargateEnvironment(environment);
}

interface SupplyFacts {
  readonly supply: InstanceSupply;
  readonly nowMs: number;
}

/** Whether the instances, one for each need, are more than the environment can ever launch. */
function findImpossibleInstances(
  environment: ComputeEnvironment,
  needs: readonly Resources[],
  { supply, nowMs }: SupplyFacts,
): EnvironmentVerdict | undefined {
  const maxVcpuMillis = maxVcpuMillisOf(environment);
  let launchedMillis = 0;
  let neededVcpuMillis = 0;
  let isTooMuch = false;
  for (const wanted of needs) {
    const need = { resources: wanted, demandVcpuMillis: wanted.vcpuMillis };
    const unlimited = supply.choose(environment, { ...need, vcpuMillisLeft: Infinity }, nowMs);
    if (unlimited === "exceeds-instance-types") {
      const nearest = nearestOf(supply.shapesOf(environment), wanted);
      return { kind: "exceeds-instance-types", wanted, ...(nearest && { nearest }) };
    }
    const vcpuMillisLeft = maxVcpuMillis - launchedMillis;
    const limited = supply.choose(environment, { ...need, vcpuMillisLeft }, nowMs);
    isTooMuch ||= limited === "environments-full";
    neededVcpuMillis += typeof unlimited === "string" ? 0 : unlimited.resources.vcpuMillis;
    launchedMillis += typeof limited === "string" ? 0 : limited.resources.vcpuMillis;
  }
  return isTooMuch ? { kind: "exceeds-environments", maxVcpuMillis, neededVcpuMillis } : undefined;
}

function judgeNow(
  environment: ComputeEnvironment,
  job: LiveJob,
  demandVcpuMillis: number,
  facts: ExplainFacts,
): EnvironmentVerdict {
  const { state, capacity, nowMs } = facts;
  const { host, supply } = capacity;
  const refusal = refuseEnvironment(environment, job, state, host);
  if (refusal === "exceeds-environments") return exceedsMaximum(environment, job, { supply, nowMs });
  if (refusal === "exceeds-host") return { kind: "exceeds-host", host };
  if (refusal === "kubernetes-unavailable") return { kind: "kubernetes-unavailable" };
  if (refusal === "multi-node-unsupported") return refuseNodes(environment);
  if (refusal !== undefined) return fullVerdict(environment, job, facts);
  const full = lackOfHostRoom(environment, job, facts);
  if (findInstances(environment, job, state) !== undefined) return full ?? { kind: "takes" };
  const launches = instancesFor(job, environment, { state, capacity, demandVcpuMillis, nowMs });
  if (typeof launches !== "string") {
    if (full !== undefined) return supply.bootMs > 0 ? { ...full, bootMs: supply.bootMs } : full;
    return { kind: "launches", instanceTypes: launches.map(({ instanceType }) => instanceType) };
  }
  if (launches === "above-bid") {
    return { kind: "above-bid", bidPercentage: environment.computeResources?.bidPercentage ?? 100 };
  }
  return launches === "instances-starting"
    ? startingVerdict(environment, job, facts)
    : fullVerdict(environment, job, facts);
}

function lackOfHostRoom(
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity: { host }, keptForOnDemand }: ExplainFacts,
): Extract<EnvironmentVerdict, { kind: "host-full" }> | undefined {
  const free = subtractResources(host, state.jobs.hostUsage);
  const wanted = wantedOfHost(job, environment, keptForOnDemand);
  if (fitsIn(wanted, free)) return undefined;
  const kept = subtractResources(wanted, job.resources);
  const isAnyKept = !fitsIn(kept, NO_RESOURCES);
  return { kind: "host-full", host, free, ...(isAnyKept && { keptForOnDemand: kept }) };
}

/** The nodes of a multi-node job wait for the last that starts. */
function startingVerdict(
  { arn }: ComputeEnvironment,
  { resources, nodeResources }: LiveJob,
  { state, capacity }: ExplainFacts,
): EnvironmentVerdict {
  const { booting } = state.instances.ofEnvironment(arn);
  const awaited = nodeResources === undefined ? firstWithRoom(booting, resources) : [...booting].at(-1);
  const readyAtMs = awaited && awaited.instance.launchedAtMs + capacity.supply.bootMs;
  return {
    kind: "instances-starting",
    bootingCount: booting.size,
    ...(readyAtMs !== undefined && { readyAtMs }),
  };
}

function fullVerdict(
  environment: ComputeEnvironment,
  { resources, nodeResources }: LiveJob,
  { state, capacity }: ExplainFacts,
): EnvironmentVerdict {
  const { arn } = environment;
  const kind = "environments-full";
  const maxVcpuMillis = maxVcpuMillisOf(environment);
  const limit = maxVcpuMillis < Infinity ? { maxVcpuMillis } : {};
  if (isFargateEnvironment(environment)) {
    const { vcpuMillis } = state.jobs.environmentUsage(arn);
    return { kind, capacity: "fargate", vcpuMillis, ...limit };
  }
  const instances = state.instances.ofEnvironment(arn);
  const rooms = firstOf(instances.all.values(), INSTANCES_LOOKED_AT_MAX)
    .filter(({ instance }) => instance.registeredAtMs !== undefined && instance.leaving === undefined)
    .map(({ free }) => ({ resources: free }));
  const nearest: { readonly resources: Resources } | undefined = nearestOf(
    rooms,
    nodeResources?.[0] ?? resources,
  );
  const leavingCount = instances.leaving.size;
  const rest = {
    ...(nearest && { nearestRoom: addResources(nearest.resources, NO_RESOURCES) }),
    ...(leavingCount > 0 && { leavingCount }),
    ...(leavingCount > 0 && environment.status === "UPDATING" && { isUpdating: true as const }),
  };
  if (!isHostItself(environment))
    return { kind, capacity: "instances", vcpuMillis: instances.vcpuMillis, ...limit, ...rest };
  const { vcpuMillis } = state.jobs.environmentUsage(arn);
  const part = hostPart(environment, capacity.host).vcpuMillis;
  return { kind, capacity: "host", vcpuMillis, maxVcpuMillis: part, ...rest };
}
