import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isFargateEnvironment, maxVcpuMillisOf } from "../../batch/compute-resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { JobTerms } from "../../store/live-job.ts";
import { unreservedVcpuMillis } from "../ordering/reservation.ts";
import { acceptsPlacements, takesMultiNodeJobs } from "../placement.ts";
import type { BlockedQueue, CycleFacts } from "../schedule.ts";
import { isHostItself } from "./host-environment.ts";
import type { InstanceShape } from "./instance-supply.ts";
import { PlannedRoom, timesIn } from "./planned-room.ts";
import { chooseEach } from "./scale-out.ts";
import type { Launch } from "./scale-out.ts";

/** At most this many instances are launched for those behind the heads in one tick. */
const LAUNCHES_PER_TICK_MAX = 1_000;

type DemandFacts = Pick<CycleFacts, "state" | "capacity" | "nowMs">;

/**
 * Launches instances for the jobs behind a head that waits for one to boot: without it each boot would bring the next launch.
 *
 * 1. Queues whose head waits so, in the order of the cycle. Behind any other head nothing could be placed.
 * 2. What their RUNNABLE jobs ask for, as far as the host has room and `computeReservation` leaves any.
 * 3. Less the room on instances that boot and on those that take jobs.
 * 4. The rest launches instances in the queue's environments, in their order, up to `maxvCpus`; for multi-node jobs in the
 *    first that takes such jobs.
 *
 * The same demand on the same instances launches nothing more. Where instances need no time to boot there is nothing to do,
 * as the cycle launches them job by job. Its cost grows with the instances that boot or have room and with what different
 * things jobs ask for, not with the number of jobs.
 *
 * @returns true if something was left for another tick.
 */
export function launchForDemand(
  blocked: readonly BlockedQueue[],
  facts: DemandFacts,
  launch: (launch: Launch) => void,
): boolean {
  if (facts.capacity.supply.bootMs === 0) return false;
  const waiting = blocked.filter(({ because }) => because === "instances-starting");
  if (waiting.length === 0) return false;
  const plan = new DemandPlan(facts, launch);
  for (const { jobQueueArn } of waiting) if (!plan.isCutShort) plan.meet(jobQueueArn);
  return plan.isCutShort;
}

/** Jobs that ask for the same. */
interface Demand {
  readonly terms: JobTerms;
  readonly count: number;
}

/** One pass over the demand of queues: what an earlier queue counts on is not there for a later one. */
class DemandPlan {
  isCutShort = false;
  readonly #facts: DemandFacts;
  readonly #launch: (launch: Launch) => void;
  readonly #rooms = new Map<string, PlannedRoom>();
  #launchCount = 0;
  /** What the host has for jobs on which no instance was counted yet. */
  #hostLeft: Resources;
  /** What the unmet demand of the queue asks for. */
  #unmetVcpuMillis = 0;

  constructor(facts: DemandFacts, launch: (launch: Launch) => void) {
    this.#facts = facts;
    this.#launch = launch;
    const { host } = facts.capacity;
    this.#hostLeft = less(host, facts.state.jobs.hostUsage, 1);
  }

  meet(jobQueueArn: string): void {
    const { state } = this.#facts;
    const jobQueue = state.jobQueues.get(jobQueueArn);
    const ready = state.jobs.readyQueue(jobQueueArn);
    if (jobQueue === undefined || ready === undefined) return;
    const environments = jobQueue.computeEnvironmentOrder.flatMap(
      ({ computeEnvironment }) => state.computeEnvironments.get(computeEnvironment) ?? [],
    );
    const able = environments.filter(launchesInstances);
    const leftMillis = unreservedVcpuMillis(ready, jobQueue, this.#facts) - ready.vcpuMillis;
    const unmet = this.#unmet(ready.demand, able, leftMillis);
    this.#unmetVcpuMillis = unmet.reduce(
      (sum, { terms, count }) => sum + count * terms.resources.vcpuMillis,
      0,
    );
    for (const { terms, count } of unmet) {
      if (terms.nodeResources === undefined) this.#launchForJobs(terms, count, able);
      else this.#launchForGangs(terms, terms.nodeResources, count, able.find(takesMultiNodeJobs));
    }
  }

