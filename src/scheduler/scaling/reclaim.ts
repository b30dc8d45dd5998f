import type { Attempt } from "../../batch/attempt.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { addResources, fitsIn, NO_RESOURCES, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { Capacity } from "../capacity.ts";
import { findInstances, isLeft, isSpotCapacity, refuseEnvironment } from "../placement.ts";
import { placeNothing } from "../schedule.ts";
import { isPassedOverByNodes } from "../wait-reason.ts";
import { instancesFor } from "./scale-out.ts";

/** What holds Spot capacity. */
export type SpotHolder =
  | { readonly kind: "instance"; readonly instance: Instance }
  | { readonly kind: "fargate-task"; readonly attempt: Attempt };

interface Candidate {
  readonly holder: SpotHolder;
  readonly sinceMs: number;
  readonly held: Resources;
}

/**
 * Chooses the Spot capacity that is taken back so that the host has room for jobs on demand: what came last goes first, no
 * more than is needed, and nothing where what leaves already is enough or all of it is not.
 *
 * Made for one cycle: what was found for one job is not there for the next.
 */
export class SpotReclaim {
  /** What the host has free, and what comes free. */
  #free: Resources;
  /** Youngest first. */
  #candidates: readonly Candidate[];

  constructor(state: LiveState, host: Resources) {
    this.#free = addResources(subtractResources(host, state.jobs.hostUsage), comingFree(state));
    this.#candidates = candidatesOf(state).toSorted((a, b) => b.sinceMs - a.sinceMs);
  }

  /** Undefined: even with all Spot capacity the host would have no room for it. */
  takeBackFor(wanted: Resources): readonly SpotHolder[] | undefined {
    const taken: Candidate[] = [];
    let free = this.#free;
    for (const candidate of this.#candidates) {
      if (fitsIn(wanted, free)) break;
      taken.push(candidate);
      free = addResources(free, candidate.held);
    }
    if (!fitsIn(wanted, free)) return undefined;
    for (const candidate of taken.toReversed()) {
      const without = subtractResources(free, candidate.held);
      if (!fitsIn(wanted, without)) continue;
      free = without;
      taken.splice(taken.indexOf(candidate), 1);
    }
    this.#free = subtractResources(free, wanted);
    this.#candidates = this.#candidates.filter((candidate) => !taken.includes(candidate));
    return taken.map(({ holder }) => holder);
  }
}

interface RoomFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
}

/** Whether nothing but the host's room keeps an environment on demand from taking the job, or from launching for it. */
export function lacksRoomOnDemand(
  job: LiveJob,
  { computeEnvironmentOrder }: JobQueue,
  { state, capacity, nowMs }: RoomFacts,
): boolean {
  const demandVcpuMillis = job.resources.vcpuMillis;
  if (isLeft(job.resources, capacity.host, state.jobs.hostUsage)) return false;
  for (const { computeEnvironment } of computeEnvironmentOrder) {
    const environment = state.computeEnvironments.get(computeEnvironment);
    if (environment === undefined) continue;
    const refusal = refuseEnvironment(environment, job, state, capacity.host);
    if (refusal === undefined && !isSpotCapacity(environment)) {
      if (findInstances(environment, job, state) !== undefined) return true;
      const launches = instancesFor(job, environment, { state, capacity, demandVcpuMillis, nowMs });
      if (typeof launches !== "string") return true;
    }
    const isLast = job.nodeResources !== undefined && !isPassedOverByNodes(refusal ?? "taken");
    if (isLast) return false;
  }
  return false;
}

/**
 * The room that is on its way for jobs on demand, as far as the state alone shows it: what the heads of queues lack, where
 * that which is about to end is enough for them.
 */
export function roomOnItsWay(facts: RoomFacts): Resources {
  return jobsRoomIsMadeFor(facts).reduce((sum, { resources }) => addResources(sum, resources), NO_RESOURCES);
}

/** Those heads of queues, in the order in which room is made for them. */
export function jobsRoomIsMadeFor(facts: RoomFacts): readonly LiveJob[] {
  const { state, capacity, nowMs } = facts;
  if (fitsIn(comingFree(state), NO_RESOURCES)) return [];
  const reclaim = new SpotReclaim(state, capacity.host);
  return placeNothing({ state, nowMs }, "host-full").blocked.flatMap(({ jobQueueArn, jobId }) => {
    const jobQueue = state.jobQueues.get(jobQueueArn);
    const head = jobQueue && state.jobs.find(jobQueue.scope, jobId);
    if (jobQueue === undefined || head === undefined || !lacksRoomOnDemand(head, jobQueue, facts)) return [];
    return reclaim.takeBackFor(head.resources)?.length === 0 ? [head] : [];
  });
}

/** What attempts hold that are about to end: those on instances that leave, and those that somebody wants ended. */
function comingFree({ instances, jobs }: LiveState): Resources {
  const free = { vcpuMillis: 0, memoryMiB: 0, gpuCount: 0 };
  const add = ({ vcpuMillis, memoryMiB, gpuCount }: Resources): void => {
    free.vcpuMillis += vcpuMillis;
    free.memoryMiB += memoryMiB;
    free.gpuCount += gpuCount;
  };
  for (const { leaving } of instances.environments.values()) {
    for (const instance of leaving) add(heldOn(instance));
  }
  for (const job of jobs.stopping.values()) {
    const { instance, outcome } = job.activeAttempt ?? {};
    const isLeaving =
      instance !== undefined && instances.find(instance.instanceId)?.instance.leaving !== undefined;
    if (!isLeaving && outcome === undefined) add(chargeOf(job, jobs));
  }
  return free;
}

function candidatesOf(state: LiveState): readonly Candidate[] {
  const { instances, jobs } = state;
  const candidates: Candidate[] = [];
  let isFargateUsed = false;
  for (const { arn, computeResources } of state.computeEnvironments.values()) {
    if (computeResources?.type === "FARGATE_SPOT") {
      isFargateUsed ||= jobs.environmentUsage(arn).vcpuMillis > 0;
    }
    if (computeResources?.type !== "SPOT") continue;
    for (const live of [...instances.ofEnvironment(arn).all.values()].toReversed()) {
      const { instance, tasks } = live;
      if (!instance.isSpot || instance.leaving !== undefined || tasks.size === 0) continue;
      candidates.push({
        holder: { kind: "instance", instance },
        sinceMs: instance.launchedAtMs,
        held: heldOn(live),
      });
    }
  }
  return isFargateUsed ? [...candidates, ...fargateTasks(state)] : candidates;
}

function fargateTasks({ jobs, computeEnvironments }: LiveState): readonly Candidate[] {
  return [...jobs.active.values()].toReversed().flatMap((job) => {
    const attempt = job.activeAttempt;
    if (attempt === undefined || attempt.stopping !== undefined) return [];
    const environment = computeEnvironments.get(attempt.computeEnvironmentArn);
    if (environment?.computeResources?.type !== "FARGATE_SPOT") return [];
    const holder = { kind: "fargate-task", attempt } as const;
    return [{ holder, sinceMs: attempt.placedAtMs, held: job.resources }];
  });
}

function heldOn({ instance, free }: LiveInstance): Resources {
  return subtractResources(instance.resources, free);
}

/** What an attempt of the job holds: of a multi-node job its main node's part. */
function chargeOf(job: LiveJob, jobs: LiveState["jobs"]): Resources {
  const main = jobs.nodesOf(job)?.main;
  return (main === undefined ? undefined : job.nodeResources?.[main]) ?? job.resources;
}
