import { isActiveShare } from "../../batch/fair-share.ts";
import type { ActiveShares } from "../../batch/share.ts";
import type { ReadyQueue } from "../../store/live-queues.ts";
import { averageAt } from "../../store/live-share.ts";
import type { LiveShare } from "../../store/live-share.ts";

/** Whether the share is one of the active ones of its queue. */
export function isActive({ liveCount, lastEndAtMs, queue }: LiveShare, nowMs: number): boolean {
  const activeUntilMs = lastEndAtMs === undefined ? undefined : lastEndAtMs + queue.halfLifeMs;
  return isActiveShare(liveCount, activeUntilMs, nowMs);
}

/** A share that had less than this lately has had nothing: a thousandth of a vCPU. */
const VCPU_MILLIS_MIN = 1;

/** Whether the share is not active and has had nothing lately: it would begin anew like this. */
export function isForgettable(share: LiveShare, nowMs: number): boolean {
  return !isActive(share, nowMs) && averageAt(share, nowMs) < VCPU_MILLIS_MIN;
}

/** How many shares of the queue are active. */
export function activeShareCount({ shares }: ReadyQueue, nowMs: number): number {
  let count = 0;
  for (const share of shares.values()) if (isActive(share, nowMs)) count += 1;
  return count;
}

/** What a job of the share meets in the queue; of a queue that never had a job nothing is known. */
export function activeShares(
  queue: ReadyQueue | undefined,
  shareIdentifier: string | undefined,
  nowMs: number,
): ActiveShares {
  const share = shareIdentifier === undefined ? undefined : queue?.shares.get(shareIdentifier);
  return {
    isActive: share !== undefined && isActive(share, nowMs),
    count: () => (queue === undefined ? 0 : activeShareCount(queue, nowMs)),
  };
}
