import { isForgettable } from "../scheduler/ordering/active-shares.ts";
import type { Change } from "../store/change.ts";
import type { ReadyQueue } from "../store/live-queues.ts";
import { averageAt } from "../store/live-share.ts";
import type { LiveShare } from "../store/live-share.ts";
import type { LiveState } from "../store/live-state.ts";
import type { Engine } from "./engine.ts";
import type { Instant } from "./instant.ts";

/** What shares have had is written so often: a crash forgets no more of it than this. */
const KEPT_EVERY_MS = 60_000;

/**
 * Writes now and then what the shares of queues have had, so that it survives a restart. One that has
 * had nothing lately is forgotten.
 */
export class ShareKeeping {
  #nextMonotonicMs = 0;
  /** What shares had until then is written. */
  #keptAtMs = -Infinity;
  /** Whether any has had something since. */
  #isOwed = false;

  /** Returns the milliseconds until it is due again; undefined while no share has had anything since it was last. */
  keep(
    state: LiveState,
    apply: (change: Change) => void,
    { nowMs, monotonicMs }: Instant,
  ): number | undefined {
    if (monotonicMs >= this.#nextMonotonicMs) {
      this.#nextMonotonicMs = monotonicMs + KEPT_EVERY_MS;
      for (const change of this.changes(state, nowMs)) apply(change);
      this.#keptAtMs = nowMs;
      this.#isOwed = false;
    }
    this.#isOwed ||= fairQueuesOf(state).some(({ vcpuMillis }) => vcpuMillis > 0);
    return this.#isOwed ? this.#nextMonotonicMs - monotonicMs : undefined;
  }

  /** What there is to write now. */
  changes(state: LiveState, nowMs: number): readonly Change[] {
    const shares = fairQueuesOf(state).flatMap((queue) => [...queue.shares.values()]);
    return shares.flatMap((share) => this.#changeOf(share, nowMs) ?? []);
  }

  #changeOf(share: LiveShare, nowMs: number): Change | undefined {
    const { queue, identifier: shareIdentifier, vcpuMillis, asOfMs, lastEndAtMs = -Infinity } = share;
    if (isForgettable(share, nowMs)) {
      return { kind: "share-usage-removed", jobQueueArn: queue.arn, shareIdentifier };
    }
    // What nobody adds to only decays, which is known without a note.
    const isChanged = vcpuMillis > 0 || Math.max(asOfMs, lastEndAtMs) > this.#keptAtMs;
    return isChanged ? usageOf(share, nowMs) : undefined;
  }
}

/** Writes it at once, as before an end that is no crash. */
export async function keepSharesNow(
  { sequencer, shareKeeping }: Pick<Engine, "sequencer" | "shareKeeping">,
  nowMs: number,
): Promise<void> {
  await sequencer.decide((state) => ({ changes: shareKeeping.changes(state, nowMs), answer: undefined }));
}

function fairQueuesOf({ jobQueues, jobs }: LiveState): readonly ReadyQueue[] {
  const queues: ReadyQueue[] = [];
  for (const { arn } of jobQueues.values()) {
    const queue = jobs.readyQueue(arn);
    if (queue?.fairShare !== undefined) queues.push(queue);
  }
  return queues;
}

function usageOf(share: LiveShare, nowMs: number): Change {
  const { queue, identifier: shareIdentifier, liveCount, lastEndAtMs } = share;
  const isOver = liveCount === 0 && lastEndAtMs !== undefined;
  return {
    kind: "share-usage-put",
    jobQueueArn: queue.arn,
    shareIdentifier,
    averageVcpus: averageAt(share, nowMs) / 1000,
    asOfMs: nowMs,
    ...(isOver && { activeUntilMs: lastEndAtMs + queue.halfLifeMs }),
  };
}
