import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import { endingOf, holdersOfInstance, JOBS_NAMED_MAX } from "./ending-jobs.ts";
import type { Holder, MakingRoom, RoomFacts } from "./ending-jobs.ts";
import { INSTANCES_LOOKED_AT_MAX } from "./judge-environment.ts";

/** Jobs, and the instances that are empty without them. */
export interface Emptying {
  readonly holders: readonly Holder[];
  readonly instances: readonly LiveInstance[];
}

export const NOTHING_EMPTIED: Emptying = { holders: [], instances: [] };

/** Of more instances not all are thought of as empty. */
const CANDIDATES_MAX = 20;

/**
 * The jobs whose ends leave a multi-node job an empty instance for each node, together with those that are launched then or
 * boot already: all of one instance, or of the first of several in the order of how few these are. Undefined where it takes
 * more than a few.
 */
export function whoEmptiesInstances(
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

/** Those of the instances that are empty once a few jobs have ended, in the order of how few these are. */
export function emptyingsOf(instances: readonly LiveInstance[], state: LiveState): readonly Emptying[] {
  return instances
    .filter((live) => live.tasks.size > 0 && live.tasks.size <= JOBS_NAMED_MAX && isEnding(live, state))
    .sort((a, b) => a.tasks.size - b.tasks.size)
    .slice(0, CANDIDATES_MAX)
    .map((live) => withEmptied(NOTHING_EMPTIED, live, state));
}

/** What is found for one of these by itself; else for the first of them together, as long as that takes a few jobs only. */
export function findEnough<Found>(
  candidates: readonly Emptying[],
  find: (emptying: Emptying) => Found | undefined,
): Found | undefined {
  for (const candidate of candidates) {
    const found = find(candidate);
    if (found !== undefined) return found;
  }
  let several = NOTHING_EMPTIED;
  for (const candidate of candidates) {
    several = bothOf(several, candidate);
    if (several.holders.length > JOBS_NAMED_MAX) return undefined;
    const found = find(several);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether all that it is charged for is known to end: see `endingOf`. */
export function isEnding({ tasks }: LiveInstance, { jobs }: LiveState): boolean {
  return [...tasks].every((taskId) => {
    const job = jobs.active.get(taskId);
    return job !== undefined && endingOf(job) !== undefined;
  });
}

/** Together with one instance more, and those on it. */
export function withEmptied(before: Emptying, live: LiveInstance, state: LiveState): Emptying {
  return bothOf(before, { holders: holdersOfInstance(live, state), instances: [live] });
}

/** A multi-node job may have nodes on instances of both. */
function bothOf(a: Emptying, b: Emptying): Emptying {
  const known = new Set(a.holders.map(({ job }) => job));
  const others = b.holders.filter(({ job }) => !known.has(job));
  return { holders: [...a.holders, ...others], instances: [...a.instances, ...b.instances] };
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
