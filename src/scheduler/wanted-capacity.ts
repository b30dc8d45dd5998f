import { isFargate } from "../batch/compute-resources.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { Capacity } from "./capacity.ts";
import { findInstances, isLeft, refuseEnvironment } from "./placement.ts";
import { isHostItself } from "./scaling/host-environment.ts";

/** What an environment would launch if the host had room for it. */
export interface WantedCapacity {
  /** Absent on Fargate. */
  readonly instanceType?: string;
}

/**
 * Says what a job that waits for the host's room would be given there by the first environment that would. Undefined where
 * that is the host itself: then the job waits for its turn on it and for nothing that would have to be launched.
 */
export function wantedCapacityOf(
  job: LiveJob,
  { computeEnvironmentOrder }: JobQueue,
  {
    state,
    capacity: { host, supply },
    nowMs,
  }: { readonly state: LiveState; readonly capacity: Capacity; readonly nowMs: number },
): WantedCapacity | undefined {
  const resources = job.nodeResources?.[0] ?? job.resources;
  const need = { resources, demandVcpuMillis: resources.vcpuMillis, vcpuMillisLeft: Infinity };
  for (const { computeEnvironment } of computeEnvironmentOrder) {
    const environment = state.computeEnvironments.get(computeEnvironment);
    if (environment === undefined || isHostItself(environment)) continue;
    const isTaken = refuseEnvironment(environment, job, state, host) === undefined;
    if (!isTaken || isLeft(job.resources, host, state.jobs.hostUsage)) continue;
    const type = environment.computeResources?.type;
    if (type !== undefined && isFargate(type)) return {};
    const [present] = findInstances(environment, job, state) ?? [];
    if (present !== undefined) return { instanceType: present.instance.instanceType };
    const chosen = supply.choose(environment, need, nowMs);
    if (typeof chosen !== "string") return { instanceType: chosen.instanceType };
  }
  return undefined;
}
