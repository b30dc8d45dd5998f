import type { JobQueue } from "../../../batch/job-queue.ts";
import type { LiveShare } from "../../../store/live-share.ts";
import type { LiveJob, LiveState } from "../../../store/live-state.ts";
import { compareQueues } from "../../ordering/compare-queues.ts";
import { goesFirst, ShareClaims } from "../../ordering/fair-share.ts";
import type { ExplainFacts } from "../asked-job.ts";
import { attemptsLeftOf } from "./ending-jobs.ts";
import type { Holder, Room } from "./ending-jobs.ts";
import { freedBy } from "./freed-jobs.ts";
import type { FreedJob } from "./freed-jobs.ts";
import { hasSmallerRivals } from "./rivals.ts";

/** Of more ends that are enough nobody asks who goes first after each. */
const ENDS_ASKED_ABOUT_MAX = 200;

/** Whether nobody goes before the job once these have ended, which is to be asked last. */
export function nextAfter(job: LiveJob, facts: ExplainFacts): Room["isEnough"] {
  let askedCount = 0;
  let isAlone: boolean | undefined;
  return (ended) => {
    // Ends do not come together: a smaller job takes what the first of them gives back.
    if (ended.length > 1 && !(isAlone ??= !hasSmallerRivals(job, facts))) return false;
    askedCount += 1;
    return askedCount <= ENDS_ASKED_ABOUT_MAX && !isOvertaken(ended, job, facts);
  };
}

/**
 * Whether somebody else goes before the job once these have ended well: a job that waited for them, or another share that
 * has less then.
 */
export function isOvertaken(ended: readonly Holder[], job: LiveJob, facts: ExplainFacts): boolean {
  const freed = freedBy(
    ended.map((holder) => holder.job),
    facts.state,
  );
  if (freed === undefined) return true;
  const isOfQueue = (other: FreedJob): boolean => other.job.jobQueueArn === job.jobQueueArn;
  const isAnyBefore = freed.some((other) =>
    isOfQueue(other)
      ? other.job.share === job.share && goesFirstInShare(other, job)
      : isOfEarlierQueue(other.job, job, facts.state),
  );
  return isAnyBefore || hasLessThen(ended, freed.filter(isOfQueue), job, facts);
}

/** Whether one of these goes before the job again if its attempt fails. */
export function isTriedAgainBefore(ended: readonly Holder[], job: LiveJob, state: LiveState): boolean {
  return ended.some(
    ({ job: other }) =>
      attemptsLeftOf(other) > 0 &&
      (other.jobQueueArn === job.jobQueueArn || isOfEarlierQueue(other, job, state)),
  );
}

function isOfEarlierQueue({ jobQueueArn }: LiveJob, job: LiveJob, { jobQueues }: LiveState): boolean {
  const other = jobQueues.get(jobQueueArn);
  const own = jobQueues.get(job.jobQueueArn);
  return other !== undefined && own !== undefined && dispatchesBefore(other, own);
}

/** Whether the one queue goes before the other in a cycle. */
export function dispatchesBefore(other: JobQueue, own: JobQueue): boolean {
  return other !== own && other.status !== "DELETING" && compareQueues(other, own) < 0;
}

/** Whether the one goes before the other, of the same share. */
export function goesFirstInShare({ job: other, childIndex }: FreedJob, job: LiveJob): boolean {
  if (other.schedulingPriority !== job.schedulingPriority)
    return other.schedulingPriority > job.schedulingPriority;
  if (other.queuePosition !== job.queuePosition) return other.queuePosition < job.queuePosition;
  return childIndex < (job.childIndex ?? 0);
}

/** Whether another share with waiting jobs has less than that of the job once these have ended, so that it goes first. */
function hasLessThen(
  ended: readonly Holder[],
  freed: readonly FreedJob[],
  { jobQueueArn, share: own, queuePosition }: LiveJob,
  { state, nowMs }: ExplainFacts,
): boolean {
  const queue = state.jobs.readyQueue(jobQueueArn);
  if (queue?.fairShare === undefined) return false;
  const claims = new ShareClaims(queue, queue.fairShare, nowMs);
  const endedMillis = new Map<LiveShare, number>();
  for (const { job, ofHost } of ended) {
    if (job.jobQueueArn !== jobQueueArn) continue;
    endedMillis.set(job.share, (endedMillis.get(job.share) ?? 0) + ofHost.vcpuMillis);
  }
  const headPositions = new Map([...endedMillis.keys()].map((share) => [share, share.headPosition]));
  for (const { job } of freed) {
    const first = headPositions.get(job.share) ?? job.share.headPosition;
    headPositions.set(job.share, Math.min(first, job.queuePosition));
  }
  const claimOfShare = (share: LiveShare): number =>
    claims.of(share, share.vcpuMillis - (endedMillis.get(share) ?? 0));
  const ownTurn = { share: { headPosition: queuePosition }, claim: claimOfShare(own) };
  return [...headPositions].some(([share, headPosition]) => {
    if (share === own || headPosition === Infinity) return false;
    return goesFirst({ share: { headPosition }, claim: claimOfShare(share) }, ownTurn);
  });
}
