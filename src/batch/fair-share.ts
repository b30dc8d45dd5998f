import type { FairsharePolicy } from "../model/batch.ts";

/** What one share of a queue has used lately. */
export interface ShareUsage {
  /** The average of `usageAt`, in vCPUs. */
  readonly averageVcpus: number;
  /** When the average was that. The vCPUs in use have been the same since. */
  readonly asOfMs: number;
}

/** The same as it is kept over restarts, by queue and share. */
export interface StoredShareUsage extends ShareUsage {
  readonly jobQueueArn: string;
  readonly shareIdentifier: string;
  /** See `isActiveShare`; absent while the share has live jobs. */
  readonly activeUntilMs?: number;
}

/**
 * Says what a share's average is, `elapsedMs` after it was `averageVcpus`, when `vcpusInUse` were in use all the while.
 *
 *     m(t + d) = v + (m(t) - v) * 2^(-d / h)
 *
 * with m the average, v the vCPUs in use and h the half-life: the distance between the two halves every h. That is the
 * exponentially weighted mean of all that was ever in use, in which a moment counts half as much as one h later:
 *
 *     m(t) = (ln 2 / h) * integral of v(s) * 2^(-(t - s) / h) ds, over all s before t
 *
 * so that it begins at 0, and does not depend on how often it is computed. AWS says no more than that recent usage counts
 * more than earlier usage (`shareDecaySeconds`, https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html).
 * A clock that was set back changes nothing.
 */
export function usageAt(
  averageVcpus: number,
  vcpusInUse: number,
  elapsedMs: number,
  halfLifeMs: number,
): number {
  if (elapsedMs <= 0) return averageVcpus;
  return vcpusInUse + (averageVcpus - vcpusInUse) * 2 ** (-elapsedMs / halfLifeMs);
}

/**
 * What a share has had, in vCPUs: of the shares of a queue the next job is from that of the lowest claim times weight.
 * What is in use now counts besides the average, so that each placement is seen by the next choice.
 */
export function claimOf(averageVcpus: number, vcpusInUse: number): number {
  return averageVcpus + vcpusInUse;
}

/**
 * In how many milliseconds the past loses half of its weight, and how long a share stays active without jobs: the
 * policy's `shareDecaySeconds`, but at least ten minutes, which is also what 0 and absence mean.
 */
export function halfLifeMsOf({ shareDecaySeconds = 0 }: FairsharePolicy): number {
  return Math.max(SHARE_DECAY_SECONDS_MIN, shareDecaySeconds) * 1000;
}

/**
 * Whether a share is one of the active ones of its queue: it has jobs that have not ended, or its last one ended less than
 * a decay window ago. https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html
 *
 * @param activeUntilMs the end of its last job plus `halfLifeMsOf` the policy; absent where there was none.
 */
export function isActiveShare(
  liveJobCount: number,
  activeUntilMs: number | undefined,
  nowMs: number,
): boolean {
  return liveJobCount > 0 || (activeUntilMs !== undefined && nowMs < activeUntilMs);
}

/**
 * The part of a queue's maximum vCPUs that is kept free for shares which are not active yet: (r / 100)^active, with r the
 * policy's `computeReservation` in percent. Nothing is kept free where it is absent, or while no share is active.
 */
export function reservedPart(computeReservation: number | undefined, activeShareCount: number): number {
  if (computeReservation === undefined || activeShareCount === 0) return 0;
  return (computeReservation / 100) ** activeShareCount;
}

/** What a policy says of one share, or of all whose identifiers begin with a prefix. */
export interface ShareWeightEntry {
  /** The identifier, or the prefix without its asterisk. */
  readonly text: string;
  readonly isPrefix: boolean;
  readonly weightFactor: number;
}

/** What a policy says of shares by name. */
export class ShareWeights {
  /** Whether any entry speaks for more than one share. */
  readonly hasPrefixes: boolean;
  /** By text. No entry that is a prefix begins another: `checkOverlaps` of the policy refuses that. */
  readonly #entries: readonly ShareWeightEntry[];

  constructor({ shareDistribution = [] }: FairsharePolicy) {
    this.#entries = shareDistribution
      .map(({ shareIdentifier, weightFactor = 1 }) => ({
        text: shareIdentifier.replace(/\*$/, ""),
        isPrefix: shareIdentifier.endsWith("*"),
        weightFactor,
      }))
      .sort((a, b) => (a.text < b.text ? -1 : 1));
    this.hasPrefixes = this.#entries.some(({ isPrefix }) => isPrefix);
  }

  /** The entry that speaks for the share, always the same object: there is at most one. */
  entryOf(shareIdentifier: string): ShareWeightEntry | undefined {
    // What lies between a prefix and a text that begins with it begins with it too, so it can only be the last one before.
    const entry = this.#lastUpTo(shareIdentifier);
    if (entry === undefined) return undefined;
    const matches = entry.isPrefix ? shareIdentifier.startsWith(entry.text) : shareIdentifier === entry.text;
    return matches ? entry : undefined;
  }

  #lastUpTo(text: string): ShareWeightEntry | undefined {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.text <= text) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1];
  }
}

/**
 * What a share's claim is multiplied with: the lower, the more it gets; 1 without an entry. The factor of a prefix counts
 * once for each active share that matches it: together they get what one share of that factor would.
 *
 * @param activeMatching active shares that the same entry speaks for, this one included; read for prefixes only.
 */
export function weightOf(entry: ShareWeightEntry | undefined, activeMatching: number): number {
  if (entry === undefined) return 1;
  return entry.isPrefix ? entry.weightFactor * Math.max(1, activeMatching) : entry.weightFactor;
}

/** What AWS takes for a `shareDecaySeconds` of 0. */
const SHARE_DECAY_SECONDS_MIN = 600;
