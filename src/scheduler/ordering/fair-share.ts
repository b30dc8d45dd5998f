import { claimOf, weightOf } from "../../batch/fair-share.ts";
import { assert } from "../../lib/assert.ts";
import { MinHeap } from "../../lib/min-heap.ts";
import type { LiveJob } from "../../store/live-state.ts";
import type { FairShare, ReadyQueue } from "../../store/live-queues.ts";
import { averageAt } from "../../store/live-share.ts";
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
}

/**
 * Fair share: the next job is from the share of the lowest claim times weight, and within a share by scheduling priority
 * (https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html, specification 7.3). A job that cannot be
 * placed holds up its own share only.
 */
export class FairShareOrder implements QueueOrder {
  readonly #competitors: MinHeap<Competitor>;

  constructor(queue: ReadyQueue, fairShare: FairShare, nowMs: number) {
    const weigh = weigher(queue, fairShare, nowMs);
    const competitors: Competitor[] = [];
    for (const share of queue.ready) {
      const averageVcpuMillis = averageAt(share, nowMs);
      const weight = weigh(share);
      const claim = claimOf(averageVcpuMillis, share.vcpuMillis) * weight;
      competitors.push({ share, weight, averageVcpuMillis, claim });
    }
    this.#competitors = new MinHeap(competitors, goesFirst);
  }

  next(): LiveJob | undefined {
    return this.#competitors.first?.share.runnable.peek();
  }

  placed(): void {
    const first = this.#competitors.first;
    assert(first !== undefined, "no share was asked");
    const { share, weight, averageVcpuMillis } = first;
    first.claim = claimOf(averageVcpuMillis, share.vcpuMillis) * weight;
    if (share.runnable.size > 0) this.#competitors.sinkFirst();
    else this.#competitors.removeFirst();
  }

  blocked(): void {
    this.#competitors.removeFirst();
  }
}

/** The place of its head decides among equals. */
function goesFirst(a: Competitor, b: Competitor): boolean {
  return a.claim === b.claim ? a.share.headPosition < b.share.headPosition : a.claim < b.claim;
}

/** The weight of each share. The factor of a prefix counts once for each active share that it speaks for. */
export function weigher(
  queue: ReadyQueue,
  { weights }: FairShare,
  nowMs: number,
): (share: Pick<LiveShare, "weightEntry">) => number {
  if (!weights.hasPrefixes) return ({ weightEntry }) => weightOf(weightEntry, 1);
  const activeByEntry = new Map<unknown, number>();
  for (const share of queue.shares.values()) {
    if (!isActive(share, nowMs)) continue;
    activeByEntry.set(share.weightEntry, (activeByEntry.get(share.weightEntry) ?? 0) + 1);
  }
  return ({ weightEntry }) => weightOf(weightEntry, activeByEntry.get(weightEntry) ?? 1);
}
