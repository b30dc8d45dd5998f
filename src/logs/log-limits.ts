import { isSystemError } from "../lib/system-error.ts";
import { FileSource } from "./byte-source.ts";
import type { ClientFiles } from "./client-files.ts";
import type { CountedStream, DiskUsage } from "./disk-usage.ts";
import type { JobFile, JobFiles } from "./job-files.ts";
import { LINE_BYTES_MAX } from "./pieces.ts";
import { punchHole } from "./punch-hole.ts";
import type { LogLimits } from "./removal-notice.ts";
import type { StreamFiles } from "./stream-files.ts";
import { pieceStartAfter } from "./text.ts";

export interface LimitKeeperOptions {
  readonly files: StreamFiles;
  readonly usage: DiskUsage;
  readonly jobFiles: JobFiles;
  readonly clientFiles: ClientFiles;
  readonly limits: LogLimits;
  readonly canPunchHoles: boolean;
}

/** What is left of a limit once something had to go, so that it has not to go again at once. */
const KEPT_SHARE = 0.9;
/** Ended streams that one look at all files notes down for removal, the oldest ones. */
const CANDIDATES_MAX = 10_000;
/** From a job's log less than this is not taken away: it would not be worth the notice. */
const CUT_BYTES_MIN = 65_536;
/** Logs together have to grow by so much before it is looked again what could go: that may cost a look at every file. */
const GROWTH_BYTES_MIN = 64 * 1_048_576;

/**
 * Keeps logs within their limits.
 *
 * What ended streams hold goes first, the longest ended first, a whole stream at a time. A job under way loses the
 * oldest bytes of its log: when that is longer than one may be, or when nothing else is left to go. Where holes cannot
 * be punched, a log that is being written stays as it is until its job ends.
 */
export class LimitKeeper {
  readonly #options: LimitKeeperOptions;
  #run: Promise<void> = Promise.resolve();
  /** What logs took when it was last seen to. */
  #keptBytes = 0;

  constructor(options: LimitKeeperOptions) {
    this.#options = options;
  }

  /** Calls follow one another. */
  enforce(nowMs: number): Promise<void> {
    const run = this.#run.then(() => this.#enforce(nowMs));
    // Whoever asked for the run is told how it ended; the next one does not depend on it.
    this.#run = run.catch(() => undefined);
    return run;
  }

  /** Whether logs have grown over a limit since the last call of `enforce`, and something can be done about it. */
  hasWork(): boolean {
    const { jobFiles, usage } = this.#options;
    const hasGrown = usage.bytes - this.#keptBytes >= GROWTH_BYTES_MIN;
    if (hasGrown && this.#isOver(1)) return true;
    for (const file of jobFiles.all) if (this.#isTooLong(file)) return true;
    return false;
  }

  async #enforce(nowMs: number): Promise<void> {
    try {
      await this.#cutTooLong(nowMs);
    } finally {
      // Also where a cut could not be noted down for want of room: what is removed makes room.
      if (this.#isOver(1)) {
        await this.#removeEnded(nowMs);
        await this.#cutLongest(nowMs);
      }
      this.#keptBytes = this.#options.usage.bytes;
    }
  }

  async #cutTooLong(nowMs: number): Promise<void> {
    const { jobFiles, limits } = this.#options;
    for (const file of jobFiles.all) {
      if (this.#isTooLong(file)) await this.#cut(file, limits.jobLogBytesMax * KEPT_SHARE, nowMs);
    }
  }

  /** Longer than one may be, by enough for a cut. */
  #isTooLong(file: JobFile): boolean {
    const { canPunchHoles, limits } = this.#options;
    const bytes = leftBytes(file);
    return (
      canPunchHoles &&
      bytes > limits.jobLogBytesMax &&
      isWorthACut(bytes - limits.jobLogBytesMax * KEPT_SHARE)
    );
  }

