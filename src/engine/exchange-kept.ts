import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { Resources } from "../batch/resources.ts";
import { exchangeFor } from "../scheduler/scaling/exchange.ts";
import type { Exchange } from "../scheduler/scaling/exchange.ts";
import { isHostItself } from "../scheduler/scaling/host-environment.ts";
import { keptVcpuMillis } from "../scheduler/scaling/keep-size.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import type { LiveInstance } from "../store/live-instances.ts";
import type { IdleInstances } from "./idle-instances.ts";
import { idleEndsOf } from "./idle-instances.ts";
import { endInstance, launchInstance } from "./instances.ts";
import type { ScalingFacts } from "./scale.ts";

interface KeptFacts extends ScalingFacts {
  /** As `keepSizes` leaves them. */
  readonly wishes: ReadonlyMap<string, number>;
  readonly keptForOnDemand: Resources;
  readonly idleInstances: Pick<IdleInstances, "noneEndsBefore">;
}

/**
 * Exchanges instances that have been idle for long enough and are kept for `minvCpus` only, where the head of a queue needs
 * others and `maxvCpus` leaves no room beside them: else it would wait for ever. To be called behind `IdleInstances.end`.
 * AWS says nothing of this (specification 5.7).
 *
 * As idle instances do not go, none is exchanged while others of its environment boot or somebody's wish waits. Only one
 * exchange is made in a tick, so that the next cycle sees it.
 *
 * @returns milliseconds until there may be something to exchange; 0 behind an exchange.
 */
export function exchangeKept(report: CycleReport, facts: KeptFacts): number | undefined {
  const { state, host, settings, nowMs } = facts;
  if (report.isCutShort || host === undefined) return undefined;
  const capacity = { host, supply: settings.supply };
  const spares = new Spares(facts);
  const sparesOf = (environment: ComputeEnvironment): readonly LiveInstance[] => spares.of(environment);
  for (const { jobQueueArn } of report.blocked) {
    const jobQueue = state.jobQueues.get(jobQueueArn);
    if (jobQueue === undefined || !spares.mayBeFor(jobQueue)) continue;
    const exchange = exchangeFor(jobQueue, { ...facts, capacity, sparesOf });
    if (exchange === undefined) continue;
    make(exchange, facts);
    return 0;
  }
  return spares.nextMs === Infinity ? undefined : spares.nextMs - nowMs;
}

/** The instances that may be exchanged in a tick: those of an environment are listed when they are asked for. */
class Spares {
  /** When there will be one more, as far as was asked. */
  nextMs = Infinity;
  readonly #facts: KeptFacts;
  readonly #found = new Map<ComputeEnvironment, readonly LiveInstance[]>();

  constructor(facts: KeptFacts) {
    this.#facts = facts;
  }

  mayBeFor({ computeEnvironmentOrder }: JobQueue): boolean {
    return computeEnvironmentOrder.some(({ computeEnvironment: arn }) => {
      const environment = this.#facts.state.computeEnvironments.get(arn);
      return environment !== undefined && this.#mayBeIn(environment);
    });
  }

  /** The one that is idle longest first. */
  of(environment: ComputeEnvironment): readonly LiveInstance[] {
    let found = this.#found.get(environment);
    if (found === undefined) {
      found = this.#mayBeIn(environment) ? this.#list(environment) : [];
      this.#found.set(environment, found);
    }
    return found;
  }

  #mayBeIn(environment: ComputeEnvironment): boolean {
    const { state, wishes, idleInstances, nowMs } = this.#facts;
    const { idle, booting } = state.instances.ofEnvironment(environment.arn);
    if (idle.size === 0 || booting.size > 0 || wishes.has(environment.arn)) return false;
    if (keptVcpuMillis(environment) === 0 || isHostItself(environment)) return false;
    const firstMs = idleInstances.noneEndsBefore(environment);
    if (firstMs > nowMs) this.nextMs = Math.min(this.nextMs, firstMs);
    return firstMs <= nowMs;
  }

  #list(environment: ComputeEnvironment): readonly LiveInstance[] {
    const { state, settings, nowMs } = this.#facts;
    const instances = state.instances.ofEnvironment(environment.arn);
    const endOf = idleEndsOf(environment, instances, settings.idleMs);
    const spares: { readonly live: LiveInstance; readonly idleSinceMs: number }[] = [];
    for (const [live, idleSinceMs] of instances.idle) {
      const endMs = endOf(live.instance, idleSinceMs);
      if (endMs <= nowMs) spares.push({ live, idleSinceMs });
      else this.nextMs = Math.min(this.nextMs, endMs);
    }
    return spares.sort((a, b) => a.idleSinceMs - b.idleSinceMs).map(({ live }) => live);
  }
}

/** First those go, as the environment may not have more than `maxvCpus` at any moment. */
function make({ leaving, launches }: Exchange, { apply, ids, settings, nowMs }: KeptFacts): void {
  for (const { instance } of leaving) apply(endInstance(instance, "exchanged", nowMs));
  for (const launch of launches)
    apply(launchInstance(launch, ids, { nowMs, bootMs: settings.supply.bootMs }));
}
