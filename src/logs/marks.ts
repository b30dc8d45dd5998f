import type { ByteSource } from "./byte-source.ts";

/** How far a file had grown, and when: all bytes before `end` had arrived by `atMs`. */
export interface Mark {
  readonly end: number;
  readonly atMs: number;
}

/** Two 64-bit floating point numbers, which hold offsets and times without loss. */
const MARK_BYTES = 16;
/** Read at once: a page of the disk. */
const MARKS_PER_READ = 256;

/** The form in which marks are kept in a file. */
export function encodeMarks(marks: readonly Mark[]): Buffer {
  const bytes = Buffer.allocUnsafe(marks.length * MARK_BYTES);
  for (const [index, { end, atMs }] of marks.entries()) {
    bytes.writeDoubleLE(end, index * MARK_BYTES);
    bytes.writeDoubleLE(atMs, index * MARK_BYTES + MARK_BYTES / 2);
  }
  return bytes;
}

/** Whole marks that a file of this size holds; a torn one at its end does not count. */
export function savedMarkCount(fileBytes: number): number {
  return Math.floor(fileBytes / MARK_BYTES);
}

/** Bytes of that many marks. */
export function savedMarkBytes(count: number): number {
  return count * MARK_BYTES;
}

export function decodeMark(bytes: Buffer, index: number): Mark {
  return {
    end: bytes.readDoubleLE(index * MARK_BYTES),
    atMs: bytes.readDoubleLE(index * MARK_BYTES + MARK_BYTES / 2),
  };
}

/**
 * The marks of a stream in their order, both members ascending: first those of a file, then the given ones. Reads of
 * the file only what is asked for.
 */
export class Marks {
  readonly #saved: ByteSource | undefined;
  readonly #savedCount: number;
  readonly #recent: readonly Mark[];
  #chunk: { readonly index: number; readonly bytes: Buffer } | undefined;
  /** The stretch that was asked for last: neighbours of an offset mostly lie in it, or in the next one. */
  #current = { index: 0, begin: 0, end: 0, atMs: 0 };

  constructor(
    saved: { readonly source: ByteSource; readonly count: number } | undefined,
    recent: readonly Mark[],
  ) {
    this.#saved = saved?.source;
    this.#savedCount = saved?.count ?? 0;
    this.#recent = recent;
  }

  /** When the byte at the offset had arrived; that of the last mark for one behind it. There is at least one mark. */
  async timeAt(offset: number): Promise<number> {
    if (this.#isCurrent(offset)) return this.#current.atMs;
    if (offset >= this.#current.end) await this.#show(this.#current.index + 1);
    else await this.#show(this.#current.index - 1);
    if (!this.#isCurrent(offset)) await this.#show(await this.#firstIndex((mark) => mark.end > offset));
    return this.#current.atMs;
  }

  /** Whether the byte at the offset arrived at least so long after the one before it. */
  async isAfterPause(offset: number, pauseMs: number): Promise<boolean> {
    const atMs = await this.timeAt(offset);
    if (offset === 0 || this.#current.begin !== offset) return false;
    return atMs - (await this.timeAt(offset - 1)) >= pauseMs;
  }

  /** The offset of the first byte that had not arrived before the instant. */
  async offsetAt(atMs: number): Promise<number> {
    const index = await this.#firstIndex((mark) => mark.atMs >= atMs);
    return index === 0 ? 0 : (await this.#mark(index - 1)).end;
  }

  get #count(): number {
    return this.#savedCount + this.#recent.length;
  }

  #isCurrent(offset: number): boolean {
    return this.#current.begin <= offset && offset < this.#current.end;
  }

  async #show(wanted: number): Promise<void> {
    const index = Math.max(0, Math.min(wanted, this.#count - 1));
    const { end, atMs } = await this.#mark(index);
    const begin = index === 0 ? 0 : (await this.#mark(index - 1)).end;
    this.#current = { index, begin, end, atMs };
  }

  /** Index of the first mark that matches, all behind it doing so too; the count of marks if none does. */
  async #firstIndex(matches: (mark: Mark) => boolean): Promise<number> {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (matches(await this.#mark(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async #mark(index: number): Promise<Mark> {
    const recent = this.#recent[index - this.#savedCount];
    if (recent !== undefined || this.#saved === undefined) return recent ?? { end: 0, atMs: 0 };

    const chunkIndex = Math.floor(index / MARKS_PER_READ);
    if (this.#chunk?.index !== chunkIndex) {
      const length = Math.min(MARKS_PER_READ, this.#savedCount - chunkIndex * MARKS_PER_READ) * MARK_BYTES;
      const bytes = await this.#saved.read(chunkIndex * MARKS_PER_READ * MARK_BYTES, length);
      this.#chunk = { index: chunkIndex, bytes };
    }
    return decodeMark(this.#chunk.bytes, index % MARKS_PER_READ);
  }
}
