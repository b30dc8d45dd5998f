import type { LogPiece } from "./docker-engine.ts";

/** Where in the file the first piece with the stamp begins. */
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
 * Reading begins at the first piece that the engine still has. With a mark, pieces are passed over until the one with
 * its stamp; pieces of one long line share a stamp, so marks are set at the first of them. From there bytes are counted:
 * those that the file has are passed over.
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
  #lastStamp: string | undefined;

  constructor(size: number, mark: LogMark | undefined, markEveryBytes: number) {
    this.#size = size;
    this.#markEveryBytes = markEveryBytes;
    // A mark beyond the end is of a file that is gone, or was cut when the machine crashed.
    if (mark !== undefined && mark.offset <= size) this.#wanted = mark;
  }

  /** Whether the engine has dropped what comes next in the file: its log begins behind the mark. */
  isBehind(first: LogPiece): boolean {
    return this.#wanted !== undefined && this.#lastStamp === undefined && first.stamp > this.#wanted.stamp;
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
      const isFresh = piece.stamp !== this.#lastStamp;
      this.#lastStamp = piece.stamp;
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
