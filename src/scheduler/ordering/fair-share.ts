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
export interface Competitor<Share = LiveShare> {
  readonly share: Share;
  readonly weight: number;
  /** Until now: the instants of a cycle are one. */
  readonly averageVcpuMillis: number;
  /** What it has had times its weight: the lowest goes next. */
  claim: number;
}

type Standing = Pick<LiveShare, "vcpuMillis" | "headPosition">;

/**
 * Fair share: the next job is from the share of the lowest claim times weight, and within a share by scheduling priority
 * (https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html, specification 7.3). A job that cannot be
 * placed holds up its own share only.
 */
export class FairShareOrder implements QueueOrder {
  readonly #competitors: MinHeap<Competitor>;

  constructor(queue: ReadyQueue, fairShare: FairShare, nowMs: number) {
    this.#competitors = new MinHeap(competitorsOf(queue, fairShare, nowMs), goesFirst);
  }

  next(): LiveJob | undefined {
    return this.#competitors.first?.share.runnable.peek();
  }

  placed(): void {
    const first = this.#competitors.first;
    assert(first !== undefined, "no share was asked");
    first.claim = currentClaim(first);
    if (first.share.runnable.size > 0) this.#competitors.sinkFirst();
    else this.#competitors.removeFirst();
  }

  blocked(): void {
    this.#competitors.removeFirst();
  }
}

/** The shares of a queue that have jobs to be placed, in no order. */
export function competitorsOf(queue: ReadyQueue, fairShare: FairShare, nowMs: number): Competitor[] {
  const weigh = weigher(queue, fairShare, nowMs);
  const competitors: Competitor[] = [];
  for (const share of queue.ready) {
    const averageVcpuMillis = averageAt(share, nowMs);
    const weight = weigh(share);
    const claim = claimOf(averageVcpuMillis, share.vcpuMillis) * weight;
    competitors.push({ share, weight, averageVcpuMillis, claim });
  }
  return competitors;
}

/** What it claims with what its share has now. */
export function currentClaim({ share, weight, averageVcpuMillis }: Competitor<Standing>): number {
  return claimOf(averageVcpuMillis, share.vcpuMillis) * weight;
}

/** Whether the first goes before the other: the place of its head decides among equals. */
export function goesFirst(a: Competitor<Standing>, b: Competitor<Standing>): boolean {
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
