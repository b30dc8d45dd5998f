import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import type { ExplainFacts } from "./asked-job.ts";
import { endingOf, holdersOfInstance, NAMED_MAX } from "./ending-jobs.ts";
import type { Holder, Room } from "./ending-jobs.ts";
import type { EndingJob } from "./explanation.ts";
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
 * The jobs whose ends leave a multi-node job an empty instance for each node, together with those that are launched then: all
 * of one instance, or of the first of several in the order of how few these are. Undefined where it takes more than a few.
 */
export function whoEmptiesInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: GangFacts,
): readonly EndingJob[] | undefined {
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
  const one = candidates.find((candidate) => isTakenWithout(candidate, environment, job, facts));
  if (one !== undefined) return one.holders.map(({ ending }) => ending);
  let several: Emptying = { holders: [], instances: [] };
  for (const candidate of candidates) {
    several = bothOf(several, candidate);
    if (several.holders.length > NAMED_MAX) return undefined;
    if (isTakenWithout(several, environment, job, facts)) return several.holders.map(({ ending }) => ending);
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

function isTakenWithout(
  { holders, instances }: Emptying,
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity, nowMs, isHostEnough }: GangFacts,
): boolean {
  if (!isHostEnough(holders)) return false;
  const left = withEmpty(state.instances.ofEnvironment(environment.arn), instances);
  const demandVcpuMillis = job.resources.vcpuMillis;
  const imagined = { instances: { ofEnvironment: () => left } };
  const launches = instancesFor(job, environment, { state: imagined, capacity, demandVcpuMillis, nowMs });
  // There is one for each node, but none of them may have to boot.
  if (launches === "instances-starting") return left.booting.size === 0;
  return typeof launches !== "string" && capacity.supply.bootMs === 0;
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
