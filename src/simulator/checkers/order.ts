import { policyKind } from "../../batch/scheduling-policy.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { IndexedHeap } from "../../lib/indexed-heap.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** A job that waits for its turn, or the next child of an array. */
interface Waiting {
  readonly job: KnownJob;
  readonly priority: number;
  queuePosition: number;
  childIndex: number;
  heapIndex: number;
}

/**
 * No job starts before one of the same queue and share that had to come first: by scheduling priority where shares
 * compete, then by its place, then by its index. And in one cycle no queue is served before one of a higher priority.
 */
export function checkOrder({ fail }: CheckerTools): Checker {
  const order = new Order();
  let lastServed: JobQueue | undefined;

  const start = (job: KnownJob, waiting: Waiting): void => {
    const first = order.firstBefore(waiting);
    if (first !== undefined) fail(`${job.jobId} starts before ${first.job.jobId}`);
    const queue = order.queues.get(job.job.jobQueueArn);
    if (queue === undefined) return;
    if (lastServed !== undefined && isServedBefore(queue, lastServed)) {
      fail(`${job.jobId} of ${queue.name} starts after jobs of ${lastServed.name} in one cycle`);
    }
    lastServed = queue;
  };

  return {
    changed(change) {
      if (change.kind === "job-queue-put") order.queues.set(change.jobQueue.arn, change.jobQueue);
      if (change.kind !== "plain-resource-put" || change.resource.resourceType !== "scheduling-policy")
        return;
      if (policyKind(change.resource) === "fair-share") order.fairSharePolicies.add(change.resource.arn);
    },
    appeared(job) {
      if (job.status === "RUNNABLE") order.enter(job);
      if (job.parent !== undefined) order.lookAtArray(job.parent);
    },
    moved(job, before) {
      const waiting = before === "RUNNABLE" ? order.find(job) : undefined;
      if (waiting !== undefined && job.status === "STARTING") start(job, waiting);
      order.leave(job);
      if (job.status === "RUNNABLE") order.enter(job);
      order.lookAtArray(job);
    },
    committed() {
      lastServed = undefined;
    },
  };
}

function isServedBefore(a: JobQueue, b: JobQueue): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.arn < b.arn);
}

class Order {
  readonly queues = new Map<string, JobQueue>();
  readonly fairSharePolicies = new Set<string>();
  readonly #lines = new Map<string, IndexedHeap<Waiting>>();
  readonly #waiting = new Map<string, Waiting>();

  find({ jobId }: KnownJob): Waiting | undefined {
    return this.#waiting.get(jobId);
  }

  /** What stands before it in its line. */
  firstBefore(waiting: Waiting): Waiting | undefined {
    const first = this.#lineOf(waiting.job).peek();
    return first !== undefined && precedes(first, waiting) ? first : undefined;
  }

  enter(job: KnownJob): void {
    // Nodes are placed with their job.
    if (job.parent !== undefined && job.job.nodes !== undefined) return;
    this.#add(job, job.childIndex ?? 0);
  }

  leave({ jobId }: KnownJob): void {
    const waiting = this.#waiting.get(jobId);
    if (waiting === undefined) return;
    this.#lineOf(waiting.job).remove(waiting);
    this.#waiting.delete(jobId);
  }

  /** An array stands for the next of its children that has not been spawned. */
  lookAtArray(array: KnownJob): void {
    const { job, unspawned, children } = array;
    if (job.arraySize === undefined || array.parent !== undefined || unspawned === undefined) return;
    let next = this.#waiting.get(array.jobId)?.childIndex ?? 0;
    while (children.has(next)) next += 1;
    this.leave(array);
    if (unspawned.status === "RUNNABLE" && next < job.arraySize) this.#add(array, next);
  }

  #add(job: KnownJob, childIndex: number): void {
    const priority = this.#isFairShare(job) ? (job.job.schedulingPriority ?? 0) : 0;
    const waiting = { job, priority, queuePosition: job.queuePosition, childIndex, heapIndex: -1 };
    this.#waiting.set(job.jobId, waiting);
    this.#lineOf(job).add(waiting);
  }

  #lineOf(known: KnownJob): IndexedHeap<Waiting> {
    const { jobQueueArn, shareIdentifier = "" } = known.job;
    const key = this.#isFairShare(known) ? `${jobQueueArn} ${shareIdentifier}` : jobQueueArn;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = new IndexedHeap(precedes);
      this.#lines.set(key, line);
    }
    return line;
  }

  #isFairShare({ job: { jobQueueArn } }: KnownJob): boolean {
    const { schedulingPolicyArn } = this.queues.get(jobQueueArn) ?? {};
    return schedulingPolicyArn !== undefined && this.fairSharePolicies.has(schedulingPolicyArn);
  }
}

function precedes(a: Waiting, b: Waiting): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.queuePosition !== b.queuePosition) return a.queuePosition < b.queuePosition;
  return a.childIndex < b.childIndex;
}
