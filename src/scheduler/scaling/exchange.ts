import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { addResources, NO_RESOURCES } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { Capacity } from "../capacity.ts";
import { lackOfConsumables } from "../consumables.ts";
import { orderOf } from "../ordering/queue-order.ts";
import { isReserved, unreservedVcpuMillis } from "../ordering/reservation.ts";
import { findInstances, isLeft, isSpotCapacity, refuseEnvironment } from "../placement.ts";
import { isPassedOverByNodes } from "../wait-reason.ts";
import { withoutInstances } from "./imagined-instances.ts";
import { instancesFor } from "./scale-out.ts";
import type { Launch } from "./scale-out.ts";

/** An instance that nobody needs from an instant on, but to make up `minvCpus`. */
export interface Spare {
  readonly live: LiveInstance;
  readonly fromMs: number;
}

/** Instances that go, and those that come in their place for a job. */
export interface Exchange {
  readonly leaving: readonly LiveInstance[];
  readonly launches: readonly Launch[];
  /** When the last of those that go may. */
  readonly fromMs: number;
}

export interface ExchangeFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
  /** As in a cycle. */
  readonly keptForOnDemand: Resources;
  /** Those of an environment. */
  readonly sparesOf: (environment: ComputeEnvironment) => readonly Spare[];
}

/** Of more shares not every head is looked at. */
const HEADS_MAX = 20;

/**
 * What would give the heads of a queue, with fair share those of its shares, an instance in an environment that is full, after
 * a cycle that could not place them: instances that are only there for `minvCpus` go, and what comes in their place counts
 * for it.
 *
 * The environments are those that the cycle tried, in the same order, and nothing is exchanged for a job that anything but
 * `maxvCpus` keeps waiting.
 */
export function* exchangesFor(jobQueue: JobQueue, facts: ExchangeFacts): Iterable<Exchange> {
  const { state } = facts;
  const ready = state.jobs.readyQueue(jobQueue.arn);
  if (ready === undefined) return;
  const unreservedMillis = unreservedVcpuMillis(ready, jobQueue, facts);
  for (const job of headsOf(ready, facts.nowMs)) {
    if (isReserved(job, ready, unreservedMillis) || lackOfConsumables(job, state) !== undefined) continue;
    const exchange = exchangeFor(job, { jobQueue, ready }, facts);
    if (exchange !== undefined) yield exchange;
  }
}

/** The first of each share, in the order of the cycle. */
function headsOf(ready: ReadyQueue, nowMs: number): readonly LiveJob[] {
  const order = orderOf(ready, nowMs);
  const heads: LiveJob[] = [];
  while (heads.length < HEADS_MAX) {
    const job = order.next();
    if (job === undefined) break;
    heads.push(job);
    order.blocked();
  }
  return heads;
}

function exchangeFor(
  job: LiveJob,
  { jobQueue, ready }: { readonly jobQueue: JobQueue; readonly ready: ReadyQueue },
  facts: ExchangeFacts,
): Exchange | undefined {
  const { state, capacity, nowMs } = facts;
  const { demandVcpuMillis } = ready;
  for (const { computeEnvironment } of jobQueue.computeEnvironmentOrder) {
    const environment = state.computeEnvironments.get(computeEnvironment);
    const refusal = refuseEnvironment(environment, job, state, capacity.host);
    if (environment !== undefined && refusal === undefined) {
      if (findInstances(environment, job, state) !== undefined) return undefined;
      const launches = instancesFor(job, environment, { state, capacity, demandVcpuMillis, nowMs });
      if (launches === "instances-starting") return undefined;
      const isFull = launches === "environments-full" && hasHostRoom(job, environment, facts);
      const exchange = isFull ? exchangeIn(environment, job, { ...facts, demandVcpuMillis }) : undefined;
      if (exchange !== undefined) return exchange;
    }
    if (job.nodeResources !== undefined && !isPassedOverByNodes(refusal ?? "taken")) return undefined;
  }
  return undefined;
}

function hasHostRoom(
  { resources }: LiveJob,
  environment: ComputeEnvironment,
  { state, capacity, keptForOnDemand }: ExchangeFacts,
): boolean {
  const kept = isSpotCapacity(environment) ? keptForOnDemand : NO_RESOURCES;
  return isLeft(addResources(resources, kept), capacity.host, state.jobs.hostUsage);
}

/** Those that may go first go, as few of them as are enough. */
function exchangeIn(
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, sparesOf, ...facts }: ExchangeFacts & { readonly demandVcpuMillis: number },
): Exchange | undefined {
  const spares = sparesOf(environment).toSorted((a, b) => a.fromMs - b.fromMs);
  const present = state.instances.ofEnvironment(environment.arn);
  const leaving = (count: number): readonly LiveInstance[] => spares.slice(0, count).map(({ live }) => live);
  const launchesWithout = (count: number): ReturnType<typeof instancesFor> => {
    const left = withoutInstances(present, leaving(count));
    return instancesFor(job, environment, { ...facts, state: { instances: { ofEnvironment: () => left } } });
  };
  let [tooFew, enough] = [0, spares.length];
  let launches = launchesWithout(enough);
  if (typeof launches === "string") return undefined;
  while (enough - tooFew > 1) {
    const count = Math.floor((tooFew + enough) / 2);
    const found = launchesWithout(count);
    if (typeof found === "string") tooFew = count;
    else [enough, launches] = [count, found];
  }
  return { leaving: leaving(enough), launches, fromMs: spares[enough - 1]?.fromMs ?? facts.nowMs };
}
