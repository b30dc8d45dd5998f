import type { JobQueue } from "../../batch/job-queue.ts";
import { addResources, NO_RESOURCES } from "../../batch/resources.ts";
import type { LiveJob, LiveState } from "../../store/live-state.ts";
import { isLeft } from "../placement.ts";
import type { AskedJob, ExplainFacts } from "./asked-job.ts";
import type { PlaceInLine } from "./explanation.ts";
import { goesFirstInShare } from "./overtaken.ts";
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

/** Whether jobs of the other queue may take what the job waits for. */
function isCompeting(
  other: JobQueue,
  own: JobQueue,
  { job, consumableResources }: AskedJob,
  { state, capacity, keptForOnDemand = NO_RESOURCES }: ExplainFacts,
): boolean {
  const arns = new Set(own.computeEnvironmentOrder.map(({ computeEnvironment }) => computeEnvironment));
  if (other.computeEnvironmentOrder.some(({ computeEnvironment }) => arns.has(computeEnvironment)))
    return true;
  // Consumable resources and the room of the host are for the jobs of all environments.
  const wanted = addResources(job.resources, keptForOnDemand);
  return consumableResources.length > 0 || !isLeft(wanted, capacity.host, state.jobs.hostUsage);
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
function waitingFor({ jobId, parent }: LiveJob, { jobs }: LiveState): ReadonlySet<string> | undefined {
  const found = new Set([jobId, ...(parent === undefined ? [] : [parent.jobId])]);
  // What is added meanwhile is come to as well.
  for (const id of found) {
    for (const dependent of jobs.waitingFor.dependencies.dependentsOf(id)) {
      if (found.size > WAITING_LOOKED_AT_MAX) return undefined;
      found.add(dependent.jobId);
    }
  }
  return found;
}
