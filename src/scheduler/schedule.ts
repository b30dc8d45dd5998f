import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { Resources } from "../batch/resources.ts";
import type { JobTerms } from "../store/live-job.ts";
import type { ReadyQueue } from "../store/live-queues.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { Capacity } from "./capacity.ts";
import { lackOfConsumables } from "./consumables.ts";
import { findInstances, isLeft, refuseEnvironment, wantedOfHost } from "./placement.ts";
import type { Place } from "./placement.ts";
import { compareQueues } from "./ordering/compare-queues.ts";
import { orderOf } from "./ordering/queue-order.ts";
import { isReserved, unreservedVcpuMillis } from "./ordering/reservation.ts";
import { instancesFor } from "./scaling/scale-out.ts";
import type { Launch } from "./scaling/scale-out.ts";
import { isImpossible, isPassedOverByNodes, isTooMuch, moreTelling } from "./wait-reason.ts";
import type { WaitReason } from "./wait-reason.ts";
import { wantedCapacityOf } from "./wanted-capacity.ts";
import type { WantedCapacity } from "./wanted-capacity.ts";

/** One job given its place: a decision, true once it is committed. */
export interface Placement extends Place {
  /** Of a child of an array: its array. */
  readonly job: LiveJob;
  /** The job itself, or the child that was placed. */
  readonly jobId: string;
}

/** What a cycle leaves: the queues whose head could not be placed, and why. */
export interface CycleReport {
  readonly blocked: readonly BlockedQueue[];
  /** The limit on placements was reached with jobs left that may fit: another cycle is due at once. */
  readonly isCutShort: boolean;
}

export interface BlockedQueue {
  readonly jobQueueArn: string;
  /**
   * The job at the head, behind which the others of the queue wait; with fair share that of the first share to be held up, or
   * of the first whose head can never be had.
   */
  readonly jobId: string;
  readonly because: WaitReason;
  /** What would be launched for it if the host had room, or were larger. */
  readonly wanted?: WantedCapacity;
}

/** Takes decisions. An instance has to be there before the next is thought of. */
export interface Decisions {
  /** The live state has the place reserved: the attempt may follow when the cycle has ended. */
  place(placement: Placement): void;
  launch(launch: Launch): void;
  /** The host has no room for the head of a queue: if that may go on demand, Spot capacity may be taken back for it. */
  wantRoom(job: LiveJob): void;
}

export interface CycleFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
  /**
   * What jobs on demand wanted of the host in the last cycle and did not get: Spot capacity leaves that much free, so that
   * room which is made for them is not taken by others.
   */
  readonly keptForOnDemand?: Resources;
  /** At most this many jobs are placed, so that a cycle holds nobody up for long. */
  readonly limit: number;
}

/**
 * One scheduling cycle. Its cost grows with what is placed, with the queues and with the shares that have jobs waiting,
 * never with the number of waiting jobs.
 *
 * 1. Queues go by descending priority, equal ones by ARN; each dispatches while resources last
 *    (AWS Batch User Guide, "Job queues": compute environments are shared by queue priority).
 * 2. Within a queue its order says which job goes next: `ordering/first-come.ts` or `ordering/fair-share.ts`.
 * 3. The queue's compute environments are tried in their order; the first that takes the job gets it: one that has room,
 *    or that may launch an instance for it (`scaling/scale-out.ts`). A multi-node job is for the first that takes such jobs.
 * 4. It needs all of its consumable resources, or none; and it leaves free what is reserved for shares that are not active.
 * 5. A job that no environment takes blocks its queue, with fair share only its share.
 */
export function schedule(facts: CycleFacts, decisions: Decisions): CycleReport {
  const blocked: BlockedQueue[] = [];
  let placementsLeft = facts.limit;
  for (const { jobQueue, ready } of queuesByPriority(facts.state)) {
    const dispatch = new Dispatch(jobQueue, ready, facts, decisions);
    placementsLeft -= dispatch.run(placementsLeft);
    if (placementsLeft <= 0) return { blocked, isCutShort: true };
    if (dispatch.blocked !== undefined) blocked.push(dispatch.blocked);
  }
  return { blocked, isCutShort: false };
}

