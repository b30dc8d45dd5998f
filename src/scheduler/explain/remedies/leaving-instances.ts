import type { ComputeEnvironment } from "../../../batch/compute-environment.ts";
import { fitsIn } from "../../../batch/resources.ts";
import { firstOf } from "../../../lib/first-of.ts";
import type { LiveInstance } from "../../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import { isHostItself } from "../../scaling/host-environment.ts";
import { withoutInstances } from "../../scaling/imagined-instances.ts";
import { keptVcpuMillis } from "../../scaling/keep-size.ts";
import { instancesFor } from "../../scaling/scale-out.ts";
import { emptyingsOf, findEnough, isEnding, NOTHING_EMPTIED, withEmptied } from "./emptying.ts";
import type { Emptying } from "./emptying.ts";
import type { MakingRoom, RoomFacts } from "./ending-jobs.ts";
import { INSTANCES_LOOKED_AT_MAX } from "../judge-environment.ts";
import type { Remedy } from "../explanation.ts";
import { isTriedAgainBefore } from "./overtaken.ts";
import { hasSmallerRivals } from "./rivals.ts";

/** Instances that go: then a job has room. */
export type Leaving = Omit<Extract<Remedy, { kind: "instances-leave" }>, "kind" | "computeEnvironment">;

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
  let gone = NOTHING_EMPTIED;
  for (const { live, atMs } of firstToLeave(leaving).slice(0, LEAVING_LOOKED_AT_MAX)) {
    if (!isEnding(live, facts.state)) return undefined;
    gone = withEmptied(gone, live, facts.state);
    const launched = launchedWithout(gone, environment, job, facts);
    if (launched === undefined) continue;
    if (isTriedAgainBefore(gone.holders, job, facts.state)) return undefined;
    return { instanceIds: idsOf(gone.instances), atMs, ...launched };
  }
  return undefined;
}

/** The same of instances that are idle, and too small for the job. */
export function whichIdleLeave(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): Leaving | undefined {
  const instances = idleAndTooSmall(environment, job, facts);
  if (instances.length === 0) return undefined;
  const launched = launchedWithout({ instances, holders: [] }, environment, job, facts);
  return launched && { instanceIds: idsOf(instances), ...launched };
}

/**
 * The jobs whose ends let a full environment launch an instance for the job, as those are gone then that they run on: at
 * once where these leave anyway, else after a while, as those that are too small for the job are idle first.
 */
export function endsThatAllowLaunch(
  environment: ComputeEnvironment,
  job: LiveJob,
  facts: RoomFacts,
): MakingRoom | undefined {
  const { all, leaving } = facts.state.instances.ofEnvironment(environment.arn);
  const leavingAnyway = emptyingsOf(firstOf(leaving, INSTANCES_LOOKED_AT_MAX), facts.state);
  const soon = findEnough(leavingAnyway, (emptying) => endsWithout(emptying, environment, job, facts));
  if (soon !== undefined || isHostItself(environment)) return soon;
  const unused = idleAndTooSmall(environment, job, facts);
  const tooSmall = firstOf(all.values(), INSTANCES_LOOKED_AT_MAX).filter(
    (live) => live.instance.leaving === undefined && isTooSmall(live, job),
  );
  const others = emptyingsOf(tooSmall, facts.state);
  return findEnough([...leavingAnyway, ...others], ({ holders, instances }) => {
    const emptying = { holders, instances: [...unused, ...instances] };
    const ends = endsWithout(emptying, environment, job, facts);
    return ends && { ...ends, isAfterIdle: true };
  });
}

/** Those that go at a known instant, the first to go before others. */
export function firstToLeave(
  leaving: Iterable<LiveInstance>,
): readonly { readonly live: LiveInstance; readonly atMs: number }[] {
  return firstOf(leaving, INSTANCES_LOOKED_AT_MAX)
    .flatMap((live) => {
      const atMs = live.instance.leaving?.atMs;
      return atMs === undefined ? [] : [{ live, atMs }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

function idleAndTooSmall(
  environment: ComputeEnvironment,
  job: LiveJob,
  { state }: RoomFacts,
): readonly LiveInstance[] {
  if (isHostItself(environment)) return [];
  const { idle } = state.instances.ofEnvironment(environment.arn);
  return firstOf(idle.keys(), INSTANCES_LOOKED_AT_MAX).filter((live) => isTooSmall(live, job));
}

export function idsOf(instances: readonly LiveInstance[]): readonly string[] {
  return instances.map(({ instance }) => instance.instanceId);
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
  facts: RoomFacts,
): Pick<MakingRoom, "bootMs"> | undefined {
  const { state, capacity, nowMs, isEnoughBesides } = facts;
  const left = withoutInstances(state.instances.ofEnvironment(environment.arn), instances);
  if (!mayGo(instances, environment, state) || !isEnoughBesides(holders)) return undefined;
  // Where they do not go together, and at once, a smaller job takes what is there, or what the first of them leaves.
  const goAtOnce = instances.length === 1 && instances[0]?.instance.leaving !== undefined;
  if (!goAtOnce && hasSmallerRivals(job, facts)) return undefined;
  const demandVcpuMillis = job.resources.vcpuMillis;
  const imagined = { instances: { ofEnvironment: () => left } };
  const launches = instancesFor(job, environment, { state: imagined, capacity, demandVcpuMillis, nowMs });
  if (typeof launches === "string") return undefined;
  const { bootMs } = capacity.supply;
  return bootMs > 0 ? { bootMs } : {};
}

/**
 * Whether the environment does without these, as far as what it keeps for `minvCpus` goes. What leaves anyway is replaced to
 * keep it at its size, maybe by another type; those that are idle are exchanged for what a job needs, unless others boot or a
 * wish for more vCPUs waits.
 */
function mayGo(
  gone: readonly LiveInstance[],
  environment: ComputeEnvironment,
  { instances }: LiveState,
): boolean {
  const { vcpuMillis, booting } = instances.ofEnvironment(environment.arn);
  const keptMillis = keptVcpuMillis(environment);
  const leavingAnyway = gone.filter(({ instance }) => instance.leaving !== undefined);
  if (vcpuMillis - vcpuMillisOf(gone) >= keptMillis) return true;
  const isWishWaiting = (environment.computeResources?.desiredvCpus ?? 0) * 1000 > vcpuMillis;
  return vcpuMillis - vcpuMillisOf(leavingAnyway) >= keptMillis && booting.size === 0 && !isWishWaiting;
}

function vcpuMillisOf(instances: readonly LiveInstance[]): number {
  return instances.reduce((sum, { instance }) => sum + instance.resources.vcpuMillis, 0);
}
