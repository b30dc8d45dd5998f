import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import { withDesiredVcpus } from "../batch/desired-vcpus.ts";
import type { Instance } from "../batch/instance.ts";
import { retireAt } from "../batch/update-policy.ts";
import { instanceTerminated } from "../batch/status-reason.ts";
import type { Resources } from "../batch/resources.ts";
import { hostPart, isHostItself } from "../scheduler/scaling/host-environment.ts";
import { instancesToKeep } from "../scheduler/scaling/scale-out.ts";
import type { Change } from "../store/change.ts";
import type { LiveInstance } from "../store/live-instances.ts";
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
 * Looks after the instances of all environments; those that jobs need are launched by the scheduler.
 *
 * 1. Those whose boot is over take jobs.
 * 2. Those of an earlier configuration are replaced: what runs on them may run on for as long as `updatePolicy` says.
 * 3. Those whose time is up take what runs on them with them, and go when it has ended.
 * 4. Idle ones go after a while, but `minvCpus` stay
 *    (https://docs.aws.amazon.com/batch/latest/userguide/managed_compute_environments.html, specification 5.7).
 */
export function scale(facts: ScalingFacts): void {
  const { state } = facts;
  for (const environment of state.computeEnvironments.values()) {
    const instances = state.instances.ofEnvironment(environment.arn);
    if (instances.all.size > 0) {
      registerBooted(instances.booting, facts);
      if (environment.status === "UPDATING") replaceOlder(environment, instances.all, facts);
      endLeaving(instances.leaving, facts);
      endIdle(environment, facts);
      fitHost(environment, facts);
    }
  }
}

/**
 * Milliseconds until the next instance boots, leaves or has been idle for too long: to be asked at the end of a tick, as
 * the scheduler may have launched some. Undefined if none does.
 */
export function nextScalingMs(facts: ScalingFacts): number | undefined {
  let nextMs = Infinity;
  for (const environment of facts.state.computeEnvironments.values()) {
    nextMs = Math.min(nextMs, nextDueMs(environment, facts));
  }
  return nextMs === Infinity ? undefined : Math.max(0, nextMs - facts.nowMs);
}

/**
 * Launches what is missing of `minvCpus`, or of a `desiredvCpus` that somebody raised: to be called before anything else
 * of a tick, as only then is what is missing a wish and no loss.
 */
export function launchMissing(facts: ScalingFacts): void {
  const { state, apply, settings, ids, host, nowMs } = facts;
  if (host === undefined) return;
  const capacity = { host, supply: settings.supply };
  const { bootMs } = settings.supply;
  for (const environment of state.computeEnvironments.values()) {
    for (const launch of instancesToKeep(environment, { state, capacity, nowMs })) {
      apply(launchInstance(launch, ids, { nowMs, bootMs }));
    }
  }
}

/** Shows in `desiredvCpus` what each managed environment has now. */
export function showDesiredVcpus(state: LiveState, apply: (change: Change) => void): void {
  for (const environment of state.computeEnvironments.values()) {
    const vcpus = state.instances.ofEnvironment(environment.arn).vcpuMillis / 1000;
    const computeEnvironment = withDesiredVcpus(environment, vcpus);
    if (computeEnvironment !== environment) apply({ kind: "compute-environment-put", computeEnvironment });
  }
}

function registerBooted(booting: ReadonlySet<LiveInstance>, { apply, settings, nowMs }: ScalingFacts): void {
  for (const { instance } of booting) {
    // They boot equally long: those launched first are first.
    if (instance.launchedAtMs + settings.supply.bootMs > nowMs) return;
    apply({ kind: "instance-put", instance: { ...instance, registeredAtMs: nowMs } });
  }
}

function replaceOlder(
  environment: ComputeEnvironment,
  instances: ReadonlyMap<string, LiveInstance>,
  { apply, nowMs }: ScalingFacts,
): void {
  for (const { instance } of instances.values()) {
    const isOlder = instance.configurationVersion < environment.configurationVersion;
    if (!isOlder || instance.leaving !== undefined) continue;
    const leaving = { because: "replaced", atMs: retireAt(environment, nowMs) } as const;
    apply({ kind: "instance-put", instance: { ...instance, leaving } });
  }
}

function endLeaving(leaving: ReadonlySet<LiveInstance>, { state, apply, nowMs }: ScalingFacts): void {
  for (const { instance, tasks } of leaving) {
    if (instance.leaving === undefined) continue;
    if (tasks.size === 0) apply(endInstance(instance, instance.leaving.because, nowMs));
    else if (instance.leaving.atMs <= nowMs) endTasks(instance, tasks, { state, apply, nowMs });
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

function endIdle(environment: ComputeEnvironment, { state, apply, settings, nowMs }: ScalingFacts): void {
  const instances = state.instances.ofEnvironment(environment.arn);
  const minVcpuMillis = (environment.computeResources?.minvCpus ?? 0) * 1000;
  for (const [{ instance }, idleSinceMs] of instances.idle) {
    if (idleSinceMs + idleMsOf(environment, instance, idleSinceMs, settings) > nowMs) continue;
    if (instances.vcpuMillis - instance.resources.vcpuMillis < minVcpuMillis) continue;
    apply(endInstance(instance, "idle", nowMs));
  }
}

/**
 * How long an instance may be idle. `minScaleDownDelayMinutes` is for those that ran a job
 * (https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeScalingPolicy.html).
 */
function idleMsOf(
  { computeResources }: ComputeEnvironment,
  { registeredAtMs = 0 }: Instance,
  idleSinceMs: number,
  { idleMs }: CapacitySettings,
): number {
  const delayMinutes = computeResources?.scalingPolicy?.minScaleDownDelayMinutes ?? 0;
  return delayMinutes > 0 && idleSinceMs > registeredAtMs ? delayMinutes * 60_000 : idleMs;
}

/** The instance that is the host itself is as large as the host is now. */
function fitHost(environment: ComputeEnvironment, { state, apply, host }: ScalingFacts): void {
  if (host === undefined || !isHostItself(environment)) return;
  const { vcpuMillis, memoryMiB, gpuCount } = hostPart(environment, host);
  for (const { instance } of state.instances.ofEnvironment(environment.arn).all.values()) {
    const before = instance.resources;
    const isSame =
      before.vcpuMillis === vcpuMillis && before.memoryMiB === memoryMiB && before.gpuCount === gpuCount;
    if (isSame) continue;
    apply({
      kind: "instance-put",
      instance: { ...instance, resources: { vcpuMillis, memoryMiB, gpuCount } },
    });
  }
}

function nextDueMs(environment: ComputeEnvironment, { state, settings, nowMs }: ScalingFacts): number {
  const { booting, leaving, idle, vcpuMillis } = state.instances.ofEnvironment(environment.arn);
  let nextMs = Infinity;
  for (const { instance } of booting) {
    nextMs = instance.launchedAtMs + settings.supply.bootMs;
    break;
  }
  for (const { instance, tasks } of leaving) {
    if (tasks.size > 0 && instance.leaving !== undefined && instance.leaving.atMs > nowMs) {
      nextMs = Math.min(nextMs, instance.leaving.atMs);
    }
  }
  const minVcpuMillis = (environment.computeResources?.minvCpus ?? 0) * 1000;
  for (const [{ instance }, idleSinceMs] of idle) {
    if (vcpuMillis - instance.resources.vcpuMillis < minVcpuMillis) continue;
    return Math.min(nextMs, idleSinceMs + idleMsOf(environment, instance, idleSinceMs, settings));
  }
  return nextMs;
}
