import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { Instance } from "../batch/instance.ts";
import { isHostItself } from "../scheduler/scaling/host-environment.ts";
import { keptVcpuMillis } from "../scheduler/scaling/keep-size.ts";
import type { EnvironmentInstances } from "../store/live-instances.ts";
import { endInstance } from "./instances.ts";
import type { ScalingFacts } from "./scale.ts";

/** What is known since an environment's idle instances were looked at: nothing is to be done before `nextMs`. */
interface Look {
  readonly vcpuMillis: number;
  readonly nextMs: number;
  /** The same of those that are kept besides. */
  readonly noneEndsBeforeMs: number;
}

/**
 * Takes instances away that have been idle for a while, but never below what the environment keeps
 * (https://docs.aws.amazon.com/batch/latest/userguide/managed_compute_environments.html, specification 5.7).
 *
 * None goes while others of its environment boot: a multi-node job may wait for all of them together. Nor does one while
 * somebody's wish for more vCPUs waits, or before those that came for such a wish may go: a raised `desiredvCpus` is for what
 * there is then, however long some of it was idle before.
 */
export class IdleInstances {
  /** By the environment as it was: another object once anything of it changes. */
  readonly #looks = new WeakMap<ComputeEnvironment, Look>();

  /**
   * @param wishes those that could not be fulfilled yet, as `keepSizes` leaves them.
   * @returns milliseconds until the next may have been idle for long enough; 0 where some went, as others may be launched
   *   for jobs in their place.
   */
  end(facts: ScalingFacts, wishes: ReadonlyMap<string, number>): number | undefined {
    const { state, nowMs } = facts;
    let nextMs = Infinity;
    for (const environment of state.computeEnvironments.values()) {
      const instances = state.instances.ofEnvironment(environment.arn);
      if (instances.idle.size === 0 || instances.booting.size > 0 || wishes.has(environment.arn)) continue;
      nextMs = Math.min(nextMs, this.#endOf(environment, instances, facts));
    }
    return nextMs === Infinity ? undefined : Math.max(0, nextMs - nowMs);
  }

  /** No instance of the environment has been idle for long enough before, were it not kept. To be asked behind `end`. */
  noneEndsBefore(environment: ComputeEnvironment): number {
    return this.#looks.get(environment)?.noneEndsBeforeMs ?? -Infinity;
  }

  #endOf(environment: ComputeEnvironment, instances: EnvironmentInstances, facts: ScalingFacts): number {
    const { nowMs, settings } = facts;
    const keptMillis = keptVcpuMillis(environment);
    const areAllKept = instances.vcpuMillis <= keptMillis;
    const look = this.#looks.get(environment);
    if (look?.vcpuMillis === instances.vcpuMillis && look.nextMs > nowMs) {
      return areAllKept ? Infinity : look.nextMs;
    }
    // With a delay it has to be remembered at once what ran a job.
    const isLookedAtAlways = delayMsOf(environment) > 0 || settings.idleMs === 0;
    // What becomes idle from now on will not have been so for long enough before that.
    let nextMs = isLookedAtAlways ? Infinity : nowMs + settings.idleMs;
    let noneEndsBeforeMs = nextMs;
    let isAnyGone = false;
    const isHost = isHostItself(environment);
    const endOf = idleEndsOf(environment, instances, settings.idleMs);
    // What is remembered of an instance puts it last: it is met once more, and nothing is left to be done about it.
    for (const [{ instance }, idleSinceMs] of instances.idle) {
      const endMs = endOf(instance, idleSinceMs);
      const mayGo = instances.vcpuMillis - instance.resources.vcpuMillis >= keptMillis;
      if (mayGo && endMs <= nowMs) {
        facts.apply(endInstance(instance, "idle", nowMs));
        isAnyGone = true;
        continue;
      }
      noneEndsBeforeMs = Math.min(noneEndsBeforeMs, endMs);
      if (mayGo) nextMs = Math.min(nextMs, endMs);
      if (!isHost && hasRunBefore(instance, idleSinceMs)) remember(instance, idleSinceMs, facts);
    }
    const { vcpuMillis } = instances;
    const nextLookMs = isLookedAtAlways ? nowMs : nextMs;
    this.#looks.set(environment, { vcpuMillis, nextMs: nextLookMs, noneEndsBeforeMs });
    if (areAllKept) return Infinity;
    return isAnyGone ? nowMs : nextMs;
  }
}

/** Tells when an idle instance of the environment, as it is now, will have been idle for long enough. */
export function idleEndsOf(
  environment: ComputeEnvironment,
  { idle }: EnvironmentInstances,
  idleMs: number,
): (instance: Instance, idleSinceMs: number) => number {
  const delayMs = delayMsOf(environment);
  const noneBeforeMs = freshSinceMs(idle) + idleMs;
  return (instance, idleSinceMs) => {
    const isDelayed = delayMs > 0 && hasRunBefore(instance, idleSinceMs);
    return Math.max(idleSinceMs + (isDelayed ? delayMs : idleMs), noneBeforeMs);
  };
}

/** Since when the latest that no job ran on has been there; before all time where each had one. */
function freshSinceMs(idle: EnvironmentInstances["idle"]): number {
  let latestMs = -Infinity;
  for (const [{ instance }, sinceMs] of idle) {
    if (!hasRunBefore(instance, sinceMs)) latestMs = Math.max(latestMs, sinceMs);
  }
  return latestMs;
}

/** Whether a job ran on the idle instance since it was launched. */
function hasRunBefore({ registeredAtMs = 0 }: Instance, idleSinceMs: number): boolean {
  return idleSinceMs > registeredAtMs;
}

/**
 * `minScaleDownDelayMinutes` is for instances that ran a job
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeScalingPolicy.html); 0: there is none.
 */
function delayMsOf({ computeResources }: ComputeEnvironment): number {
  return (computeResources?.scalingPolicy?.minScaleDownDelayMinutes ?? 0) * 60_000;
}

/** A restart must not have it idle for longer than it is, nor for it to have run nothing. */
function remember(instance: Instance, idleSinceMs: number, { apply }: ScalingFacts): void {
  if (instance.idleSinceMs === idleSinceMs) return;
  apply({ kind: "instance-put", instance: { ...instance, idleSinceMs } });
}
