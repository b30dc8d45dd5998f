import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isFargate } from "../../batch/compute-resources.ts";
import { LOCAL_HOST } from "../../batch/instance-type.ts";
import type { Resources } from "../../batch/resources.ts";
import { hostPart, isHostItself } from "./host-environment.ts";
import type { Launch, ScaleOutFacts } from "./scale-out.ts";

/** What an environment is to launch to be as large as it has to be. */
export interface KeptSize {
  readonly launches: readonly Launch[];
  /**
   * What is missing after that.
   *
   * - `nothing`: or what is can never be had.
   * - `cut-short`: the launches are as many as a tick makes; the rest follows at once.
   * - `above-bid`: it costs more at the moment than `bidPercentage` allows.
   */
  readonly missing: "nothing" | "cut-short" | "above-bid";
}

/** At most this many instances are launched to keep an environment at its size in one tick. */
const KEPT_PER_TICK_MAX = 100;

/** At most this many are kept without a job that asks for them: a mistyped number must not fill the machine. */
const INSTANCES_MAX = 10_000;

/** The least that an instance is asked for that no job asks for. */
const ANY_ROOM: Resources = { vcpuMillis: 1000, memoryMiB: 1, gpuCount: 0 };

const NOTHING: KeptSize = { launches: [], missing: "nothing" };

/**
 * The vCPUs that an environment keeps whatever the demand: `minvCpus`, also while it is DISABLED; none while it is INVALID,
 * as AWS scales that down, or being deleted (specification 5.2).
 */
export function keptVcpuMillis({ computeResources, status }: ComputeEnvironment): number {
  if (status === "INVALID" || status === "DELETING" || status === "DELETED") return 0;
  return (computeResources?.minvCpus ?? 0) * 1000;
}

/**
 * The instances that an environment lacks of what it keeps, or of what somebody wished for by `desiredvCpus`. A DISABLED
 * environment fulfils no wishes.
 */
export function instancesToKeep(
  computeEnvironment: ComputeEnvironment,
  wishedVcpuMillis: number,
  { state, capacity, nowMs }: Omit<ScaleOutFacts, "demandVcpuMillis">,
): KeptSize {
  const { arn, computeResources, eksConfiguration, status } = computeEnvironment;
  if (computeResources === undefined || isFargate(computeResources.type)) return NOTHING;
  if (eksConfiguration !== undefined || (status !== "VALID" && status !== "UPDATING")) return NOTHING;
  const wished = computeEnvironment.state === "ENABLED" ? wishedVcpuMillis : 0;
  const { all, vcpuMillis } = state.instances.ofEnvironment(arn);
  let missingMillis = Math.max(keptVcpuMillis(computeEnvironment), wished) - vcpuMillis;
  if (missingMillis <= 0 || all.size >= INSTANCES_MAX) return NOTHING;
  if (isHostItself(computeEnvironment)) {
    if (all.size > 0) return NOTHING;
    const resources = hostPart(computeEnvironment, capacity.host);
    return { launches: [{ computeEnvironment, instanceType: LOCAL_HOST, resources }], missing: "nothing" };
  }
  const launches: Launch[] = [];
  let vcpuMillisLeft = computeResources.maxvCpus * 1000 - vcpuMillis;
  while (missingMillis > 0) {
    if (launches.length >= KEPT_PER_TICK_MAX) return { launches, missing: "cut-short" };
    const need = { resources: ANY_ROOM, demandVcpuMillis: missingMillis, vcpuMillisLeft };
    const chosen = capacity.supply.choose(computeEnvironment, need, nowMs);
    if (typeof chosen === "string") {
      return { launches, missing: chosen === "above-bid" ? "above-bid" : "nothing" };
    }
    launches.push({ computeEnvironment, ...chosen });
    missingMillis -= chosen.resources.vcpuMillis;
    vcpuMillisLeft -= chosen.resources.vcpuMillis;
  }
  return { launches, missing: "nothing" };
}