  #isOver(share: number): boolean {
    return this.#options.usage.bytes > this.#options.limits.diskBytesMax * share;
  }

  async #removeEnded(nowMs: number): Promise<void> {
    for (let candidates = await this.#oldestEnded(); candidates.length > 0;) {
      for (const { streamId } of candidates) {
        if (!this.#isOver(KEPT_SHARE)) return;
        this.#removeContent(streamId, nowMs);
      }
      candidates = this.#isOver(KEPT_SHARE) ? await this.#oldestEnded() : [];
    }
  }

  /** Counts the disk anew on the way. */
  async #oldestEnded(): Promise<readonly CountedStream[]> {
    let oldest: CountedStream[] = [];
    await this.#options.usage.count((stream) => {
      if (stream.diskBytes === 0 || this.#isBeingWritten(stream.streamId)) return;
      oldest.push(stream);
      if (oldest.length >= 2 * CANDIDATES_MAX) oldest = firstByAge(oldest);
    });
    return firstByAge(oldest);
  }

  #isBeingWritten(streamId: string): boolean {
    const { jobFiles, clientFiles } = this.#options;
    return jobFiles.get(streamId) !== undefined || clientFiles.isWriting(streamId);
  }

  #removeContent(streamId: string, nowMs: number): void {
    const { files, usage } = this.#options;
    if (this.#isBeingWritten(streamId)) return;
    const { content } = files.facts(streamId);
    usage.change(streamId, -usage.ofStream(streamId));
    const size = content?.size ?? 0;
    const isNoted = size === 0 || this.#tryMarkRemoved(streamId, size, nowMs);
    files.delete(streamId, ["log", "events", "marks"]);
    // A file system that took no new file may take one now. If not, the log is empty and nothing says why.
    if (!isNoted) this.#tryMarkRemoved(streamId, size, nowMs);
  }

  /** Says whether the file system took the mark. */
  #tryMarkRemoved(streamId: string, size: number, nowMs: number): boolean {
    try {
      this.#options.files.markRemoved(streamId, size, nowMs);
      return true;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return false;
    }
  }

  /** Takes the older half of the longest log that is being written, again and again. */
  async #cutLongest(nowMs: number): Promise<void> {
    while (this.#isOver(1)) {
      const longest = [...this.#options.jobFiles.all].reduce<JobFile | undefined>(
        (best, file) => (best === undefined || leftBytes(file) > leftBytes(best) ? file : best),
        undefined,
      );
      const isCut = longest !== undefined && (await this.#cut(longest, leftBytes(longest) / 2, nowMs));
      if (!isCut) return;
    }
  }

  /** Leaves about `keptBytes` of a log that is being written; says whether anything went. */
  async #cut(file: JobFile, keptBytes: number, nowMs: number): Promise<boolean> {
    const { files, jobFiles, canPunchHoles } = this.#options;
    if (!canPunchHoles || !isWorthACut(leftBytes(file) - keptBytes)) return false;
    await using source = await FileSource.open(file.path);
    if (source === undefined) return false;

    const { size: end, removedBytes: begin } = file;
    const text = { source, begin, end, isEnded: false, lineBytesMax: LINE_BYTES_MAX };
    const offset = await pieceStartAfter(text, Math.floor(end - keptBytes));
    if (offset <= begin || jobFiles.get(file.streamId) !== file) return false;

    // First the mark, then the hole: after a crash between the two nobody is shown the hole as text.
    files.markRemoved(file.streamId, offset, nowMs);
    jobFiles.setRemoved(file.streamId, offset);
    await punchHole(file.path, offset);
    return true;
  }
}

function leftBytes(file: JobFile): number {
  return file.size - file.removedBytes;
}

function isWorthACut(bytes: number): boolean {
  return bytes >= CUT_BYTES_MIN;
}

function firstByAge(streams: CountedStream[]): CountedStream[] {
  return streams.sort((a, b) => a.lastEventMs - b.lastEventMs).slice(0, CANDIDATES_MAX);
}
