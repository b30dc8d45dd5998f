import { containerInstanceArn } from "../batch/arn.ts";
import type { Instance, InstanceEnd } from "../batch/instance.ts";
import type { IdSource } from "../lib/id-source.ts";
import type { Launch } from "../scheduler/scaling/scale-out.ts";
import type { Change } from "../store/change.ts";

/** The change that launches an instance: it takes jobs once it has booted, at once where that takes no time. */
export function launchInstance(
  { computeEnvironment, instanceType, resources }: Launch,
  ids: IdSource,
  { nowMs, bootMs }: { readonly nowMs: number; readonly bootMs: number },
): Change {
  const { scope, arn, ecsClusterArn, configurationVersion, computeResources } = computeEnvironment;
  const instance: Instance = {
    scope,
    computeEnvironmentArn: arn,
    instanceId: `i-${ids.hex(17)}`,
    containerInstanceArn: containerInstanceArn(ecsClusterArn, ids.hex(32)),
    instanceType,
    resources,
    isSpot: computeResources?.type === "SPOT",
    configurationVersion,
    launchedAtMs: nowMs,
    ...(bootMs === 0 && { registeredAtMs: nowMs }),
  };
  return { kind: "instance-put", instance };
}

/** The change that ends an instance. */
export function endInstance(
  instance: Instance,
  terminatedBecause: InstanceEnd,
  terminatedAtMs: number,
): Change {
  return { kind: "instance-put", instance: { ...instance, terminatedAtMs, terminatedBecause } };
}
