import { isActive } from "../scheduler/ordering/active-shares.ts";
import type { Change } from "../store/change.ts";
import type { ReadyQueue } from "../store/live-queues.ts";
import { averageAt } from "../store/live-share.ts";
import type { LiveShare } from "../store/live-share.ts";
import type { LiveState } from "../store/live-state.ts";
import type { Instant } from "./instant.ts";

/** What shares have had is written so often: a crash forgets no more of it than this. */
const KEPT_EVERY_MS = 60_000;

/** A share that had less than this lately has had nothing: a thousandth of a vCPU. */
const VCPU_MILLIS_MIN = 1;

/**
 * Writes now and then what the shares of queues have had, so that it survives a restart. One that has had nothing lately and
 * is not active is forgotten: it would begin anew like this.
 */
export class ShareKeeping {
  #nextMonotonicMs = 0;
  /** Whether there was anything to write the last time. */
  #isAnyKept = false;

  /** Returns the milliseconds until it is due again; undefined while no share has anything, or had lately. */
  keep(
    state: LiveState,
    apply: (change: Change) => void,
    { nowMs, monotonicMs }: Instant,
  ): number | undefined {
    const queues = fairQueuesOf(state);
    if (monotonicMs >= this.#nextMonotonicMs) {
      this.#nextMonotonicMs = monotonicMs + KEPT_EVERY_MS;
      this.#isAnyKept = false;
      for (const share of queues.flatMap(({ shares }) => [...shares.values()])) {
        const usage = usageOf(share, nowMs);
        const change = usage ?? removalOf(share, nowMs);
        if (change !== undefined) apply(change);
        this.#isAnyKept ||= usage !== undefined;
      }
    }
    const isAnyUsed = this.#isAnyKept || queues.some(({ vcpuMillis }) => vcpuMillis > 0);
    return isAnyUsed ? this.#nextMonotonicMs - monotonicMs : undefined;
  }
}

function fairQueuesOf({ jobQueues, jobs }: LiveState): readonly ReadyQueue[] {
  const queues: ReadyQueue[] = [];
  for (const { arn } of jobQueues.values()) {
    const queue = jobs.readyQueue(arn);
    if (queue?.fairShare !== undefined) queues.push(queue);
  }
  return queues;
}

function usageOf(share: LiveShare, nowMs: number): Change | undefined {
  const { queue, identifier: shareIdentifier, liveCount, lastEndAtMs } = share;
  const average = averageAt(share, nowMs);
  if (average < VCPU_MILLIS_MIN) return undefined;
  const isOver = liveCount === 0 && lastEndAtMs !== undefined;
  return {
    kind: "share-usage-put",
    jobQueueArn: queue.arn,
    shareIdentifier,
    averageVcpus: average / 1000,
    asOfMs: nowMs,
    ...(isOver && { activeUntilMs: lastEndAtMs + queue.halfLifeMs }),
  };
}

function removalOf(share: LiveShare, nowMs: number): Change | undefined {
  const { queue, identifier: shareIdentifier } = share;
  if (isActive(share, nowMs)) return undefined;
  return { kind: "share-usage-removed", jobQueueArn: queue.arn, shareIdentifier };
}
