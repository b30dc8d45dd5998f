import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { Resources } from "../../batch/resources.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { LiveInstance } from "../../store/live-instances.ts";
import type { JobTerms } from "../../store/live-job.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { Capacity } from "../capacity.ts";
import { lackOfConsumables } from "../consumables.ts";
import { headsOf } from "../ordering/queue-order.ts";
import { isReserved, unreservedVcpuMillis } from "../ordering/reservation.ts";
import { findInstances, isLeft, refuseEnvironment, wantedOfHost } from "../placement.ts";
import { isPassedOverByNodes } from "../wait-reason.ts";
import { withoutInstances } from "./imagined-instances.ts";
import { instancesFor } from "./scale-out.ts";
import type { Launch } from "./scale-out.ts";

/** Instances that go, and those that come in their place for a job. */
export interface Exchange {
  readonly leaving: readonly LiveInstance[];
  readonly launches: readonly Launch[];
}

export interface ExchangeFacts {
  readonly state: LiveState;
  readonly capacity: Capacity;
  readonly nowMs: number;
  /** As in a cycle. */
  readonly keptForOnDemand: Resources;
  /** The instances of an environment that nobody needs but to make up `minvCpus`, the one that is idle longest first. */
  readonly sparesOf: (environment: ComputeEnvironment) => readonly LiveInstance[];
}

/** Of more shares not every head is looked at. */
const HEADS_MAX = 20;

/**
 * What gives a head of a queue, with fair share the first of its shares that can be helped, an instance in an environment that
 * is full, after a cycle that could not place it: instances that are only there for `minvCpus` go, and what comes in their
 * place counts for it.
 *
 * The environments are those that the cycle tried, in the same order, and nothing is exchanged for a job that anything but
 * `maxvCpus` keeps waiting.
 */
export function exchangeFor(jobQueue: JobQueue, facts: ExchangeFacts): Exchange | undefined {
  const { state } = facts;
  const ready = state.jobs.readyQueue(jobQueue.arn);
  if (ready === undefined) return undefined;
  const unreservedMillis = unreservedVcpuMillis(ready, jobQueue, facts);
  const asked = new Set<JobTerms>();
  for (const job of firstOf(headsOf(ready, facts.nowMs), HEADS_MAX)) {
    if (asked.has(job.terms) || isReserved(job, ready, unreservedMillis)) continue;
    if (lackOfConsumables(job, state) !== undefined) continue;
    asked.add(job.terms);
    const exchange = exchangeForHead(job, { jobQueue, ready }, facts);
    if (exchange !== undefined) return exchange;
  }
  return undefined;
}

function exchangeForHead(
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
  job: LiveJob,
  environment: ComputeEnvironment,
  { state, capacity, keptForOnDemand }: ExchangeFacts,
): boolean {
  const wanted = wantedOfHost(job, environment, keptForOnDemand);
  return isLeft(wanted, capacity.host, state.jobs.hostUsage);
}

/**
 * Those that are idle longest go, if all of them are enough: for a job of one node as few as are. For a multi-node job it may
 * be some more, as its nodes could have had what goes.
 */
function exchangeIn(
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, sparesOf, ...facts }: ExchangeFacts & { readonly demandVcpuMillis: number },
): Exchange | undefined {
  const spares = sparesOf(environment);
  if (spares.length === 0) return undefined;
  const present = state.instances.ofEnvironment(environment.arn);
  const launchesWithout = (leaving: readonly LiveInstance[]): ReturnType<typeof instancesFor> => {
    const left = withoutInstances(present, leaving);
    return instancesFor(job, environment, { ...facts, state: { instances: { ofEnvironment: () => left } } });
  };
  let [tooFew, enough] = [0, spares.length];
  let launches = launchesWithout(spares);
  if (typeof launches === "string") return undefined;
  while (enough - tooFew > 1) {
    const count = Math.floor((tooFew + enough) / 2);
    const found = launchesWithout(spares.slice(0, count));
    if (typeof found === "string") tooFew = count;
    else [enough, launches] = [count, found];
  }
  return { leaving: spares.slice(0, enough), launches };
}
