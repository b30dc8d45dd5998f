import { statfs } from "node:fs/promises";
import type { Clock } from "../lib/clock.ts";
import { isSystemError } from "../lib/system-error.ts";
import { type DiskLimits, type DiskUse, type FileSystemRoom, decideDisk } from "./disk-room.ts";

export interface DiskOptions extends DiskLimits {
  /** Where logs and the store are. */
  readonly dataDir: string;
  readonly logBytes: () => number;
  readonly pausesMs?: Partial<DiskPauses>;
  /** What the latest look has seen. */
  readonly onLook?: (report: DiskReport) => void;
  readonly onImageRemoved?: (name: string, bytes: number) => void;
}

export interface DiskReport {
  readonly use: DiskUse;
  readonly fileSystems: readonly FileSystemRoom[];
  readonly shortage?: string;
}

/** A folder whose file system is kept from being full. */
export type WatchedFolder = Pick<FileSystemRoom, "path" | "hasImages">;

/** What a provider counts. */
export type CountedUse = Omit<DiskUse, "logBytes">;

/** What a provider knows of the disk, and can do about it. */
export interface DiskKeeper {
  /** What it fills besides the folder of the data; undefined where that is not on this machine, or not known. */
  readonly folder: WatchedFolder | undefined;
  /** Counts anew; undefined where that cannot be done now. */
  count(signal: AbortSignal): Promise<CountedUse | undefined>;
  /** Removes what nobody uses, by the latest count; answers whether anything went. */
  makeRoom(excessBytes: number, signal: AbortSignal): Promise<boolean>;
  /** Attempts are under way. */
  readonly isBusy: boolean;
}

export interface DiskWatchOptions {
  /** Absent: nothing is watched. */
  readonly disk: DiskOptions | undefined;
  readonly clock: Clock;
  readonly keeper: DiskKeeper;
  /** Something may be started again, or nothing any more. */
  readonly onChange: () => void;
}

/** How often is looked, in milliseconds. */
export interface DiskPauses {
  /** At how much is free: that costs next to nothing. */
  readonly look: number;
  /** At what is taken, at most: a container engine takes its time over that. */
  readonly count: number;
  /** While images have to go or nothing may be started, and attempts come or go. */
  readonly urgentCount: number;
  /** Where nothing depends on it. */
  readonly idleCount: number;
}

const PAUSES_MS: DiskPauses = { look: 5_000, count: 60_000, urgentCount: 10_000, idleCount: 600_000 };
/** Counting gets this part of the time at most. */
const COUNT_SHARE = 1 / 20;

interface Look {
  readonly report: DiskReport;
  readonly excessBytes: number;
}

/**
 * Watches over the disk: how much is taken of the limit, and how much is free. Has what nobody uses removed before it is
 * full, and says when nothing may be started. Keeps no time: `poll` does what is due.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #pauses: DiskPauses;
  readonly #closing = new AbortController();
  #looking: Promise<void> | undefined;
  #lookAtMs = 0;
  #counted: CountedUse = { imageBytes: 0, scratchBytes: 0 };
  #countedAtMs = -Infinity;
  #countTookMs = 0;
  /** Something was begun or has gone since the latest count. */
  #isStale = true;
  #isNear = false;
  #shortage: string | undefined;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
    this.#pauses = { ...PAUSES_MS, ...options.disk?.pausesMs };
  }

  /** Why nothing may be started, as a sentence; undefined while something may. */
  get shortage(): string | undefined {
    return this.#shortage;
  }

  /** Something was begun, or has gone. */
  touch(): void {
    this.#isStale = true;
  }

  /** Milliseconds until it wants to be called again; undefined where nothing is watched. */
  poll(): number | undefined {
    const { disk } = this.#options;
    if (disk === undefined || this.#closing.signal.aborted) return undefined;
    const nowMs = this.#nowMs();
    if (nowMs >= this.#lookAtMs) {
      this.#lookAtMs = nowMs + this.#pauses.look;
      this.#looking ??= this.#look(disk).finally(() => (this.#looking = undefined));
    }
    return this.#lookAtMs - nowMs;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#looking;
  }

  async #look(disk: DiskOptions): Promise<void> {
    const { keeper } = this.#options;
    const { signal } = this.#closing;
    let isFresh = this.#isCountDue(disk) && (await this.#count());
    let look = await this.#measure(disk);
    if (!isFresh && look.excessBytes > 0 && this.#isCountDue(disk)) {
      isFresh = await this.#count();
      look = await this.#measure(disk);
    }
    while (isFresh && look.excessBytes > 0 && (await keeper.makeRoom(look.excessBytes, signal))) {
      isFresh = await this.#count();
      look = await this.#measure(disk);
    }
    if (!signal.aborted) this.#tell(disk, look.report);
  }

  #isCountDue({ limitBytes }: DiskOptions): boolean {
    const { count, urgentCount, idleCount } = this.#pauses;
    const isUrgent = this.#isNear && (this.#isStale || this.#options.keeper.isBusy);
    const isWatched = this.#isNear || limitBytes !== undefined;
    const pauseMs = isUrgent ? urgentCount : isWatched ? count : idleCount;
    return this.#nowMs() >= this.#countedAtMs + Math.max(pauseMs, this.#countTookMs / COUNT_SHARE);
  }

  /** Says whether it could be counted. */
  async #count(): Promise<boolean> {
    const beganAtMs = this.#nowMs();
    this.#isStale = false;
    const counted = await this.#options.keeper.count(this.#closing.signal);
    this.#countedAtMs = this.#nowMs();
    this.#countTookMs = this.#countedAtMs - beganAtMs;
    if (counted !== undefined) this.#counted = counted;
    return counted !== undefined;
  }

  async #measure(disk: DiskOptions): Promise<Look> {
    const { folder } = this.#options.keeper;
    const folders = [{ path: disk.dataDir, hasImages: false }, ...(folder === undefined ? [] : [folder])];
    const found = await Promise.all(folders.map(measureFolder));
    const fileSystems = found.filter((each) => each !== undefined);
    const use = { ...this.#counted, logBytes: disk.logBytes() };
    const { excessBytes, shortage } = decideDisk(use, fileSystems, disk);
    this.#isNear = excessBytes > 0 || shortage !== undefined;
    return { excessBytes, report: { use, fileSystems, ...(shortage !== undefined && { shortage }) } };
  }

  #tell(disk: DiskOptions, report: DiskReport): void {
    const hadShortage = this.#shortage !== undefined;
    this.#shortage = report.shortage;
    disk.onLook?.(report);
    if (hadShortage !== (report.shortage !== undefined)) this.#options.onChange();
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** Undefined where it is not there: who makes it says so. */
export async function measureFolder({ path, hasImages }: WatchedFolder): Promise<FileSystemRoom | undefined> {
  try {
    const { blocks, bavail, bsize } = await statfs(path);
    return { path, totalBytes: blocks * bsize, freeBytes: bavail * bsize, hasImages };
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