/** The report of a cycle that must not place anything: every queue that holds jobs is blocked at its head. */
export function placeNothing(
  { state, nowMs }: Pick<CycleFacts, "state" | "nowMs">,
  because: WaitReason,
): CycleReport {
  const blocked = queuesByPriority(state).flatMap(({ jobQueue, ready }) => {
    const head = orderOf(ready, nowMs).next();
    return head === undefined ? [] : [{ jobQueueArn: jobQueue.arn, jobId: head.jobId, because }];
  });
  return { blocked, isCutShort: false };
}

/** Queues that have RUNNABLE jobs, in the order in which they dispatch. A DISABLED queue still dispatches what it holds. */
function queuesByPriority(
  state: LiveState,
): readonly { readonly jobQueue: JobQueue; readonly ready: ReadyQueue }[] {
  const queues: { readonly jobQueue: JobQueue; readonly ready: ReadyQueue }[] = [];
  for (const jobQueue of state.jobQueues.values()) {
    const ready = state.jobs.readyQueue(jobQueue.arn);
    if (ready !== undefined && ready.ready.size > 0 && jobQueue.status !== "DELETING") {
      queues.push({ jobQueue, ready });
    }
  }
  return queues.sort((a, b) => compareQueues(a.jobQueue, b.jobQueue));
}

/** Steps 2 to 5 for one queue. */
class Dispatch {
  blocked: BlockedQueue | undefined;
  readonly #jobQueue: JobQueue;
  readonly #ready: ReadyQueue;
  readonly #facts: CycleFacts;
  readonly #decisions: Decisions;
  /** What jobs asked for that did not fit. Nothing becomes free within a cycle: what asks for the same does not fit either. */
  readonly #failed = new Map<JobTerms, WaitReason>();

  constructor(jobQueue: JobQueue, ready: ReadyQueue, facts: CycleFacts, decisions: Decisions) {
    this.#jobQueue = jobQueue;
    this.#ready = ready;
    this.#facts = facts;
    this.#decisions = decisions;
  }

