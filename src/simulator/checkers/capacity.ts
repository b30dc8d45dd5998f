import { nodeResourcesOf } from "./node-resources.ts";
import type { Attempt } from "../../batch/attempt.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import { fitsIn, NO_RESOURCES } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import type { Checker, CheckerTools } from "../checker.ts";

/** What attempts under way hold of something. */
class Holdings {
  readonly #held = new Map<string, { -readonly [Member in keyof Resources]: number }>();

  of(holder: string): Resources {
    return this.#held.get(holder) ?? NO_RESOURCES;
  }

  /** Says what is held then, which changes with what comes after. */
  take(holder: string, { vcpuMillis, memoryMiB, gpuCount }: Resources): Resources {
    const held = this.#held.get(holder);
    if (held === undefined) {
      const first = { vcpuMillis, memoryMiB, gpuCount };
      this.#held.set(holder, first);
      return first;
    }
    held.vcpuMillis += vcpuMillis;
    held.memoryMiB += memoryMiB;
    held.gpuCount += gpuCount;
    return held;
  }

  giveBack(holder: string, { vcpuMillis, memoryMiB, gpuCount }: Resources): void {
    const held = this.take(holder, {
      vcpuMillis: -vcpuMillis,
      memoryMiB: -memoryMiB,
      gpuCount: -gpuCount,
    });
    if (held.vcpuMillis === 0 && held.memoryMiB === 0 && held.gpuCount === 0) this.#held.delete(holder);
  }
}

const HOST = "the host";

/**
 * No instance is ever given more vCPU, memory or GPU than it has, nor is the host, and no environment has more vCPUs than
 * `maxvCpus`, but for the one instance that AWS allows above it (specification 5.4).
 */
export function checkCapacity({ fail, host }: CheckerTools): Checker {
  const environments = new Map<string, ComputeEnvironment>();
  const instances = new Map<string, Instance>();
  const vcpuMillisOf = new Map<string, number>();
  const held = new Holdings();

  const putInstance = (instance: Instance): void => {
    const { instanceId, computeEnvironmentArn: arn, resources } = instance;
    const before = instances.get(instanceId);
    const others = (vcpuMillisOf.get(arn) ?? 0) - (before?.resources.vcpuMillis ?? 0);
    if (instance.terminatedAtMs !== undefined) {
      instances.delete(instanceId);
      vcpuMillisOf.set(arn, others);
      return;
    }
    instances.set(instanceId, instance);
    vcpuMillisOf.set(arn, others + resources.vcpuMillis);
    const environment = environments.get(arn);
    if (before === undefined && environment !== undefined) {
      const refusal = refuseLaunch(environment, instance, others);
      if (refusal !== undefined) fail(refusal);
    }
  };

  const take = (attempt: Attempt, resources: Resources): void => {
    const { computeEnvironmentArn: arn, jobId, instance: reference } = attempt;
    if (!fitsIn(held.take(HOST, resources), host)) fail(`the host has no room for ${jobId}`);
    const used = held.take(arn, resources);
    const environment = environments.get(arn);
    const maxMillis = (environment?.computeResources?.maxvCpus ?? Infinity) * 1000;
    if (reference === undefined) {
      if (used.vcpuMillis > maxMillis) fail(`${arn} has ${maxMillis} and no room for ${jobId}`);
      return;
    }
    const instance = instances.get(reference.instanceId);
    if (instance?.registeredAtMs === undefined)
      return fail(`${jobId} is placed on no instance that takes jobs`);
    if (instance.leaving !== undefined)
      fail(`${jobId} is placed on ${reference.instanceId}, which is leaving`);
    const all = held.take(reference.instanceId, resources);
    if (!fitsIn(all, instance.resources)) fail(`${reference.instanceId} has no room for ${jobId}`);
  };

  const giveBack = ({ computeEnvironmentArn, instance }: Attempt, resources: Resources): void => {
    held.giveBack(HOST, resources);
    held.giveBack(computeEnvironmentArn, resources);
    if (instance !== undefined) held.giveBack(instance.instanceId, resources);
  };

  return {
    changed(change) {
      if (change.kind === "instance-put") putInstance(change.instance);
      if (change.kind === "compute-environment-put") {
        environments.set(change.computeEnvironment.arn, change.computeEnvironment);
      }
    },
    attemptPut(job, attempt, before) {
      const isNew = before?.taskId !== attempt.taskId;
      if (isNew) take(attempt, nodeResourcesOf(job));
      const hasEnded = attempt.outcome !== undefined && (isNew || before.outcome === undefined);
      if (hasEnded) giveBack(attempt, nodeResourcesOf(job));
    },
    finished() {
      const left = held.of(HOST);
      if (left.vcpuMillis !== 0) fail(`nothing runs, and ${left.vcpuMillis} thousandths of a vCPU are held`);
    },
  };
}

/** Why the environment may not have the instance besides its others; undefined if it may. */
function refuseLaunch(
  { arn, computeResources }: ComputeEnvironment,
  { isSpot, resources: { vcpuMillis } }: Instance,
  othersVcpuMillis: number,
): string | undefined {
  const maxMillis = (computeResources?.maxvCpus ?? Infinity) * 1000;
  const { allocationStrategy = "BEST_FIT" } = computeResources ?? {};
  const isNeverAbove = allocationStrategy === "BEST_FIT" && !isSpot;
  const mayLaunch = isNeverAbove ? othersVcpuMillis + vcpuMillis <= maxMillis : othersVcpuMillis < maxMillis;
  if (mayLaunch) return undefined;
  return `${arn} has ${othersVcpuMillis} of ${maxMillis} thousandths of a vCPU and gets ${vcpuMillis} more`;
}
