import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { withDesiredVcpus } from "../batch/desired-vcpus.ts";
import { LOCAL_HOST } from "../batch/instance-type.ts";
import type { Instance } from "../batch/instance.ts";
import { retireAt } from "../batch/update-policy.ts";
import { instanceTerminated } from "../batch/status-reason.ts";
import { isSameResources } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import { hostPart, isHostItself } from "../scheduler/scaling/host-environment.ts";
import { instancesToKeep } from "../scheduler/scaling/keep-size.ts";
import type { Change } from "../store/change.ts";
import type { EnvironmentInstances, LiveInstance } from "../store/live-instances.ts";
import type { LiveState } from "../store/live-state.ts";
import type { CapacitySettings } from "./engine.ts";
import { endInstance, launchInstance } from "./instances.ts";
import type { IdSource } from "../lib/id-source.ts";

/** What the instances of environments are looked after with. */
export interface ScalingFacts {
  readonly state: LiveState;
  readonly apply: (change: Change) => void;
  readonly settings: CapacitySettings;
  readonly ids: IdSource;
  /** What the host can promise in all; undefined while it cannot be asked. */
  readonly host: Resources | undefined;
  readonly nowMs: number;
}

/**
 * What somebody wants environments to have by `desiredvCpus`, in thousandths of a vCPU by ARN, where that is more than they
 * have. To be asked before anything else of a tick: only then is what is missing a wish and no loss.
 */
export function wishesOf(state: LiveState): Map<string, number> {
  const wishes = new Map<string, number>();
  for (const { arn, computeResources } of state.computeEnvironments.values()) {
    const desiredMillis = (computeResources?.desiredvCpus ?? 0) * 1000;
    if (desiredMillis > state.instances.ofEnvironment(arn).vcpuMillis) wishes.set(arn, desiredMillis);
  }
  return wishes;
}

/**
 * What becomes of instances by themselves, before jobs get their places.
 *
 * 1. Those whose boot is over take jobs.
 * 2. Those of an earlier configuration are replaced: what runs on them may run on for as long as `updatePolicy` says.
 * 3. Those whose time is up take what runs on them with them, and go when it has ended.
 */
export function changeInstances(facts: ScalingFacts): void {
  const { state } = facts;
  for (const environment of state.computeEnvironments.values()) {
    const instances = state.instances.ofEnvironment(environment.arn);
    if (instances.all.size === 0) continue;
    registerBooted(instances.booting, facts);
    if (environment.status === "UPDATING") replaceOlder(environment, instances, facts);
    endLeaving(instances.leaving, facts);
    fitHost(environment, facts);
  }
}

/**
 * Launches what environments lack of `minvCpus` and of the wishes. A wish that cannot be fulfilled yet stays in `wishes`,
 * any other leaves them.
 *
 * @returns true if something was left for the next tick.
 */
export function keepSizes(
  { state, apply, settings, ids, host, nowMs }: ScalingFacts,
  wishes: Map<string, number>,
): boolean {
  if (host === undefined) return false;
  const capacity = { host, supply: settings.supply };
  const { bootMs } = settings.supply;
  let isCutShort = false;
  for (const environment of state.computeEnvironments.values()) {
    const { arn } = environment;
    const { launches, missing } = instancesToKeep(environment, wishes.get(arn) ?? 0, {
      state,
      capacity,
      nowMs,
    });
    for (const launch of launches) apply(launchInstance(launch, ids, { nowMs, bootMs }));
    if (missing === "nothing") wishes.delete(arn);
    if (missing === "cut-short") isCutShort = true;
  }
  return isCutShort;
}

/** Shows in `desiredvCpus` what each managed environment has now, or is still to have by a wish. */
export function showDesiredVcpus(
  state: LiveState,
  apply: (change: Change) => void,
  wishes: ReadonlyMap<string, number>,
): void {
  for (const environment of state.computeEnvironments.values()) {
    const { arn } = environment;
    const vcpuMillis = Math.max(state.instances.ofEnvironment(arn).vcpuMillis, wishes.get(arn) ?? 0);
    const computeEnvironment = withDesiredVcpus(environment, vcpuMillis / 1000);
    if (computeEnvironment !== environment) apply({ kind: "compute-environment-put", computeEnvironment });
  }
}

