import { childJobId } from "../../batch/child-job.ts";
import type { FairShare, ReadyQueue } from "../../store/live-queues.ts";
import type { LiveShare } from "../../store/live-share.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { frontOfQueue } from "../ordering/front-of-queue.ts";
import { goesFirst, ShareClaims } from "../ordering/fair-share.ts";
import type { AskedJob } from "./asked-job.ts";
import type { PlaceInLine, ShareStanding } from "./explanation.ts";

/** Where there are arrays, the children of so many jobs and arrays before a job are counted: behind these an array counts once. */
export const CHILDREN_COUNTED_MAX = 1_000;

/** How far into the order of all shares a job is looked for. */
const LOOKED_INTO_MAX = 100;

const SHARES_SHOWN_MAX = 5;

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

/** The job at the head of a share, of an array its next child; undefined: the share is empty. */
export function headOfShare(
  { runnable }: LiveJob["share"],
  { jobs, consumables }: LiveState,
): AskedHead | undefined {
  const job = runnable.peek();
  if (job === undefined) return undefined;
  const array = jobs.arrayOf(job);
  const jobId =
    array === undefined ? job.jobId : childJobId({ kind: "array", jobId: job.jobId }, array.nextUnspawned());
  return { job, jobId, consumableResources: consumables.neededBy(jobId) };
}

export type AskedHead = Pick<AskedJob, "job" | "jobId" | "consumableResources">;

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
  const { runnable, headPosition } = job.share;
  const claims = new ShareClaims(queue, fairShare, nowMs);
  const own = {
    share: { headPosition: runnable.size > 0 ? headPosition : job.queuePosition },
    claim: claims.of(job.share),
  };
  const told = (share: LiveShare): ShareStanding["sharesBefore"][number] => ({
    shareIdentifier: share.identifier,
    ...claims.partsOf(share),
  });
  const before = claims
    .competitors()
    .filter((other) => other.share !== job.share && goesFirst(other, own))
    .sort((a, b) => (goesFirst(a, b) ? -1 : 1));
  return {
    ...told(job.share),
    sharesBeforeCount: before.length,
    sharesBefore: before.slice(0, SHARES_SHOWN_MAX).map(({ share }) => told(share)),
  };
}
