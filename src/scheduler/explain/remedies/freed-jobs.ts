import type { LiveJob, LiveState } from "../../../store/live-state.ts";

/** A job that may go once others have ended; of an array that waits as a whole its first child, with the index of that. */
export interface FreedJob {
  readonly job: LiveJob;
  readonly childIndex: number;
}

/** Of more jobs that wait for the same nobody says which go first. */
const DEPENDENTS_LOOKED_AT_MAX = 1_000;

/** What waits for nothing but that these jobs succeed; undefined: more wait for them than are looked at. */
export function freedBy(ended: readonly LiveJob[], { jobs }: LiveState): readonly FreedJob[] | undefined {
  const { dependencies } = jobs.waitingFor;
  const metCounts = new Map<LiveJob, number>();
  let lookedAtCount = 0;
  for (const jobId of endedIds(ended, jobs)) {
    for (const dependent of dependencies.dependentsOf(jobId)) {
      if (lookedAtCount === DEPENDENTS_LOOKED_AT_MAX) return undefined;
      lookedAtCount += 1;
      metCounts.set(dependent, (metCounts.get(dependent) ?? 0) + 1);
    }
  }
  const freed = [...metCounts]
    .filter(([job, count]) => jobs.standingOf(job) === "waiting" && dependencies.unmetCountOf(job) <= count)
    .map(([job]): FreedJob => ({ job, childIndex: 0 }));
  for (const job of ended) {
    for (const child of freedChildren(job, jobs)) {
      if (lookedAtCount === DEPENDENTS_LOOKED_AT_MAX) return undefined;
      lookedAtCount += 1;
      if (isWaiting(child, jobs.arrayOf(child.job))) freed.push(child);
    }
  }
  return freed;
}

/** With the last children of an array the array ends, too. */
function* endedIds(ended: readonly LiveJob[], jobs: LiveState["jobs"]): Generator<string> {
  const childCounts = new Map<LiveJob, number>();
  for (const { jobId, parent } of ended) {
    yield jobId;
    if (parent !== undefined) childCounts.set(parent, (childCounts.get(parent) ?? 0) + 1);
  }
  for (const [parent, count] of childCounts) {
    const array = jobs.arrayOf(parent);
    if (array?.unspawnedCount === 0 && array.liveChildren.size <= count) yield parent.jobId;
  }
}

/** Children of arrays that may wait for the child: the next where they go one after the other, and those of the same index. */
function* freedChildren(
  { parent, childIndex = 0 }: LiveJob,
  jobs: LiveState["jobs"],
): Generator<FreedJob, undefined, undefined> {
  const array = parent && jobs.arrayOf(parent);
  if (parent === undefined || array === undefined) return undefined;
  if (array.order?.isSequential === true) yield { job: parent, childIndex: childIndex + 1 };
  for (const job of jobs.waitingFor.pairedWith(parent.jobId)) yield { job, childIndex };
  return undefined;
}

function isWaiting({ childIndex }: FreedJob, array: ReturnType<LiveState["jobs"]["arrayOf"]>): boolean {
  if (array?.unspawned?.status !== "PENDING") return false;
  return childIndex < array.size && !array.isSpawned(childIndex);
}
