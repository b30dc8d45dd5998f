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
  /** What it has had times its weight: the lowest goes next. */
  claim: number;
}

/**
 * Fair share: the next job is from the share of the lowest claim times weight, and within a share by scheduling priority
 * (https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html, specification 7.3). A job that cannot be
 * placed holds up its own share only.
 */
export class FairShareOrder implements QueueOrder {
  readonly #claims: ShareClaims;
  readonly #competitors: MinHeap<Competitor>;

  constructor(queue: ReadyQueue, fairShare: FairShare, nowMs: number) {
    this.#claims = new ShareClaims(queue, fairShare, nowMs);
    this.#competitors = new MinHeap(this.#claims.competitors(), goesFirst);
  }

  next(): LiveJob | undefined {
    return this.#competitors.first?.share.runnable.peek();
  }

  placed(): void {
    const first = this.#competitors.first;
    assert(first !== undefined, "no share was asked");
    first.claim = this.#claims.of(first.share);
    if (first.share.runnable.size > 0) this.#competitors.sinkFirst();
    else this.#competitors.removeFirst();
  }

  blocked(): void {
    this.#competitors.removeFirst();
  }
}

/** What the shares of a queue claim at an instant, times their weights. */
export class ShareClaims {
  readonly #weightOf: (share: Pick<LiveShare, "weightEntry">) => number;
  readonly #queue: ReadyQueue;
  readonly #nowMs: number;

  constructor(queue: ReadyQueue, fairShare: FairShare, nowMs: number) {
    this.#weightOf = weigher(queue, fairShare, nowMs);
    this.#queue = queue;
    this.#nowMs = nowMs;
  }

  /** @param vcpuMillis what it is taken to have; absent: what it has. */
  of(share: LiveShare, vcpuMillis = share.vcpuMillis): number {
    return claimOf(averageAt(share, this.#nowMs), vcpuMillis) * this.#weightOf(share);
  }

  /** What the share has had, in vCPUs, and what that is multiplied by. */
  partsOf(share: LiveShare): { readonly claimVcpus: number; readonly weight: number } {
    const claimVcpus = claimOf(averageAt(share, this.#nowMs), share.vcpuMillis) / 1000;
    return { claimVcpus, weight: this.#weightOf(share) };
  }

  /** The shares that have jobs to be placed, in no order. */
  competitors(): Competitor[] {
    const competitors: Competitor[] = [];
    for (const share of this.#queue.ready) competitors.push({ share, claim: this.of(share) });
    return competitors;
  }
}

/** Whether the first goes before the other: the place of its head decides among equals. */
export function goesFirst(
  a: Competitor<Pick<LiveShare, "headPosition">>,
  b: Competitor<Pick<LiveShare, "headPosition">>,
): boolean {
  return a.claim === b.claim ? a.share.headPosition < b.share.headPosition : a.claim < b.claim;
}

/** The weight of each share. The factor of a prefix counts once for each active share that it speaks for. */
function weigher(
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
