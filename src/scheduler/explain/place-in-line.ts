import { claimOf } from "../../batch/fair-share.ts";
import { childJobId } from "../../batch/child-job.ts";
import { averageAt } from "../../store/live-share.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { frontOfQueue } from "../ordering/front-of-queue.ts";
import { weigher } from "../ordering/fair-share.ts";
import type { AskedJob } from "./asked-job.ts";
import type { PlaceInLine, ShareStanding } from "./explanation.ts";

/** Where there are arrays, the children of so many jobs and arrays before a job are counted: behind these an array counts once. */
export const CHILDREN_COUNTED_MAX = 1_000;

/** How far into the order of all shares a job is looked for. */
const LOOKED_INTO_MAX = 100;

const SHARES_SHOWN_MAX = 5;

type ReadyQueue = NonNullable<ReturnType<LiveState["jobs"]["readyQueue"]>>;
type FairShare = NonNullable<ReadyQueue["fairShare"]>;

/** Compared as a cycle does: in thousandths, as the product is rounded otherwise where the claim was divided before. */
interface Standing {
  readonly shareIdentifier: string;
  readonly claimVcpuMillis: number;
  readonly weight: number;
  readonly position: number;
}

/** The place of a RUNNABLE job in its queue, without who is at its head: what is counted is bounded. */
export function placeInLine(
  asked: AskedJob,
  state: LiveState,
  nowMs: number,
): Omit<PlaceInLine, "head" | "before"> {
  const { job } = asked;
  const ahead = countAhead(asked, state);
  const queue = state.jobs.readyQueue(job.jobQueueArn);
  if (queue?.fairShare === undefined) return ahead;
  const share = standingOf(asked, queue, queue.fairShare, nowMs);
  // The heads of these shares go before it, too.
  const isFarBehind = ahead.aheadCount + share.sharesBeforeCount >= LOOKED_INTO_MAX;
  if (isFarBehind) return { ...ahead, share };
  const front = frontOfQueue(state, job.jobQueueArn, { count: LOOKED_INTO_MAX, nowMs });
  const aheadInQueueCount = front.indexOf(asked.jobId);
  return { ...ahead, share: { ...share, ...(aheadInQueueCount >= 0 && { aheadInQueueCount }) } };
}

/** The job at the head of a share, and its id, of an array that of its next child; undefined: the share is empty. */
export function headOfShare(share: LiveJob["share"], { jobs }: LiveState): AskedHead | undefined {
  const job = share.runnable.peek();
  const array = job && jobs.arrayOf(job);
  if (job === undefined || array === undefined) return job && { job, jobId: job.jobId };
  const childIndex = array.nextUnspawned();
  return { job, jobId: childJobId({ kind: "array", jobId: job.jobId }, childIndex) };
}

export interface AskedHead {
  readonly job: LiveJob;
  readonly jobId: string;
}

function countAhead(
  { job, childIndex = 0 }: AskedJob,
  { jobs }: LiveState,
): Pick<PlaceInLine, "aheadCount" | "isExact"> {
  const { runnable } = job.share;
  const entryCount = runnable.countBefore(job);
  const isEachOneJob = !hasArrays(job.jobQueueArn, jobs);
  let aheadCount = entryCount;
  let lookedAtCount = 0;
  for (const other of isEachOneJob ? [] : runnable.before(job)) {
    if (lookedAtCount === CHILDREN_COUNTED_MAX) break;
    lookedAtCount += 1;
    aheadCount += (jobs.arrayOf(other)?.unspawnedCount ?? 1) - 1;
  }
  const array = jobs.arrayOf(job);
  for (let index = 0; index < childIndex; index += 1) {
    if (array?.isSpawned(index) === false) aheadCount += 1;
  }
  return { aheadCount, isExact: isEachOneJob || entryCount <= CHILDREN_COUNTED_MAX };
}

/** Whether anything that waits in the order of the queue stands for several jobs. */
function hasArrays(jobQueueArn: string, jobs: LiveState["jobs"]): boolean {
  let entryCount = 0;
  for (const { runnable } of jobs.readyQueue(jobQueueArn)?.ready ?? []) entryCount += runnable.size;
  return jobs.countsOf(jobQueueArn).RUNNABLE !== entryCount;
}

function standingOf(
  { job }: AskedJob,
  queue: ReadyQueue,
  fairShare: FairShare,
  nowMs: number,
): ShareStanding {
  const weigh = weigher(queue, fairShare, nowMs);
  const standing = ({ share, queuePosition }: Pick<LiveJob, "share" | "queuePosition">): Standing => {
    const { vcpuMillis, identifier } = share;
    return {
      shareIdentifier: identifier,
      claimVcpuMillis: claimOf(averageAt(share, nowMs), vcpuMillis),
      weight: weigh(share),
      position: share.runnable.size > 0 ? share.headPosition : queuePosition,
    };
  };
  const own = standing(job);
  const before = [...queue.ready]
    .filter((share) => share !== job.share)
    .map((share) => standing({ share, queuePosition: Infinity }))
    .filter((other) => compare(other, own) < 0)
    .sort(compare);
  return {
    ...told(own),
    sharesBeforeCount: before.length,
    sharesBefore: before.slice(0, SHARES_SHOWN_MAX).map(told),
  };
}

function compare(a: Standing, b: Standing): number {
  return a.claimVcpuMillis * a.weight - b.claimVcpuMillis * b.weight || a.position - b.position;
}

function told({ shareIdentifier, claimVcpuMillis, weight }: Standing): ShareStanding["sharesBefore"][number] {
  return { shareIdentifier, claimVcpus: claimVcpuMillis / 1000, weight };
}
