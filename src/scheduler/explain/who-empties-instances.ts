import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import type { ExplainFacts } from "./asked-job.ts";
import { endingOf, holdersOfInstance, NAMED_MAX } from "./ending-jobs.ts";
import type { Holder, MakingRoom, Room } from "./ending-jobs.ts";
import { INSTANCES_LOOKED_AT_MAX } from "./judge-environment.ts";

/** Of more instances not all are thought of as empty. */
const CANDIDATES_MAX = 20;

interface GangFacts extends ExplainFacts {
  readonly isHostEnough: Room["isEnough"];
}

/** Jobs, and the instances that are empty without them. */
interface Emptying {
  readonly holders: readonly Holder[];
  readonly instances: readonly LiveInstance[];
}

/**
 * The jobs whose ends leave a multi-node job an empty instance for each node, together with those that are launched then or
 * boot already: all of one instance, or of the first of several in the order of how few these are. Undefined where it takes
 * more than a few.
 */
export function whoEmptiesInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: GangFacts,
): MakingRoom | undefined {
  const present = facts.state.instances.ofEnvironment(environment.arn);
  const candidates = firstOf(present.all.values(), INSTANCES_LOOKED_AT_MAX)
    .filter(
      ({ instance, tasks }) =>
        instance.registeredAtMs !== undefined &&
        instance.leaving === undefined &&
        tasks.size > 0 &&
        tasks.size <= NAMED_MAX &&
        [...tasks].every((taskId) => isEnding(facts.state.jobs.active.get(taskId))),
    )
    .sort((a, b) => a.tasks.size - b.tasks.size)
    .slice(0, CANDIDATES_MAX)
    .map((live): Emptying => ({ holders: holdersOfInstance(live, facts.state), instances: [live] }));
  for (const candidate of candidates) {
    const taken = takenWithout(candidate, environment, job, facts);
    if (taken !== undefined) return taken;
  }
  let several: Emptying = { holders: [], instances: [] };
  for (const candidate of candidates) {
    several = bothOf(several, candidate);
    if (several.holders.length > NAMED_MAX) return undefined;
    const taken = takenWithout(several, environment, job, facts);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

function isEnding(job: LiveJob | undefined): boolean {
  return job !== undefined && endingOf(job).length > 0;
}

function bothOf(a: Emptying, b: Emptying): Emptying {
  const known = new Set(a.holders.map(({ ending }) => ending.jobId));
  const others = b.holders.filter(({ ending }) => !known.has(ending.jobId));
  return { holders: [...a.holders, ...others], instances: [...a.instances, ...b.instances] };
}

/** Undefined where the environment would not take the job then. */
function takenWithout(
  { holders, instances }: Emptying,
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity, nowMs, isHostEnough }: GangFacts,
): MakingRoom | undefined {
  if (!isHostEnough(holders)) return undefined;
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
  for (const { instance } of emptied) {
    const empty = { instance, free: instance.resources, tasks: new Set<string>() };
    all.set(instance.instanceId, empty);
    idle.set(empty, 0);
  }
  const { vcpuMillis, booting, leaving } = present;
  return { vcpuMillis, all, booting, leaving, idle, findRoom: () => undefined };
}
