import { usageAt } from "../batch/fair-share.ts";
import type { ShareWeightEntry } from "../batch/fair-share.ts";
import { SortedList } from "../lib/sorted-list.ts";
import type { LiveJob } from "./live-job.ts";
import type { MutableQueue } from "./live-queues.ts";

/** The jobs of one share of a queue, and what they have had. */
export interface LiveShare {
  /** `NO_SHARE` in a queue that goes first come, first served. */
  readonly identifier: string;
  readonly queue: Pick<MutableQueue, "arn" | "halfLifeMs">;
  /** What the queue's policy says of it. */
  readonly weightEntry: ShareWeightEntry | undefined;
  /** RUNNABLE jobs, and arrays whose next child is, in their order. */
  readonly runnable: Pick<SortedList<LiveJob>, "size" | "peek" | "first" | "before" | "countBefore">;
  /** The place in the queue of the first of them; infinite where there is none. */
  readonly headPosition: number;
  /** Jobs that have not ended. */
  readonly liveCount: number;
  /** When the last of its jobs ended: it is active for a while longer. Undefined before that. */
  readonly lastEndAtMs: number | undefined;
  /** What its attempts under way have. */
  readonly vcpuMillis: number;
  /** What it had on average lately, as of `asOfMs`: see `batch/fair-share.ts`. */
  readonly averageVcpuMillis: number;
  readonly asOfMs: number;
}

export class MutableShare implements LiveShare {
  readonly identifier: string;
  readonly queue: MutableQueue;
  weightEntry: ShareWeightEntry | undefined;
  readonly runnable = new SortedList<LiveJob>(orderKey, isChildBefore);
  headPosition = Infinity;
  liveCount = 0;
  lastEndAtMs: number | undefined;
  vcpuMillis = 0;
  averageVcpuMillis = 0;
  asOfMs = 0;

  constructor(queue: MutableQueue, identifier: string) {
    this.queue = queue;
    this.identifier = identifier;
    this.weightEntry = queue.fairShare?.weights.entryOf(identifier);
  }

  addRunnable(job: LiveJob): void {
    this.runnable.add(job);
    this.#lookAtHead();
  }

  removeRunnable(job: LiveJob): void {
    this.runnable.remove(job);
    this.#lookAtHead();
  }

  /** By the key: the job itself need not be read. */
  #lookAtHead(): void {
    const { firstKey } = this.runnable;
    this.headPosition = firstKey === undefined ? Infinity : firstKey - Math.round(firstKey / PLACES) * PLACES;
  }

  /** Its attempts have so much more from the instant on, or less. */
  addUsage(vcpuMillis: number, atMs: number): void {
    this.bringTo(atMs);
    this.vcpuMillis += vcpuMillis;
    this.queue.vcpuMillis += vcpuMillis;
  }

  /** Takes what it has had since `asOfMs` into its average. Time does not run backwards here. */
  bringTo(nowMs: number): void {
    if (this.queue.halfLifeMs === 0 || nowMs <= this.asOfMs) return;
    this.averageVcpuMillis = averageAt(this, nowMs);
    this.asOfMs = nowMs;
  }
}

/**
 * What the share has had on average lately, until now: `usageAt` of `batch/fair-share.ts`. For queues with fair share.
 */
export function averageAt(
  { averageVcpuMillis, vcpuMillis, asOfMs, queue }: LiveShare,
  nowMs: number,
): number {
  return usageAt(averageVcpuMillis, vcpuMillis, nowMs - asOfMs, queue.halfLifeMs);
}

/** Places in a queue are less than half of this away from 0, by far. */
const PLACES = 2 ** 38;

/** Within a share higher `schedulingPriority`, up to 9,999, goes first, then the place in the queue. */
function orderKey({ schedulingPriority, queuePosition }: LiveJob): number {
  return queuePosition - schedulingPriority * PLACES;
}

/** Children of one array have its place and go by their indexes. */
function isChildBefore(a: LiveJob, b: LiveJob): boolean {
  return (a.childIndex ?? 0) < (b.childIndex ?? 0);
}
