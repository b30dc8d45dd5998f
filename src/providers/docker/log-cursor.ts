import type { LogPiece } from "./docker-engine.ts";

/** Where in the file the piece with the stamp begins, the first that has it, and later than all before it. */
export interface LogMark {
  readonly offset: number;
  readonly stamp: string;
}

/** What a batch of pieces brings to the file. */
export interface LogAddition {
  readonly bytes: readonly Uint8Array[];
  /** The piece that a mark may be set at. */
  readonly mark?: LogMark;
}

/**
 * Tells what of an engine's log is not yet in the file, which is a copy of the log's beginning.
 *
 * Reading begins at the first piece that the engine still has, or somewhat before the mark. With a mark, pieces are passed
 * over until the one with its stamp. Pieces of one long line share a stamp, and those of standard output and standard
 * error may be out of order by their stamps: so marks are set at pieces that are later than all before them. From there
 * bytes are counted: those that the file has are passed over.
 */
export class LogCursor {
  readonly #markEveryBytes: number;
  /** How long the file is once all that was taken is in it. */
  #size: number;
  /** Where the next piece begins in the file. */
  #offset = 0;
  /** From here on a mark is due. */
  #markAt = 0;
  #wanted: LogMark | undefined;
  #latestStamp = "";
  #hasBegun = false;

  constructor(size: number, mark: LogMark | undefined, markEveryBytes: number) {
    this.#size = size;
    this.#markEveryBytes = markEveryBytes;
    // A mark beyond the end is of a file that is gone, or was cut when the machine crashed.
    if (mark !== undefined && mark.offset <= size) this.#wanted = mark;
  }

  /** The piece that reading may begin at; absent: the first. */
  get wantedStamp(): string | undefined {
    return this.#wanted?.stamp;
  }

  /** Whether the engine has dropped what comes next in the file: its log begins behind the mark. */
  isBehind(first: LogPiece): boolean {
    return this.#wanted !== undefined && !this.#hasBegun && first.stamp > this.#wanted.stamp;
  }

  /** What comes next belongs at the end of the file, which has got another length than the pieces make. */
  moveTo(size: number): void {
    this.#wanted = undefined;
    this.#size = size;
    this.#offset = size;
    this.#markAt = size;
  }

  take(pieces: readonly LogPiece[]): LogAddition {
    const bytes: Uint8Array[] = [];
    let mark: LogMark | undefined;
    for (const piece of pieces) {
      const isFresh = piece.stamp > this.#latestStamp;
      if (isFresh) this.#latestStamp = piece.stamp;
      this.#hasBegun = true;
      if (!this.#isFound(piece)) continue;
      if (isFresh && mark === undefined && this.#offset >= this.#markAt) {
        mark = { offset: this.#offset, stamp: piece.stamp };
        this.#markAt = this.#offset + this.#markEveryBytes;
      }
      const knownCount = Math.max(0, this.#size - this.#offset);
      if (knownCount < piece.bytes.length) bytes.push(piece.bytes.subarray(knownCount));
      this.#offset += piece.bytes.length;
      this.#size = Math.max(this.#size, this.#offset);
    }
    return mark === undefined ? { bytes } : { bytes, mark };
  }

  #isFound(piece: LogPiece): boolean {
    if (this.#wanted === undefined) return true;
    if (piece.stamp !== this.#wanted.stamp) return false;
    this.#offset = this.#wanted.offset;
    this.#markAt = this.#offset + this.#markEveryBytes;
    this.#wanted = undefined;
    return true;
  }
}
