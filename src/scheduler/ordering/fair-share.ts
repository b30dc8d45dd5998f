import { claimOf, usageAt } from "../../batch/fair-share.ts";
import { assert } from "../../lib/assert.ts";
import { IndexedHeap } from "../../lib/indexed-heap.ts";
import type { LiveJob } from "../../store/live-state.ts";
import type { FairShare, ReadyQueue } from "../../store/live-queues.ts";
import type { LiveShare } from "../../store/live-share.ts";
import { isActive } from "./active-shares.ts";
import type { QueueOrder } from "./queue-order.ts";

/** A share that has jobs to be placed, in one cycle. */
interface Competitor {
  readonly share: LiveShare;
  readonly weight: number;
  /** Until now: the instants of a cycle are one. */
  readonly averageVcpuMillis: number;
  /** What it has had times its weight: the lowest goes next. */
  claim: number;
  /** The place of its head decides among equals. */
  position: number;
  heapIndex: number;
}

/**
 * Fair share: the next job is from the share of the lowest claim times weight, and within a share by scheduling priority
 * (https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html, specification 7.3). A job that cannot be
 * placed holds up its own share only.
 */
export class FairShareOrder implements QueueOrder {
  readonly #competitors = new IndexedHeap<Competitor>(isOlder, claimOfCompetitor);

  constructor(queue: ReadyQueue, fairShare: FairShare, nowMs: number) {
    const weightOf = weigher(queue, fairShare, nowMs);
    for (const share of queue.ready) {
      const { averageVcpuMillis: average, vcpuMillis, asOfMs } = share;
      const averageVcpuMillis = usageAt(average, vcpuMillis, nowMs - asOfMs, fairShare.halfLifeMs);
      const weight = weightOf(share.identifier);
      this.#add({ share, weight, averageVcpuMillis, claim: 0, position: 0, heapIndex: -1 });
    }
  }

  next(): LiveJob | undefined {
    return this.#competitors.peek()?.share.runnable.peek();
  }

  placed(): void {
    this.#add(this.#takeFirst());
  }

  blocked(): void {
    this.#takeFirst();
  }

  #takeFirst(): Competitor {
    const first = this.#competitors.peek();
    assert(first !== undefined, "no share was asked");
    this.#competitors.remove(first);
    return first;
  }

  #add(competitor: Competitor): void {
    const { share, weight, averageVcpuMillis } = competitor;
    const head = share.runnable.peek();
    if (head === undefined) return;
    competitor.claim = claimOf(averageVcpuMillis, share.vcpuMillis) * weight;
    competitor.position = head.queuePosition;
    this.#competitors.add(competitor);
  }
}

function claimOfCompetitor({ claim }: Competitor): number {
  return claim;
}

function isOlder(a: Competitor, b: Competitor): boolean {
  return a.position < b.position;
}

/** The weight of each share. The factor of a prefix counts once for each active share that it speaks for. */
export function weigher(
  queue: ReadyQueue,
  { weights }: FairShare,
  nowMs: number,
): (shareIdentifier: string) => number {
  if (!weights.hasPrefixes) return (identifier) => weights.weightOf(identifier, 1);
  const activeByEntry = new Map<unknown, number>();
  for (const share of queue.shares.values()) {
    if (!isActive(share, nowMs)) continue;
    const entry = weights.entryOf(share.identifier);
    activeByEntry.set(entry, (activeByEntry.get(entry) ?? 0) + 1);
  }
  return (identifier) => weights.weightOf(identifier, activeByEntry.get(weights.entryOf(identifier)) ?? 1);
}