  /** Steps 2 and 3. Gangs go first: they need empty instances. */
  #unmet(
    demand: ReadonlyMap<JobTerms, number>,
    environments: readonly ComputeEnvironment[],
    vcpuMillisMax: number,
  ): readonly Demand[] {
    let vcpuMillisLeft = vcpuMillisMax;
    const unmet: Demand[] = [];
    const look = (terms: JobTerms, jobCount: number): void => {
      const { resources, nodeResources } = terms;
      const ofQueue = Math.max(0, Math.floor(vcpuMillisLeft / resources.vcpuMillis));
      const wanted = Math.min(jobCount, ofQueue, timesIn(resources, this.#hostLeft));
      if (wanted === 0) return;
      vcpuMillisLeft -= wanted * resources.vcpuMillis;
      this.#hostLeft = less(this.#hostLeft, resources, wanted);
      const met =
        nodeResources === undefined
          ? this.#takeRoom(resources, wanted, environments)
          : this.#takeEmpty(nodeResources, wanted, environments.find(takesMultiNodeJobs));
      if (met < wanted) unmet.push({ terms, count: wanted - met });
    };
    // There may be thousands in every tick, so that lists of them would be in the way.
    for (const [terms, jobCount] of demand) if (terms.nodeResources !== undefined) look(terms, jobCount);
    for (const [terms, jobCount] of demand) if (terms.nodeResources === undefined) look(terms, jobCount);
    return unmet;
  }

  #takeRoom(wanted: Resources, count: number, environments: readonly ComputeEnvironment[]): number {
    let left = count;
    for (const environment of environments) {
      if (left === 0) break;
      if (mayEverHave(environment, wanted)) left -= this.#roomOf(environment).take(wanted, left);
    }
    return count - left;
  }

  /** @param environment the only one that a multi-node job of the queue may have, if there is any. */
  #takeEmpty(
    nodes: readonly Resources[],
    count: number,
    environment: ComputeEnvironment | undefined,
  ): number {
    if (environment === undefined) return 0;
    const room = this.#roomOf(environment);
    for (let met = 0; met < count; met += 1) {
      const slots = room.emptyFor(nodes);
      if (slots.includes(undefined)) return met;
      room.takeSlots(slots);
    }
    return count;
  }

  /** Step 4 for jobs of one task. */
  #launchForJobs({ resources }: JobTerms, count: number, environments: readonly ComputeEnvironment[]): void {
    // What was launched for others of the queue may have room left.
    let left = count - this.#takeRoom(resources, count, environments);
    this.#unmetVcpuMillis -= (count - left) * resources.vcpuMillis;
    for (const environment of environments) {
      if (!mayEverHave(environment, resources)) continue;
      while (left > 0) {
        const [shape] = this.#choose(environment, [resources]) ?? [];
        if (shape === undefined) break;
        this.#launchAll(environment, [shape]);
        const taken = this.#roomOf(environment).take(resources, left);
        this.#unmetVcpuMillis -= taken * resources.vcpuMillis;
        left -= taken;
        if (this.isCutShort) return;
      }
    }
  }

  /** Step 4 for multi-node jobs: what one lacks of its instances is launched, or nothing is. */
  #launchForGangs(
    { resources }: JobTerms,
    nodes: readonly Resources[],
    count: number,
    environment: ComputeEnvironment | undefined,
  ): void {
    if (environment === undefined || !mayEverHave(environment, resources)) return;
    const room = this.#roomOf(environment);
    for (let left = count; left > 0 && !this.isCutShort; left -= 1) {
      const slots = room.emptyFor(nodes);
      const shapes = this.#choose(
        environment,
        nodes.filter((_, index) => slots[index] === undefined),
      );
      if (shapes === undefined) return;
      room.takeSlots(slots);
      this.#launchAll(environment, shapes);
      room.takeSlots(room.emptyFor(shapes.map((shape) => shape.resources)));
      this.#unmetVcpuMillis -= resources.vcpuMillis;
    }
  }

  /** A shape for each of these; undefined where one of them cannot be had. */
  #choose(
    environment: ComputeEnvironment,
    needs: readonly Resources[],
  ): readonly InstanceShape[] | undefined {
    const { state, capacity, nowMs } = this.#facts;
    if (isHostItself(environment)) return undefined;
    const shapes = chooseEach(needs, environment, {
      supply: capacity.supply,
      demandVcpuMillis: this.#unmetVcpuMillis,
      vcpuMillisLeft:
        maxVcpuMillisOf(environment) - state.instances.ofEnvironment(environment.arn).vcpuMillis,
      nowMs,
    });
    return typeof shapes === "string" ? undefined : shapes;
  }

  #launchAll(computeEnvironment: ComputeEnvironment, shapes: readonly InstanceShape[]): void {
    const room = this.#roomOf(computeEnvironment);
    for (const shape of shapes) {
      this.#launch({ computeEnvironment, ...shape });
      room.add(shape.resources);
    }
    this.#launchCount += shapes.length;
    this.isCutShort = this.#launchCount >= LAUNCHES_PER_TICK_MAX;
  }

  /** Made when it is first asked for, before anything is launched there. */
  #roomOf({ arn }: ComputeEnvironment): PlannedRoom {
    let room = this.#rooms.get(arn);
    if (room === undefined) {
      room = new PlannedRoom(this.#facts.state.instances.ofEnvironment(arn));
      this.#rooms.set(arn, room);
    }
    return room;
  }
}

function launchesInstances(environment: ComputeEnvironment): boolean {
  if (!acceptsPlacements(environment) || environment.eksConfiguration !== undefined) return false;
  return !isFargateEnvironment(environment);
}

function mayEverHave(environment: ComputeEnvironment, { vcpuMillis }: Resources): boolean {
  return vcpuMillis <= maxVcpuMillisOf(environment);
}

function less(from: Resources, each: Resources, count: number): Resources {
  return {
    vcpuMillis: from.vcpuMillis - count * each.vcpuMillis,
    memoryMiB: from.memoryMiB - count * each.memoryMiB,
    gpuCount: from.gpuCount - count * each.gpuCount,
  };
}
