import type { LiveJob } from "../../store/live-state.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import { FairShareOrder } from "./fair-share.ts";
import { FirstComeOrder } from "./first-come.ts";

/** In which order a queue's jobs are tried in one cycle. */
export interface QueueOrder {
  /** The job that goes next, or the array whose next child does; undefined if none may go in this cycle. */
  next(): LiveJob | undefined;
  /** The job that `next` gave was placed. */
  placed(): void;
  /** The job that `next` gave could not be placed: it and all behind it wait for the next cycle. */
  blocked(): void;
}

export function orderOf(queue: ReadyQueue, nowMs: number): QueueOrder {
  return queue.fairShare === undefined
    ? new FirstComeOrder(queue)
    : new FairShareOrder(queue, queue.fairShare, nowMs);
}

/** The heads of the queue's shares in the order in which a cycle in which none can be placed looks at them. */
export function* headsOf(queue: ReadyQueue, nowMs: number): Generator<LiveJob, undefined, undefined> {
  const order = orderOf(queue, nowMs);
  for (let job = order.next(); job !== undefined; job = order.next()) {
    yield job;
    order.blocked();
  }
  return undefined;
}
