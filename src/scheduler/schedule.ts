import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { Resources } from "../batch/resources.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";
import { lackOfConsumables } from "./consumables.ts";
import { fitInto } from "./placement.ts";
import type { Fit } from "./placement.ts";
import { moreTelling } from "./wait-reason.ts";
import type { WaitReason } from "./wait-reason.ts";

/** One job given its place: a decision, true once it is committed. */
export interface Placement {
  readonly job: LiveJob;
  readonly computeEnvironment: ComputeEnvironment;
}

/** What a cycle leaves: the queues whose head could not be placed, and why. */
export interface CycleReport {
  readonly blocked: readonly BlockedQueue[];
  /** The limit on placements was reached with jobs left that may fit: another cycle is due at once. */
  readonly isCutShort: boolean;
}

export interface BlockedQueue {
  readonly jobQueueArn: string;
  /** The job at the head, behind which the others of the queue wait. */
  readonly jobId: string;
  readonly because: WaitReason;
}

/**
 * One scheduling cycle.
 *
 * 1. Queues go by descending priority, equal ones by ARN; each dispatches while resources last.
 *    (AWS Batch User Guide, "Job queues": compute environments are shared by queue priority.)
 * 2. Within a queue the job at the head goes next: first come, first served, retried jobs at the front.
 * 3. Its queue's compute environments are tried in their order; the first that takes the job gets it.
 * 4. A head that no environment takes blocks its queue, and only its queue.
 *
 * `place` makes each placement true in the state before the next is decided. At most `limit` jobs are placed, so that
 * a cycle holds nobody up for long; its cost grows with what is placed and with the number of queues, never with the
 * number of waiting jobs.
 */
export function schedule(
  state: LiveState,
  hostCapacity: Resources,
  limit: number,
  place: (placement: Placement) => void,
): CycleReport {
  const blocked: BlockedQueue[] = [];
  let placedCount = 0;
  for (const jobQueue of queuesByPriority(state)) {
    let job = state.jobs.headOf(jobQueue.arn);
    while (job !== undefined && placedCount < limit) {
      const fit = firstFit(jobQueue, job, state, hostCapacity);
      if (!fit.fits) {
        blocked.push({ jobQueueArn: jobQueue.arn, jobId: job.jobId, because: fit.because });
        break;
      }
      place({ job, computeEnvironment: fit.computeEnvironment });
      placedCount += 1;
      job = state.jobs.headOf(jobQueue.arn);
    }
    if (placedCount >= limit) return { blocked, isCutShort: true };
  }
  return { blocked, isCutShort: false };
}

/** The report of a cycle that must not place anything: every queue that holds jobs is blocked at its head. */
export function placeNothing(state: LiveState, because: WaitReason): CycleReport {
  const blocked = queuesByPriority(state).flatMap(({ arn }) => {
    const head = state.jobs.headOf(arn);
    return head === undefined ? [] : [{ jobQueueArn: arn, jobId: head.jobId, because }];
  });
  return { blocked, isCutShort: false };
}

/** Queues that have RUNNABLE jobs, in the order in which they dispatch. A DISABLED queue still dispatches what it holds. */
function queuesByPriority(state: LiveState): JobQueue[] {
  return [...state.jobQueues.values()]
    .filter((queue) => queue.status !== "DELETING" && state.jobs.headOf(queue.arn) !== undefined)
    .sort((a, b) => b.priority - a.priority || (a.arn < b.arn ? -1 : 1));
}

function firstFit(jobQueue: JobQueue, job: LiveJob, state: LiveState, hostCapacity: Resources): Fit {
  let because: WaitReason = "environments-unavailable";
  for (const { computeEnvironment } of jobQueue.computeEnvironmentOrder) {
    const fit = fitInto(state.computeEnvironments.get(computeEnvironment), job, state, hostCapacity);
    if (fit.fits) {
      const lack = lackOfConsumables(job, state);
      return lack === undefined ? fit : { fits: false, because: lack };
    }
    because = moreTelling(because, fit.because);
  }
  return { fits: false, because };
}
