import { blockedReasonOf, isToldOf } from "../batch/blocked-head.ts";
import type { BlockedHead } from "../batch/blocked-head.ts";
import { ENGINE_CAUSE } from "../batch/cause.ts";
import { childJobId, submittedJobId } from "../batch/child-job.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import { canceledByTimeLimit } from "../batch/status-reason.ts";
import { blockedReason } from "../scheduler/blocked-reason.ts";
import type { BlockedQueue, CycleReport } from "../scheduler/schedule.ts";
import type { Change } from "../store/change.ts";
import { endWaiting } from "../store/end-jobs.ts";
import type { WaitingEnd } from "../store/end-jobs.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import type { Instant } from "./instant.ts";

/**
 * How long a job stands at the head of its queue for one reason before it is judged to block it. AWS names no time; its
 * shortest time limit is as long (AWS Batch API Reference, "JobStateTimeLimitAction").
 */
export const BLOCKED_AFTER_SECONDS = 600;

/** How old a standing is when it is written down: on a busy host the heads of queues change with every cycle. */
const NOTED_AFTER_MS = 10_000;

/** What is looked at after a cycle, and what makes it true. */
interface LookFacts {
  readonly state: LiveState;
  readonly apply: (change: Change) => void;
  readonly now: Instant;
  /** What the provider says of itself while it is away. */
  readonly outage: string | undefined;
}

/** A job that stands at the head of its queue for a reason that AWS has a word for. */
interface Head {
  readonly jobQueue: JobQueue;
  /** The job, or the array whose next child is at the head. */
  readonly job: LiveJob;
  /** Of an array that of the child. */
  readonly jobId: string;
  readonly statusReason: string;
  readonly reason: string;
}

interface Standing {
  readonly jobId: string;
  readonly reason: string;
  readonly sinceMonotonicMs: number;
  /** Whether the queue's record has it. */
  isNoted: boolean;
}

/**
 * Finds queues that are blocked (specification 6.3, 6.4). Only the job at the head of a queue is judged, by how long it has
 * stood there for one reason without a break:
 *
 * 1. After ten seconds that is written to the queue's record; a restart goes on from there.
 * 2. After the time to judge, 600 seconds by default, those who follow jobs are told: once for each job and reason.
 * 3. After the time that the queue's `jobStateTimeLimitActions` allow for the reason the job is cancelled.
 *
 * Lengths are measured on the monotonic clock; only what passed before a restart is taken from the wall clock. A job that
 * waits for its turn in an environment that is full blocks nobody, however long that takes.
 *
 * The children of an array are alike, so one that is cancelled takes with it all that have not been placed: on AWS each
 * would first have to stand at the head for as long itself.
 */
export class BlockedQueues {
  readonly #blockedAfterMs: number;
  /** What the standings were gathered on: after a commit that failed there is another one. */
  #state: LiveState | undefined;
  /** By the ARN of the queue. */
  #standings: ReadonlyMap<string, Standing> = new Map();

  constructor(blockedAfterMs: number) {
    this.#blockedAfterMs = blockedAfterMs;
  }