  /** Places at most `limit` jobs and says how many. */
  run(limit: number): number {
    const order = orderOf(this.#ready, this.#facts.nowMs);
    const unreserved = unreservedVcpuMillis(this.#ready, this.#jobQueue, this.#facts);
    let placedCount = 0;
    while (placedCount < limit) {
      const job = order.next();
      if (job === undefined) break;
      const found = this.#findPlace(job, unreserved);
      if (typeof found === "string") {
        this.#noteBlocked(job, found);
        if (this.#hasAllFailed()) break;
        order.blocked();
        continue;
      }
      const { computeEnvironment, instances } = found;
      const { state, nowMs: placedAtMs } = this.#facts;
      const place = { computeEnvironmentArn: computeEnvironment.arn, placedAtMs };
      const jobId = state.reserve(job, place, instances);
      this.#decisions.place({ job, jobId, computeEnvironment, instances });
      placedCount += 1;
      order.placed();
    }
    return placedCount;
  }

  /** What no job of the queue asks for differently has failed: no other can be placed, or would tell of anything else. */
  #hasAllFailed(): boolean {
    return this.#failed.size === this.#ready.demand.size && !this.#facts.state.consumables.isAnyNeeded;
  }

  /** A job that can never be had is told before one that only waits for its turn: that would be for ever in its way. */
  #noteBlocked(job: LiveJob, because: WaitReason): void {
    const before = this.blocked?.because;
    if (before === undefined && because === "host-full") this.#decisions.wantRoom(job);
    if (before !== undefined && (isImpossible(before) || !isImpossible(because))) return;
    const { arn: jobQueueArn } = this.#jobQueue;
    this.blocked = { jobQueueArn, jobId: job.jobId, because, ...this.#wantedFor(job, because) };
  }

  #wantedFor(job: LiveJob, because: WaitReason): Pick<BlockedQueue, "wanted"> {
    if (because !== "host-full" && because !== "exceeds-host") return {};
    const { demandVcpuMillis } = this.#ready;
    const wanted = wantedCapacityOf(job, this.#jobQueue, { ...this.#facts, demandVcpuMillis });
    return wanted === undefined ? {} : { wanted };
  }

  #findPlace(job: LiveJob, unreservedMillis: number): Place | WaitReason {
    const { state } = this.#facts;
    const failure = this.#failed.get(job.terms);
    if (failure !== undefined && lackOfConsumables(job, state) === undefined) return failure;
    // Before an instance is launched for the job.
    const lack = this.#lackOf(job, unreservedMillis);
    let because: WaitReason = "environments-unavailable";
    for (const { computeEnvironment } of this.#jobQueue.computeEnvironmentOrder) {
      const place = this.#placeIn(state.computeEnvironments.get(computeEnvironment), job, lack);
      if (typeof place !== "string") {
        if (lack === undefined) return place;
        because = lack;
        break;
      }
      because = moreTelling(because, place);
      // One instance for it is enough: the environments behind are for what this one cannot take.
      if (place === "instances-starting") break;
      if (job.nodeResources !== undefined && !isPassedOverByNodes(place)) break;
    }
    // What a multi-node job counted on may be given to others meanwhile.
    const isOfTerms = lack === undefined || lack === "shares-reserved";
    if (isOfTerms && job.nodeResources === undefined) this.#failed.set(job.terms, because);
    return because;
  }

  /** What the job lacks beside capacity. */
  #lackOf(job: LiveJob, unreservedMillis: number): WaitReason | undefined {
    const ofConsumables = lackOfConsumables(job, this.#facts.state);
    if (ofConsumables === "exceeds-consumables") return ofConsumables;
    return isReserved(job, this.#ready, unreservedMillis) ? "shares-reserved" : ofConsumables;
  }

  #placeIn(
    computeEnvironment: ComputeEnvironment | undefined,
    job: LiveJob,
    lack: WaitReason | undefined,
  ): Place | WaitReason {
    const { state, capacity } = this.#facts;
    const refusal = refuseEnvironment(computeEnvironment, job, state, capacity.host);
    if (refusal !== undefined || computeEnvironment === undefined)
      return refusal ?? "environments-unavailable";
    const instances = findInstances(computeEnvironment, job, state);
    if (instances !== undefined) {
      return this.#hasHostRoom(job, computeEnvironment)
        ? { computeEnvironment, instances }
        : (lack ?? "host-full");
    }
    const refused = this.#launchFor(job, computeEnvironment, lack);
    if (refused !== undefined) return refused;
    const fresh = findInstances(computeEnvironment, job, state);
    return fresh === undefined ? "instances-starting" : { computeEnvironment, instances: fresh };
  }

  #hasHostRoom(job: LiveJob, computeEnvironment: ComputeEnvironment): boolean {
    const { state, capacity, keptForOnDemand } = this.#facts;
    const wanted = wantedOfHost(job, computeEnvironment, keptForOnDemand);
    return isLeft(wanted, capacity.host, state.jobs.hostUsage);
  }

  /** Launches what the job needs; else says why not. That it can never be had is said before what else it lacks. */
  #launchFor(
    job: LiveJob,
    computeEnvironment: ComputeEnvironment,
    lack: WaitReason | undefined,
  ): WaitReason | undefined {
    const { state, capacity, nowMs } = this.#facts;
    const { demandVcpuMillis } = this.#ready;
    const facts = { state, capacity, demandVcpuMillis, nowMs };
    const launches = instancesFor(job, computeEnvironment, facts);
    if (typeof launches === "string") return lack === undefined || isTooMuch(launches) ? launches : lack;
    if (lack !== undefined) return lack;
    // Last of all: a job that nothing but the host's room keeps waiting may have Spot capacity taken back.
    if (!this.#hasHostRoom(job, computeEnvironment)) return "host-full";
    for (const launch of launches) this.#decisions.launch(launch);
    this.#failed.clear();
    return undefined;
  }
}
