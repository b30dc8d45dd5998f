import type { LiveJob } from "../../store/live-state.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import type { QueueOrder } from "./queue-order.ts";

/**
 * First come, first served: the head of the queue is the job of the lowest place, and all wait behind it
 * (AWS Batch User Guide, "Job scheduling"; specification 7.1).
 */
export class FirstComeOrder implements QueueOrder {
  readonly #queue: ReadyQueue;
  #isBlocked = false;

  constructor(queue: ReadyQueue) {
    this.#queue = queue;
  }

  next(): LiveJob | undefined {
    if (this.#isBlocked) return undefined;
    // Such a queue has one share.
    for (const { runnable } of this.#queue.ready) return runnable.peek();
    return undefined;
  }

  placed(): void {
    // What was placed is not in the queue any more.
  }

  blocked(): void {
    this.#isBlocked = true;
  }
}