  /** To be called after each cycle that may place jobs. Returns the milliseconds until it is to be called again. */
  look({ blocked, isCutShort }: CycleReport, facts: LookFacts): number | undefined {
    const { state, now } = facts;
    const before = state === this.#state ? this.#standings : takeUp(state, now);
    // A cycle that was cut short says nothing of the queues that it did not come to.
    const standings = new Map(isCutShort ? before : []);
    for (const { jobQueueArn } of blocked) standings.delete(jobQueueArn);
    const heads = blocked.flatMap((queue) => headOf(queue, facts));
    for (const head of heads) standings.set(head.jobQueue.arn, stand(head, before, now));
    this.#state = state;
    this.#standings = standings;

    for (const [arn, standing] of before) if (standings.get(arn) !== standing) withdraw(arn, standing, facts);
    const dueMs = Math.min(...heads.map((head) => this.#judge(head, facts)));
    return dueMs === Infinity ? undefined : dueMs;
  }

  /** Returns the milliseconds until there is something to do about the head; infinite if there is nothing. */
  #judge({ jobQueue, job, jobId, statusReason, reason }: Head, { state, apply, now }: LookFacts): number {
    const standing = this.#standings.get(jobQueue.arn);
    if (standing === undefined) return Infinity;
    const stoodMs = now.monotonicMs - standing.sinceMonotonicMs;
    const limitMs = timeLimitMs(jobQueue, reason);
    const isOver = stoodMs >= limitMs;
    const record = recordOf(jobQueue, jobId);
    const isTold = isToldOf(record, reason);
    const isToTell = !isTold && (isOver || stoodMs >= this.#blockedAfterMs);
    if (isToTell || (!standing.isNoted && stoodMs >= NOTED_AFTER_MS)) {
      const notice = { statusReason, atMs: now.nowMs };
      const blockedHead = {
        jobId,
        standing: { reason, sinceMs: Math.round(now.nowMs - stoodMs) },
        told: isToTell ? [...record.told, notice] : record.told,
      };
      apply({ kind: "job-queue-put", jobQueue: { ...jobQueue, blockedHead } });
      standing.isNoted = true;
    }
    if (isOver) {
      for (const change of endWaiting(state.jobs, job, timeLimitEnd(reason, now.nowMs))) apply(change);
      return 0;
    }
    const nextMs = standing.isNoted ? Infinity : NOTED_AFTER_MS;
    const judgedMs = isTold || isToTell ? Infinity : this.#blockedAfterMs;
    return Math.min(nextMs, judgedMs, limitMs) - stoodMs;
  }
}

/** What the records of queues have of standings, as after a restart. */
function takeUp({ jobQueues }: LiveState, now: Instant): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const { arn, blockedHead } of jobQueues.values()) {
    if (blockedHead?.standing === undefined) continue;
    const { reason, sinceMs } = blockedHead.standing;
    const sinceMonotonicMs = now.monotonicMs - Math.max(0, now.nowMs - sinceMs);
    standings.set(arn, { jobId: blockedHead.jobId, reason, sinceMonotonicMs, isNoted: true });
  }
  return standings;
}

function headOf(
  { jobQueueArn, jobId, because, wanted }: BlockedQueue,
  { state, outage }: LookFacts,
): readonly Head[] {
  const statusReason = blockedReason(because, outage, wanted);
  const jobQueue = state.jobQueues.get(jobQueueArn);
  if (statusReason === undefined || jobQueue === undefined) return [];
  const job = state.jobs.find(jobQueue.scope, jobId);
  if (job === undefined) return [];
  const array = state.jobs.arrayOf(job);
  const headId = array === undefined ? jobId : childJobId({ kind: "array", jobId }, array.nextUnspawned());
  return [{ jobQueue, job, jobId: headId, statusReason, reason: blockedReasonOf(statusReason) }];
}

function stand(
  { jobQueue, jobId, reason }: Head,
  before: ReadonlyMap<string, Standing>,
  { monotonicMs }: Instant,
): Standing {
  const known = before.get(jobQueue.arn);
  if (known?.jobId === jobId && known.reason === reason) return known;
  return { jobId, reason, sinceMonotonicMs: monotonicMs, isNoted: false };
}

/** Takes a standing that is over out of the record. What was told of a job stays there as long as the job may come back. */
function withdraw(jobQueueArn: string, { jobId, isNoted }: Standing, { state, apply }: LookFacts): void {
  const jobQueue = state.jobQueues.get(jobQueueArn);
  if (!isNoted || jobQueue?.blockedHead?.jobId !== jobId) return;
  const { blockedHead, ...others } = jobQueue;
  const isKept = blockedHead.told.length > 0 && state.jobs.find(jobQueue.scope, submittedJobId(jobId));
  const kept = isKept ? { blockedHead: { jobId, told: blockedHead.told } } : {};
  apply({ kind: "job-queue-put", jobQueue: { ...others, ...kept } });
}

function recordOf({ blockedHead }: JobQueue, jobId: string): BlockedHead {
  return blockedHead?.jobId === jobId ? blockedHead : { jobId, told: [] };
}

/** Queues of jobs on compute environments have limits for RUNNABLE jobs only, and can do nothing but cancel them. */
function timeLimitMs({ jobStateTimeLimitActions }: JobQueue, reason: string): number {
  const action = jobStateTimeLimitActions.find((candidate) => candidate.reason === reason);
  return action === undefined ? Infinity : action.maxTimeSeconds * 1000;
}

function timeLimitEnd(reason: string, atMs: number): WaitingEnd {
  const flags = { isCancelled: true, stoppedBy: ENGINE_CAUSE };
  return { statusReason: canceledByTimeLimit(reason), atMs, flags };
}
