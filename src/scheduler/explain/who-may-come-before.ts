import type { LiveJob, LiveState } from "../../store/live-state.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import type { PlaceInLine } from "./explanation.ts";
import { goesFirstInShare } from "./remedies/overtaken.ts";
import { isCompeting } from "./remedies/rivals.ts";
import { queuesBefore } from "./who-goes-before.ts";

/** Of more jobs that wait for others not all are looked at. */
const WAITING_LOOKED_AT_MAX = 1_000;

/**
 * Of the jobs that wait for the ends of others one that may go before the job then; without its id where there are more
 * such jobs than are looked at. One that waits for the job itself never does.
 */
export function whoMayComeBefore(asked: AskedJob, facts: ExplainFacts): Pick<PlaceInLine, "comingBefore"> {
  const { state } = facts;
  const { job } = asked;
  const behind = waitingFor(job, state);
  if (behind === undefined) return { comingBefore: {} };
  let lookedAtCount = 0;
  for (const other of waitingBefore(asked, facts)) {
    if (lookedAtCount === WAITING_LOOKED_AT_MAX) return { comingBefore: {} };
    lookedAtCount += 1;
    if (!waitsForOthers(other, state) || behind.has(other.jobId) || !mayGoFirst(other, job)) continue;
    const { name = other.jobQueueArn } = state.jobQueues.get(other.jobQueueArn) ?? {};
    return { comingBefore: { jobId: other.jobId, jobQueue: name } };
  }
  return {};
}

/** The jobs that have not become RUNNABLE, and arrays, of its queue and of those that go before it to what it waits for. */
function* waitingBefore(asked: AskedJob, facts: ExplainFacts): Generator<LiveJob, undefined, undefined> {
  const { jobs, jobQueues } = facts.state;
  const jobQueue = jobQueues.get(asked.job.jobQueueArn);
  if (jobQueue === undefined) return undefined;
  yield* jobs.waitingOf(jobQueue.arn);
  for (const earlier of queuesBefore(jobQueue, facts.state)) {
    if (isCompeting(earlier, jobQueue, asked, facts)) yield* jobs.waitingOf(earlier.arn);
  }
  return undefined;
}

/** An array whose children wait for capacity, or were all started, is no such job. */
function waitsForOthers(other: LiveJob, { jobs }: LiveState): boolean {
  const array = jobs.arrayOf(other);
  if (array?.unspawned === undefined) return true;
  return array.unspawned.status === "PENDING" && array.unspawnedCount > 0;
}

/** In what order shares go changes with time. */
function mayGoFirst(other: LiveJob, job: LiveJob): boolean {
  return other.share !== job.share || goesFirstInShare({ job: other, childIndex: 0 }, job);
}

/** The ids of those that wait for the job, or for one that does; undefined: more than are looked at. */
function waitingFor(job: LiveJob, { jobs }: LiveState): ReadonlySet<string> | undefined {
  const { jobId, parent } = job;
  const { dependencies } = jobs.waitingFor;
  const found = new Set([jobId, ...(parent === undefined ? [] : [parent.jobId])]);
  const halfway = hasOthersUnderWay(job, jobs) ? (parent ?? job).jobId : undefined;
  // What is added meanwhile is come to as well.
  for (const id of found) {
    const paired = id === halfway ? [] : jobs.waitingFor.pairedWith(id);
    for (const waiting of both(dependencies.dependentsOf(id), paired)) {
      if (found.size > WAITING_LOOKED_AT_MAX) return undefined;
      found.add(waiting.jobId);
    }
  }
  return found;
}

/** Whether others of its array are under way: who waits for each child by itself may wait for one of these, not for the job. */
function hasOthersUnderWay(job: LiveJob, jobs: LiveState["jobs"]): boolean {
  const underWayCount = jobs.arrayOf(job.parent ?? job)?.liveChildren.size ?? 0;
  return underWayCount > (job.parent === undefined ? 0 : 1);
}

function* both(a: Iterable<LiveJob>, b: Iterable<LiveJob>): Generator<LiveJob, undefined, undefined> {
  yield* a;
  yield* b;
  return undefined;
}
