import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import { isFargate } from "../../batch/compute-resources.ts";
import { addResources, fitsIn, subtractResources } from "../../batch/resources.ts";
import type { Resources } from "../../batch/resources.ts";
import { firstOf } from "../../lib/first-of.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { ExplainFacts } from "./asked-job.ts";
import type { EndingJob, EnvironmentVerdict } from "./explanation.ts";
import { INSTANCES_LOOKED_AT_MAX, maxVcpuMillisOf } from "./judge-environment.ts";

/** Of more jobs than these nobody wants to know all. */
const NAMED_MAX = 5;

/** Of more attempts under way not all are looked at. */
const ATTEMPTS_LOOKED_AT_MAX = 10_000;

/** What jobs share, and what is left of it. */
interface Room {
  readonly free: Resources;
  readonly holders: Iterable<Holder>;
}

interface Holder extends EndingJob {
  readonly resources: Resources;
}

/**
 * The job whose end gives another one its room in an environment: of several the one that started first. Where no single
 * one does, a few of one room, those that started first. Undefined where it takes more than a few, and for the nodes of a
 * multi-node job, which need rooms of their own.
 */
export function whoIsInTheWay(
  { kind }: EnvironmentVerdict,
  environment: ComputeEnvironment,
  { resources, nodeResources }: LiveJob,
  facts: ExplainFacts,
): readonly EndingJob[] | undefined {
  const isMultiNode = nodeResources !== undefined;
  return firstToMakeRoom(roomsOf(kind, environment, { resources, isMultiNode }, facts), resources);
}

/**
 * The same for a job to which its queue's reservation leaves so many vCPUs; where no job is left in the queue it leaves all.
 */
export function whoseEndLeavesRoom(
  vcpuMillis: number,
  { jobQueueArn, resources }: LiveJob,
  { state }: ExplainFacts,
): readonly EndingJob[] | undefined {
  const ofQueue = firstOf(state.jobs.active.values(), ATTEMPTS_LOOKED_AT_MAX).filter(
    (job) => job.jobQueueArn === jobQueueArn,
  );
  const holders = ofQueue.flatMap(holderOfHost);
  const free = { vcpuMillis, memoryMiB: Infinity, gpuCount: Infinity };
  const few = firstToMakeRoom([{ free, holders }], resources);
  return few ?? (holders.length <= NAMED_MAX ? holders.map(withoutResources) : undefined);
}

function firstToMakeRoom(rooms: Iterable<Room>, resources: Resources): readonly EndingJob[] | undefined {
  let oldest: Holder | undefined;
  let fewest: readonly Holder[] | undefined;
  for (const { free, holders } of rooms) {
    const inOrder = [...holders].sort((a, b) => a.sinceMs - b.sinceMs);
    const one = inOrder.find((holder) => fitsIn(resources, addResources(free, holder.resources)));
    if (one !== undefined && one.sinceMs < (oldest?.sinceMs ?? Infinity)) oldest = one;
    const few = oldest === undefined ? firstThatMakeRoom(inOrder, free, resources) : undefined;
    if (few !== undefined && few.length < (fewest?.length ?? Infinity)) fewest = few;
  }
  return (oldest === undefined ? fewest : [oldest])?.map(withoutResources);
}

/** Jobs that hold some of a consumable resource, at most a few. */
export function holdersOf(consumableResource: string, state: LiveState): readonly EndingJob[] {
  return firstOf(state.jobs.active.values(), ATTEMPTS_LOOKED_AT_MAX)
    .filter(({ jobId }) =>
      state.consumables.neededBy(jobId).some((need) => need.consumableResource === consumableResource),
    )
    .flatMap(endingOf)
    .slice(0, NAMED_MAX);
}

function roomsOf(
  kind: EnvironmentVerdict["kind"],
  environment: ComputeEnvironment,
  { resources, isMultiNode }: { readonly resources: Resources; readonly isMultiNode: boolean },
  { state, capacity }: ExplainFacts,
): Iterable<Room> {
  const { arn, computeResources } = environment;
  const active = firstOf(state.jobs.active.values(), ATTEMPTS_LOOKED_AT_MAX);
  if (kind === "host-full") {
    const free = subtractResources(capacity.host, state.jobs.hostUsage);
    return [{ free, holders: active.flatMap(holderOfHost) }];
  }
  if (kind !== "environments-full") return [];
  if (computeResources !== undefined && isFargate(computeResources.type)) {
    const left = maxVcpuMillisOf(environment) - state.jobs.environmentUsage(arn).vcpuMillis;
    const free = { vcpuMillis: left, memoryMiB: Infinity, gpuCount: Infinity };
    const ofEnvironment = active.filter(({ activeAttempt }) => activeAttempt?.computeEnvironmentArn === arn);
    return [{ free, holders: ofEnvironment.flatMap(holderOfHost) }];
  }
  if (isMultiNode) return [];
  return firstOf(state.instances.ofEnvironment(arn).all.values(), INSTANCES_LOOKED_AT_MAX)
    .filter(
      ({ instance }) =>
        instance.registeredAtMs !== undefined &&
        instance.leaving === undefined &&
        fitsIn(resources, instance.resources),
    )
    .map(({ free, tasks }) => ({
      free,
      holders: [...tasks].flatMap((taskId) => holderOfInstance(state.jobs.active.get(taskId), state)),
    }));
}

/** The end of a multi-node job gives back what all of its nodes have; that of a node alone does not come about. */
function holderOfHost(job: LiveJob): readonly Holder[] {
  if (job.parent?.nodeResources !== undefined) return [];
  return endingOf(job).map((ending) => ({ ...ending, resources: job.resources }));
}

function holderOfInstance(job: LiveJob | undefined, { jobs }: LiveState): readonly Holder[] {
  if (job === undefined) return [];
  const main = jobs.nodesOf(job)?.main;
  const resources = (main === undefined ? undefined : job.nodeResources?.[main]) ?? job.resources;
  return endingOf(job).map((ending) => ({ ...ending, resources }));
}

/** A node ends with its job. */
function endingOf(job: LiveJob): readonly EndingJob[] {
  const whole = job.parent?.nodeResources === undefined ? job : job.parent;
  const { activeAttempt, attemptDurationSeconds } = whole;
  if (activeAttempt === undefined) return [];
  const { startedAtMs, placedAtMs } = activeAttempt;
  const limitAtMs =
    startedAtMs === undefined || attemptDurationSeconds === undefined
      ? undefined
      : startedAtMs + attemptDurationSeconds * 1000;
  const sinceMs = startedAtMs ?? placedAtMs;
  return [{ jobId: whole.jobId, sinceMs, ...(limitAtMs !== undefined && { limitAtMs }) }];
}

function firstThatMakeRoom(
  inOrder: readonly Holder[],
  free: Resources,
  wanted: Resources,
): readonly Holder[] | undefined {
  let room = free;
  for (const [index, { resources }] of inOrder.slice(0, NAMED_MAX).entries()) {
    room = addResources(room, resources);
    if (fitsIn(wanted, room)) return inOrder.slice(0, index + 1);
  }
  return undefined;
}

function withoutResources({ jobId, sinceMs, limitAtMs }: Holder): EndingJob {
  return { jobId, sinceMs, ...(limitAtMs !== undefined && { limitAtMs }) };
}
