import { formatBytes } from "../lib/format-bytes.ts";

/** What Batchyard has on the disk, in bytes. */
export interface DiskUse {
  /** Images that it pulled. */
  readonly imageBytes: number;
  /** What jobs have written, besides their logs. */
  readonly scratchBytes: number;
  readonly logBytes: number;
}

/** A file system that some of it is on. */
export interface FileSystemRoom {
  /** A folder in it. */
  readonly path: string;
  readonly totalBytes: number;
  /** For who is not root. */
  readonly freeBytes: number;
  /** Images are on it, so that removing some makes room there. */
  readonly hasImages: boolean;
}

export interface DiskLimits {
  /** For images, scratch and logs together; absent: none. */
  readonly limitBytes?: number;
  /** What is kept free of each file system; absent: 5 % of it, at most 2 GiB. */
  readonly reserveBytes?: number;
}

export interface DiskDecision {
  /** So much is to go of images that nobody uses; 0: nothing. */
  readonly excessBytes: number;
  /** Why nothing may be started, as a sentence; absent while something may. */
  readonly shortage?: string;
}

const RESERVE_SHARE = 0.05;
const RESERVE_BYTES_MAX = 2 * 1024 ** 3;
/** Images go from this part of the limit on, down to the other. */
const NEAR_SHARE = 0.9;
const KEPT_SHARE = 0.8;
/** Images go when less than so many reserves are free, until as many are as the other says. */
const NEAR_RESERVES = 2;
const KEPT_RESERVES = 3;

/**
 * Decides whether images have to go, and whether anything may be started, in this order:
 *
 * 1. At the limit nothing is started; from 90 % of it on images go, down to 80 %.
 * 2. Where less than the reserve is free nothing is started; below two reserves images on that file system go, until
 *    three are free.
 */
export function decideDisk(
  use: DiskUse,
  fileSystems: readonly FileSystemRoom[],
  { limitBytes = Infinity, reserveBytes }: DiskLimits,
): DiskDecision {
  const usedBytes = use.imageBytes + use.scratchBytes + use.logBytes;
  const excesses = [usedBytes >= limitBytes * NEAR_SHARE ? usedBytes - limitBytes * KEPT_SHARE : 0];
  const shortages: string[] = [];
  if (usedBytes >= limitBytes) {
    const taken = `${formatBytes(usedBytes)} of ${formatBytes(limitBytes)} (--disk-limit) are taken`;
    shortages.push(`the disk is full: ${taken}, ${describeUse(use)}`);
  }
  for (const { path, totalBytes, freeBytes, hasImages } of fileSystems) {
    const reserve = reserveBytes ?? Math.min(totalBytes * RESERVE_SHARE, RESERVE_BYTES_MAX);
    if (hasImages && freeBytes < reserve * NEAR_RESERVES) excesses.push(reserve * KEPT_RESERVES - freeBytes);
    if (freeBytes < reserve) {
      const free = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free at ${path}`;
      const kept = `${formatBytes(Math.ceil(reserve))} are kept free (--disk-reserve)`;
      shortages.push(`the disk is full: ${free}, and ${kept}; ${describeUse(use)}`);
    }
  }
  const [shortage] = shortages;
  const excessBytes = Math.ceil(Math.max(...excesses));
  return { excessBytes, ...(shortage !== undefined && { shortage }) };
}

function describeUse({ imageBytes, scratchBytes, logBytes }: DiskUse): string {
  const parts = { images: imageBytes, scratch: scratchBytes, logs: logBytes };
  return Object.entries(parts)
    .map(([kind, bytes]) => `${kind} ${formatBytes(bytes)}`)
    .join(", ");
}
