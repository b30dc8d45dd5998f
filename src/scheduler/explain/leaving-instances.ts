import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { fitsIn } from "../../batch/resources.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { EnvironmentInstances, LiveInstance } from "../../store/live-instances.ts";
import type { LiveJob } from "../../store/live-state.ts";
import { isHostItself } from "../scaling/host-environment.ts";
import { keptVcpuMillis } from "../scaling/keep-size.ts";
import { instancesFor } from "../scaling/scale-out.ts";
import { emptyingsOf, findEnough, isEnding } from "./emptying.ts";
import type { Emptying } from "./emptying.ts";
import { holdersOfInstance } from "./ending-jobs.ts";
import type { Holder, MakingRoom, RoomFacts } from "./ending-jobs.ts";
import { INSTANCES_LOOKED_AT_MAX } from "./judge-environment.ts";
import { isTriedAgainBefore } from "./overtaken.ts";

/** Instances that go, and when the last of them is gone. */
interface Leaving {
  readonly instanceIds: readonly string[];
  readonly atMs: number;
  /** An instance is launched then: it boots for so long. */
  readonly bootMs?: number;
}

/** Of more instances that leave not all are looked at. */
const LEAVING_LOOKED_AT_MAX = 20;

/**
 * The instances of a full environment that go at a known instant, and with what runs on them, after which it launches one
 * for the job; undefined where that is not enough, or where what ran on them may be tried again before the job.
 */
export function whenInstancesLeave(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): Leaving | undefined {
  const { leaving } = facts.state.instances.ofEnvironment(environment.arn);
  const timed = firstOf(leaving, INSTANCES_LOOKED_AT_MAX)
    .flatMap((live) => {
      const atMs = live.instance.leaving?.atMs;
      return atMs === undefined ? [] : [{ live, atMs }];
    })
    .sort((a, b) => a.atMs - b.atMs);
  const instances: LiveInstance[] = [];
  const holders: Holder[] = [];
  for (const { live, atMs } of timed.slice(0, LEAVING_LOOKED_AT_MAX)) {
    if (!isEnding(live, facts.state)) return undefined;
    instances.push(live);
    holders.push(...holdersOfInstance(live, facts.state));
    const launched = launchedWithout({ instances, holders }, environment, job, facts);
    if (launched === undefined) continue;
    if (isTriedAgainBefore(holders, job, facts.state)) return undefined;
    return { instanceIds: instances.map(({ instance }) => instance.instanceId), atMs, ...launched };
  }
  return undefined;
}

/**
 * The jobs whose ends let a full environment launch an instance for the job, as those are gone then that they run on: at
 * once where these leave anyway, else after a while, as those that are too small for the job are idle first.
 */
export function whoHoldsInstances(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const { all, idle, leaving } = facts.state.instances.ofEnvironment(environment.arn);
  const leavingAnyway = emptyingsOf(firstOf(leaving, INSTANCES_LOOKED_AT_MAX), facts.state);
  const soon = findEnough(leavingAnyway, (emptying) => endsWithout(emptying, environment, job, facts));
  if (soon !== undefined || isHostItself(environment)) return soon;
  const tooSmall = firstOf(all.values(), INSTANCES_LOOKED_AT_MAX).filter((live) => isTooSmall(live, job));
  const unused = tooSmall.filter((live) => idle.has(live));
  const others = emptyingsOf(
    tooSmall.filter(({ instance }) => instance.leaving === undefined),
    facts.state,
  );
  return findEnough([...leavingAnyway, ...others], ({ holders, instances }) => {
    const emptying = { holders, instances: [...unused, ...instances] };
    const ends = endsWithout(emptying, environment, job, facts);
    return ends && { ...ends, isAfterIdle: true };
  });
}

function isTooSmall(
  { instance }: LiveInstance,
  { resources, nodeResources = [resources] }: LiveJob,
): boolean {
  return !nodeResources.some((wanted) => fitsIn(wanted, instance.resources));
}

function endsWithout(
  emptying: Emptying,
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const launched = launchedWithout(emptying, environment, job, facts);
  return launched && { jobs: emptying.holders.map(({ ending }) => ending), ...launched };
}

/** How long what is launched for the job boots; undefined where nothing is launched without these instances. */
function launchedWithout(
  { holders, instances }: Emptying,
  environment: ComputeEnvironment,
  job: LiveJob,
  { state, capacity, nowMs, isEnoughBesides }: RoomFacts,
): Pick<MakingRoom, "bootMs"> | undefined {
  const left = without(state.instances.ofEnvironment(environment.arn), instances);
  // What is launched to keep it at its size may be of another type.
  if (left.vcpuMillis < keptVcpuMillis(environment) || !isEnoughBesides(holders)) return undefined;
  const demandVcpuMillis = job.resources.vcpuMillis;
  const imagined = { instances: { ofEnvironment: () => left } };
  const launches = instancesFor(job, environment, { state: imagined, capacity, demandVcpuMillis, nowMs });
  if (typeof launches === "string") return undefined;
  const { bootMs } = capacity.supply;
  return bootMs > 0 ? { bootMs } : {};
}

function without(present: EnvironmentInstances, gone: readonly LiveInstance[]): EnvironmentInstances {
  const all = new Map(present.all);
  const idle = new Map(present.idle);
  const leaving = new Set(present.leaving);
  let { vcpuMillis } = present;
  for (const live of gone) {
    all.delete(live.instance.instanceId);
    idle.delete(live);
    leaving.delete(live);
    vcpuMillis -= live.instance.resources.vcpuMillis;
  }
  return { vcpuMillis, all, booting: present.booting, leaving, idle, findRoom: () => undefined };
}
