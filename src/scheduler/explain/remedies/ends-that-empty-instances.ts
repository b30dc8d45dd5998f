import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import { firstOf } from "../../../lib/first-of.ts";
import type { EnvironmentInstances, LiveInstance } from "../../../store/live-instances.ts";
import type { LiveJob } from "../../../store/live-state.ts";
import { instancesFor } from "../../scaling/scale-out.ts";
import { emptyingsOf, findEnough } from "./emptying.ts";
import type { Emptying } from "./emptying.ts";
import type { MakingRoom, RoomFacts } from "./ending-jobs.ts";
import { INSTANCES_LOOKED_AT_MAX } from "../judge-environment.ts";

/**
 * The jobs whose ends leave a multi-node job an empty instance for each node, together with those that are launched then or
 * boot already: all of one instance, or of the first of several in the order of how few these are. Undefined where it takes
 * more than a few.
 */
export function endsThatEmptyInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const present = facts.state.instances.ofEnvironment(environment.arn);
  const taking = firstOf(present.all.values(), INSTANCES_LOOKED_AT_MAX).filter(
    ({ instance }) => instance.registeredAtMs !== undefined && instance.leaving === undefined,
  );
  return findEnough(emptyingsOf(taking, facts.state), (emptying) =>
    takenWithout(emptying, environment, job, facts),
  );
}

/** Undefined where the environment would not take the job then. */
function takenWithout(
  { holders, instances }: Emptying,
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity, nowMs, isEnoughBesides }: RoomFacts,
): MakingRoom | undefined {
  if (!isEnoughBesides(holders)) return undefined;
  const left = withEmpty(state.instances.ofEnvironment(environment.arn), instances);
  const demandVcpuMillis = job.resources.vcpuMillis;
  const imagined = { instances: { ofEnvironment: () => left } };
  const launches = instancesFor(job, environment, { state: imagined, capacity, demandVcpuMillis, nowMs });
  if (typeof launches === "string" && launches !== "instances-starting") return undefined;
  const { bootMs } = capacity.supply;
  // With one for each node there may be some among them that boot yet.
  const isBooting = typeof launches === "string" ? left.booting.size > 0 : bootMs > 0;
  return { jobs: holders.map(({ ending }) => ending), ...(isBooting && { bootMs }) };
}

/** The same instances, some of them without what runs on them. */
function withEmpty(present: EnvironmentInstances, emptied: readonly LiveInstance[]): EnvironmentInstances {
  const all = new Map(present.all);
  const idle = new Map(present.idle);
  for (const { instance, slot } of emptied) {
    const empty = { instance, slot, free: instance.resources, tasks: new Set<string>() };
    all.set(instance.instanceId, empty);
    idle.set(empty, 0);
  }
  const { vcpuMillis, booting, leaving } = present;
  return { vcpuMillis, all, booting, leaving, idle, findRoom: () => undefined };
}
