import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { Resources } from "../batch/resources.ts";
import { exchangesFor } from "../scheduler/scaling/exchange.ts";
import type { Exchange, Spare } from "../scheduler/scaling/exchange.ts";
import { isHostItself } from "../scheduler/scaling/host-environment.ts";
import { keptVcpuMillis } from "../scheduler/scaling/keep-size.ts";
import type { CycleReport } from "../scheduler/schedule.ts";
import { idleEndsOf } from "./idle-instances.ts";
import { endInstance, launchInstance } from "./instances.ts";
import type { ScalingFacts } from "./scale.ts";

interface KeptFacts extends ScalingFacts {
  /** As `keepSizes` leaves them. */
  readonly wishes: ReadonlyMap<string, number>;
  readonly keptForOnDemand: Resources;
}

/**
 * Exchanges instances that have been idle for long enough and are kept for `minvCpus` only, where the head of a queue needs
 * others and `maxvCpus` leaves no room beside them: else it would wait for ever. To be called behind `IdleInstances.end`.
 * AWS says nothing of this (specification 5.7).
 *
 * As idle instances do not go, none is exchanged while others of its environment boot or somebody's wish waits. Only one
 * exchange is made in a tick, so that the next cycle sees it.
 *
 * @returns milliseconds until there is something to exchange; 0 behind an exchange.
 */
export function exchangeKept(report: CycleReport, facts: KeptFacts): number | undefined {
  const { state, host, settings, nowMs } = facts;
  if (report.isCutShort || host === undefined) return undefined;
  const sparesOf = (environment: ComputeEnvironment): readonly Spare[] => spares(environment, facts);
  let nextMs = Infinity;
  for (const { jobQueueArn } of report.blocked) {
    const jobQueue = state.jobQueues.get(jobQueueArn);
    const mayGain = jobQueue?.computeEnvironmentOrder.some(({ computeEnvironment: arn }) => {
      const environment = state.computeEnvironments.get(arn);
      return environment !== undefined && maySpare(environment, facts);
    });
    if (jobQueue === undefined || mayGain !== true) continue;
    const capacity = { host, supply: settings.supply };
    for (const exchange of exchangesFor(jobQueue, { ...facts, capacity, sparesOf })) {
      if (exchange.fromMs <= nowMs) {
        make(exchange, facts);
        return 0;
      }
      nextMs = Math.min(nextMs, exchange.fromMs);
    }
  }
  return nextMs === Infinity ? undefined : nextMs - nowMs;
}

function spares(environment: ComputeEnvironment, facts: KeptFacts): readonly Spare[] {
  const { state, settings } = facts;
  if (!maySpare(environment, facts)) return [];
  const instances = state.instances.ofEnvironment(environment.arn);
  const endOf = idleEndsOf(environment, instances, settings.idleMs);
  return [...instances.idle].map(([live, idleSinceMs]) => ({
    live,
    fromMs: endOf(live.instance, idleSinceMs),
  }));
}

function maySpare(environment: ComputeEnvironment, { state, wishes }: KeptFacts): boolean {
  const { idle, booting } = state.instances.ofEnvironment(environment.arn);
  if (idle.size === 0 || booting.size > 0 || wishes.has(environment.arn)) return false;
  return keptVcpuMillis(environment) > 0 && !isHostItself(environment);
}

/** First those go, as the environment may not have more than `maxvCpus` at any moment. */
function make({ leaving, launches }: Exchange, { apply, ids, settings, nowMs }: KeptFacts): void {
  for (const { instance } of leaving) apply(endInstance(instance, "exchanged", nowMs));
  for (const launch of launches)
    apply(launchInstance(launch, ids, { nowMs, bootMs: settings.supply.bootMs }));
}