/** Milliseconds until the next instance takes jobs or takes what runs on it with it. */
export function changeDueMs({ state, settings, nowMs }: ScalingFacts): number | undefined {
  let nextMs = Infinity;
  for (const { booting, leaving } of state.instances.environments.values()) {
    for (const { instance } of booting) {
      nextMs = Math.min(nextMs, instance.launchedAtMs + settings.supply.bootMs);
      break;
    }
    for (const { instance, tasks } of leaving) {
      const { atMs = 0 } = instance.leaving ?? {};
      if (tasks.size === 0) return 0;
      if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
    }
  }
  return nextMs === Infinity ? undefined : Math.max(0, nextMs - nowMs);
}

function registerBooted(booting: ReadonlySet<LiveInstance>, { apply, settings, nowMs }: ScalingFacts): void {
  for (const { instance } of booting) {
    // They boot equally long: those launched first are first.
    if (instance.launchedAtMs + settings.supply.bootMs > nowMs) return;
    apply({ kind: "instance-put", instance: { ...instance, registeredAtMs: nowMs } });
  }
}

/** The host itself is not replaced: it goes on as it is, under the new configuration. */
function replaceOlder(
  environment: ComputeEnvironment,
  { all }: EnvironmentInstances,
  { apply, nowMs }: ScalingFacts,
): void {
  const { configurationVersion } = environment;
  for (const { instance } of all.values()) {
    if (instance.configurationVersion >= configurationVersion) continue;
    if (isHostItself(environment) && instance.instanceType === LOCAL_HOST) {
      apply({ kind: "instance-put", instance: { ...instance, configurationVersion } });
      continue;
    }
    // One that leaves for another reason, as by a long notice of Spot, goes when the first of the two times comes.
    const atMs = retireAt(environment, nowMs);
    if (instance.leaving !== undefined && (instance.leaving.atMs ?? Infinity) <= atMs) continue;
    const leaving = { because: "replaced", ...instance.leaving, atMs } as const;
    apply({ kind: "instance-put", instance: { ...instance, leaving } });
  }
}

function endLeaving(leaving: ReadonlySet<LiveInstance>, { state, apply, nowMs }: ScalingFacts): void {
  for (const { instance, tasks } of leaving) {
    if (instance.leaving === undefined) continue;
    const { because, atMs = Infinity } = instance.leaving;
    if (tasks.size === 0) apply(endInstance(instance, because, nowMs));
    else if (atMs <= nowMs) endTasks(instance, tasks, { state, apply, nowMs });
  }
}

function endTasks(
  { instanceId }: Instance,
  tasks: ReadonlySet<string>,
  { state, apply, nowMs }: Pick<ScalingFacts, "state" | "apply" | "nowMs">,
): void {
  const statusReason = instanceTerminated(instanceId);
  const stopping = { because: "instance-terminated", statusReason, requestedAtMs: nowMs } as const;
  for (const taskId of tasks) {
    const job = state.jobs.active.get(taskId);
    const attempt = job?.activeAttempt;
    if (attempt === undefined || attempt.stopping !== undefined) continue;
    apply({ kind: "attempt-put", attempt: { ...attempt, stopping } });
  }
}

/** The instance that is the host itself is as large as the host is now. */
function fitHost(environment: ComputeEnvironment, { state, apply, host }: ScalingFacts): void {
  if (host === undefined || !isHostItself(environment)) return;
  const resources = hostPart(environment, host);
  for (const { instance } of state.instances.ofEnvironment(environment.arn).all.values()) {
    if (instance.instanceType !== LOCAL_HOST || isSameResources(instance.resources, resources)) continue;
    apply({ kind: "instance-put", instance: { ...instance, resources } });
  }
}
