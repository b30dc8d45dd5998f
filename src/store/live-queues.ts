import { NO_JOBS } from "../batch/job.ts";
import type { JobCounts } from "../batch/job.ts";
import { IndexedHeap } from "../lib/indexed-heap.ts";
import type { JobStatus } from "../model/batch.ts";
import type { LiveJob } from "./live-job.ts";

/** The live jobs of one queue. */
export interface QueueJobs {
  /** RUNNABLE jobs, and arrays whose next child is, in their order. */
  readonly runnable: IndexedHeap<LiveJob>;
  /** Those in SUBMITTED and PENDING. */
  readonly waiting: Set<LiveJob>;
  readonly counts: Record<JobStatus, number>;
}

/** The live jobs of each queue: in order, waiting, and counted. */
export class LiveQueues {
  readonly #queues = new Map<string, QueueJobs>();

  headOf(jobQueueArn: string): LiveJob | undefined {
    return this.#queues.get(jobQueueArn)?.runnable.peek();
  }

  frontOf(jobQueueArn: string, count: number): readonly LiveJob[] {
    return this.#queues.get(jobQueueArn)?.runnable.first(count) ?? [];
  }

  waitingOf(jobQueueArn: string): ReadonlySet<LiveJob> {
    return this.#queues.get(jobQueueArn)?.waiting ?? NOBODY;
  }

  countsOf(jobQueueArn: string): JobCounts {
    return this.#queues.get(jobQueueArn)?.counts ?? NO_JOBS;
  }

  /** For changing it: made where it is not there yet. */
  of(jobQueueArn: string): QueueJobs {
    let jobs = this.#queues.get(jobQueueArn);
    if (jobs === undefined) {
      jobs = { runnable: new IndexedHeap(isBefore), waiting: new Set(), counts: { ...NO_JOBS } };
      this.#queues.set(jobQueueArn, jobs);
    }
    return jobs;
  }

  forget(jobQueueArn: string): void {
    this.#queues.delete(jobQueueArn);
  }
}

const NOBODY: ReadonlySet<LiveJob> = new Set();

/** Children of one array have its place in the queue, and go by their indexes. */
function isBefore(a: LiveJob, b: LiveJob): boolean {
  if (a.queuePosition !== b.queuePosition) return a.queuePosition < b.queuePosition;
  return (a.childIndex ?? 0) < (b.childIndex ?? 0);
}
