import { isFargateEnvironment, maxVcpuMillisOf } from "../batch/compute-resources.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LiveJob } from "../store/live-state.ts";
import { findInstances, isLeft, refuseEnvironment } from "./placement.ts";
import { isHostItself } from "./scaling/host-environment.ts";
import { chooseEach, instancesFor } from "./scaling/scale-out.ts";
import type { ScaleOutFacts } from "./scaling/scale-out.ts";
import { isPassedOverByNodes } from "./wait-reason.ts";

/** What an environment would launch if the host had room for it. */
export interface WantedCapacity {
  /** Absent on Fargate. */
  readonly instanceType?: string;
}

/**
 * Says what a job that waits for the host's room, or that is too large for the host, would be given by the first environment
 * that would. Undefined where that is the host itself, on which the job waits for its turn or finds no room ever, and where
 * no instance type could hold the job.
 */
export function wantedCapacityOf(
  job: LiveJob,
  { computeEnvironmentOrder }: JobQueue,
  facts: ScaleOutFacts,
): WantedCapacity | undefined {
  const { state, capacity } = facts;
  for (const { computeEnvironment } of computeEnvironmentOrder) {
    const environment = state.computeEnvironments.get(computeEnvironment);
    if (environment === undefined) continue;
    const refusal = refuseEnvironment(environment, job, state, capacity.host);
    const wanted = wantedIn(environment, job, refusal, facts);
    if (wanted !== undefined) return wanted;
    const isPassedOver = refusal !== undefined && isPassedOverByNodes(refusal);
    if (job.nodeResources !== undefined && !isPassedOver) break;
  }
  return undefined;
}

function wantedIn(
  environment: ComputeEnvironment,
  job: LiveJob,
  refusal: ReturnType<typeof refuseEnvironment>,
  facts: ScaleOutFacts,
): WantedCapacity | undefined {
  const { state, capacity } = facts;
  const isTooLarge = refusal === "exceeds-host";
  if (isHostItself(environment) || (refusal !== undefined && !isTooLarge)) return undefined;
  if (!isTooLarge && isLeft(job.resources, capacity.host, state.jobs.hostUsage)) return undefined;
  if (isFargateEnvironment(environment)) return {};
  if (isTooLarge) return wantedOfLargerHost(environment, job, facts);
  const [present] = findInstances(environment, job, state) ?? [];
  if (present !== undefined) return { instanceType: present.instance.instanceType };
  const launches = instancesFor(job, environment, facts);
  const [launch] = typeof launches === "string" ? [] : launches;
  return launch && { instanceType: launch.instanceType };
}

/** What an empty environment would launch: the first of the instances, if there is one for each node. */
function wantedOfLargerHost(
  environment: ComputeEnvironment,
  { resources, nodeResources = [resources] }: LiveJob,
  { capacity: { supply }, nowMs, ...facts }: ScaleOutFacts,
): WantedCapacity | undefined {
  const demandVcpuMillis = Math.max(facts.demandVcpuMillis, resources.vcpuMillis);
  const vcpuMillisLeft = maxVcpuMillisOf(environment);
  const limits = { supply, demandVcpuMillis, vcpuMillisLeft, nowMs };
  const shapes = chooseEach(nodeResources, environment, limits);
  if (shapes === "exceeds-instance-types" || shapes === "environments-full") return undefined;
  const [first] = typeof shapes === "string" ? [] : shapes;
  return first === undefined ? {} : { instanceType: first.instanceType };
}
