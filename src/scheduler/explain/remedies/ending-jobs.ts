import { addResources, NO_RESOURCES } from "../../../batch/resources.ts";
import type { Resources } from "../../../batch/resources.ts";
import { firstOf } from "../../../lib/first-of.ts";
import type { LiveInstance } from "../../../store/live-instances.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import type { ExplainFacts } from "../asked-job.ts";
import type { EndingJob, Remedy } from "../explanation.ts";

/** Of more jobs than these nobody wants to know all. */
export const JOBS_NAMED_MAX = 5;

/** Of more attempts under way not all are looked at. */
const ATTEMPTS_LOOKED_AT_MAX = 10_000;

/** What jobs share, and whether there is enough of it for another one once some of them have ended. */
export interface Room {
  readonly holders: readonly Holder[];
  readonly isEnough: (ended: readonly Holder[]) => boolean;
}

export interface Holder {
  /** The job itself: of nodes the whole. */
  readonly job: LiveJob;
  readonly ending: EndingJob;
  /** What its end gives back of the room, and of the host. */
  readonly ofRoom: Resources;
  readonly ofHost: Resources;
}

/** Jobs whose ends give another one its room. */
export type MakingRoom = Omit<Extract<Remedy, { kind: "jobs-end" }>, "kind" | "computeEnvironment">;

/** What room in an environment is looked for with. */
export interface RoomFacts extends ExplainFacts {
  /** Whether the job has all else that it needs once these have ended, and nobody goes before it then. */
  readonly isEnoughBesides: Room["isEnough"];
}

/**
 * The one job whose end is enough: of several the one that started first. Where there is none the fewest of one room, at
 * most a few, in the order in which they started.
 */
export function fewestToMakeRoom(rooms: Iterable<Room>): readonly EndingJob[] | undefined {
  let oldest: Holder | undefined;
  let fewest: readonly Holder[] | undefined;
  for (const room of rooms) {
    const inOrder = [...room.holders].sort((a, b) => a.ending.sinceMs - b.ending.sinceMs);
    const one = inOrder.find((holder) => room.isEnough([holder]));
    if (one !== undefined && one.ending.sinceMs < (oldest?.ending.sinceMs ?? Infinity)) oldest = one;
    const few = oldest === undefined ? firstThatMakeRoom(inOrder, room) : undefined;
    if (few !== undefined && few.length < (fewest?.length ?? Infinity)) fewest = few;
  }
  return (oldest === undefined ? fewest : [oldest])?.map(({ ending }) => ending);
}

function firstThatMakeRoom(inOrder: readonly Holder[], { isEnough }: Room): readonly Holder[] | undefined {
  for (let count = 2; count <= Math.min(JOBS_NAMED_MAX, inOrder.length); count += 1) {
    const ended = inOrder.slice(0, count);
    if (isEnough(ended)) return ended;
  }
  return undefined;
}

/** What the host has back once these have ended. */
export function givenBack(ended: readonly Holder[]): Resources {
  return ended.reduce((sum, { ofHost }) => addResources(sum, ofHost), NO_RESOURCES);
}

/**
 * Those of the jobs under way that are meant. The end of a multi-node job gives back what its nodes have that run yet; that
 * of a node alone does not come about.
 */
export function holdersOfHost(
  { jobs }: LiveState,
  isMeant: (job: LiveJob) => boolean = () => true,
): readonly Holder[] {
  return firstOf(jobs.active.values(), ATTEMPTS_LOOKED_AT_MAX).flatMap((job) => {
    if (job.parent?.nodeResources !== undefined || !isMeant(job)) return [];
    const ending = endingOf(job);
    if (ending === undefined) return [];
    const whole = heldByAll(job, jobs);
    return [{ job, ending, ofRoom: whole, ofHost: whole }];
  });
}

/** Of nodes that stand side by side one for all. */
export function holdersOfInstance({ tasks }: LiveInstance, { jobs }: LiveState): readonly Holder[] {
  const holders = new Map<string, Holder>();
  for (const taskId of tasks) {
    const job = jobs.active.get(taskId);
    const ending = job && endingOf(job);
    if (job === undefined || ending === undefined) continue;
    const whole = wholeOf(job);
    const before = holders.get(whole.jobId)?.ofRoom ?? NO_RESOURCES;
    const ofRoom = addResources(before, heldByTask(job, jobs));
    holders.set(whole.jobId, { job: whole, ending, ofRoom, ofHost: heldByAll(whole, jobs) });
  }
  return [...holders.values()];
}

/** Of a multi-node job its main node. */
function heldByTask(job: LiveJob, jobs: LiveState["jobs"]): Resources {
  const main = jobs.nodesOf(job)?.main;
  return (main === undefined ? undefined : job.nodeResources?.[main]) ?? job.resources;
}

function heldByAll(job: LiveJob, jobs: LiveState["jobs"]): Resources {
  const nodes = jobs.nodesOf(job)?.active.values() ?? [];
  let all = heldByTask(job, jobs);
  for (const { resources } of nodes) all = addResources(all, resources);
  return all;
}

/** Undefined where no attempt is under way, or where its main node has ended already and the job may be tried again. */
export function endingOf(job: LiveJob): EndingJob | undefined {
  const whole = wholeOf(job);
  const { activeAttempt, attemptDurationSeconds, jobId } = whole;
  if (activeAttempt === undefined || activeAttempt.outcome !== undefined) return undefined;
  const { startedAtMs, placedAtMs } = activeAttempt;
  const limitAtMs =
    startedAtMs === undefined || attemptDurationSeconds === undefined
      ? undefined
      : startedAtMs + attemptDurationSeconds * 1000;
  const sinceMs = startedAtMs ?? placedAtMs;
  const attemptsLeft = attemptsLeftOf(whole);
  return {
    jobId,
    sinceMs,
    ...(limitAtMs !== undefined && { limitAtMs }),
    ...(attemptsLeft > 0 && { attemptsLeft }),
  };
}

/** How often the job is tried again at most if its attempts fail. One that somebody wants ended is not. */
export function attemptsLeftOf({ retryStrategy, attemptCount, activeAttempt }: LiveJob): number {
  const { stopping } = activeAttempt ?? {};
  if (stopping !== undefined && stopping.because !== "instance-terminated") return 0;
  return Math.max(0, retryStrategy.attempts - attemptCount);
}

/** A node ends with its job. */
function wholeOf(job: LiveJob): LiveJob {
  return job.parent?.nodeResources === undefined ? job : job.parent;
}
