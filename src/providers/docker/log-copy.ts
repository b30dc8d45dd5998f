import { rmSync } from "node:fs";
import { type FileHandle, open, readFile, rename, writeFile } from "node:fs/promises";
import { isSystemError } from "../../lib/system-error.ts";
import type { LogPiece } from "./docker-engine.ts";
import { LogCursor, type LogMark } from "./log-cursor.ts";

export interface LogPlace {
  /** Makes the file if it is not there. */
  readonly openLog: () => string;
  /** Says where in the engine's log a later copy can go on. */
  readonly markPath: string;
  /** The attempt still writes: without a mark a later copy could not tell what the engine has dropped meanwhile. */
  readonly isMarked: boolean;
  /** Less than the engine keeps. */
  readonly markEveryBytes: number;
}

const NEWLINE = 0x0a;
const ENGINE_DROPPED = "batchyard: a part of the output is lost: the container engine had dropped it";
/** Pieces that come behind a mark may have stamps that are this much earlier. */
const DISORDER_SECONDS_MAX = 5;
const UNREAD = "batchyard: a part of the output may be missing: the container engine did not give it";
const DISK_REFUSED = "batchyard: a part of the output is lost: the disk did not take it";

/** The engine's log, without pieces that were written before the instant, in seconds since 1970. */
export type LogSource = (sinceSeconds: number | undefined) => AsyncIterable<readonly LogPiece[]>;

/**
 * Appends to the file what it does not have of the engine's log, piece by piece as they come.
 *
 * Nothing else writes to the file, so wherever this breaks off, another copy goes on at its end, and reads again no more
 * than what came after the latest mark. Pieces are taken no faster than they can be written. What the disk does not take
 * is dropped, and a line says so once it takes something again.
 */
export async function copyLog(read: LogSource, place: LogPlace): Promise<void> {
  const mark = await readMark(place.markPath);
  let copier = mark === undefined ? undefined : await openCopier(place, mark);
  try {
    for await (const batch of read(copier?.sinceSeconds)) {
      copier ??= await openCopier(place, mark);
      await copier?.add(batch);
    }
  } finally {
    await copier?.close();
  }
}

/** Says at the end of the file why there may be more in the engine's log. */
export async function noteUnread(place: Omit<LogPlace, "isMarked">, { message }: Error): Promise<void> {
  const copier = await openCopier({ ...place, isMarked: false }, undefined);
  try {
    await copier?.note(`${UNREAD}: ${message.replaceAll(/\s+/g, " ")}`);
  } finally {
    await copier?.close();
  }
}

/** Removes a mark, and what a crash has left of a newer one. */
export function removeMark(markPath: string): void {
  for (const path of [markPath, `${markPath}.new`]) rmSync(path, { force: true });
}

/** Undefined where the disk does not even take a new file. */
async function openCopier(place: LogPlace, mark: LogMark | undefined): Promise<LogCopier | undefined> {
  try {
    return await LogCopier.open(place, mark);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

class LogCopier {
  readonly #place: LogPlace;
  readonly #file: FileHandle;
  readonly #cursor: LogCursor;
  #size: number;
  #lastByte = NEWLINE;
  #isRefused = false;

  private constructor(place: LogPlace, file: FileHandle, size: number, mark: LogMark | undefined) {
    this.#place = place;
    this.#file = file;
    this.#size = size;
    this.#cursor = new LogCursor(size, mark, place.markEveryBytes);
  }

  static async open(place: LogPlace, mark: LogMark | undefined): Promise<LogCopier> {
    const file = await open(place.openLog(), "a+");
    const { size } = await file.stat();
    const copier = new LogCopier(place, file, size, mark);
    await copier.#readLastByte();
    return copier;
  }

  /** What comes before it in the engine's log is in the file. */
  get sinceSeconds(): number | undefined {
    const stampMs = Date.parse(this.#cursor.wantedStamp ?? "");
    return Number.isNaN(stampMs) ? undefined : Math.floor(stampMs / 1_000) - DISORDER_SECONDS_MAX;
  }

  async add(pieces: readonly LogPiece[]): Promise<void> {
    const [first] = pieces;
    if (first === undefined) return;
    if (this.#isRefused && !(await this.#appendNotice(DISK_REFUSED))) return;
    if (this.#cursor.isBehind(first)) await this.#appendNotice(ENGINE_DROPPED);

    const { bytes, mark } = this.#cursor.take(pieces);
    // The file is never shorter than its mark says, and never has bytes without one.
    if (mark !== undefined && mark.offset <= this.#size) await this.#keep(mark);
    if (bytes.length > 0) this.#isRefused = !(await this.#append(Buffer.concat(bytes)));
    if (mark !== undefined && mark.offset > this.#size) await this.#keep(mark);
  }

  /** Adds a line of our own. */
  async note(text: string): Promise<void> {
    await this.#appendNotice(text);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readLastByte(): Promise<void> {
    if (this.#size === 0) return;
    const { buffer } = await this.#file.read({ buffer: Buffer.alloc(1), position: this.#size - 1 });
    this.#lastByte = buffer[0] ?? NEWLINE;
  }

  /** A line of our own; what comes next of the log follows it. */
  async #appendNotice(text: string): Promise<boolean> {
    const isWritten = await this.#append(
      Buffer.from(this.#lastByte === NEWLINE ? `${text}\n` : `\n${text}\n`),
    );
    this.#cursor.moveTo(this.#size);
    return isWritten;
  }

  /** Says whether the disk took all of it. */
  async #append(bytes: Uint8Array): Promise<boolean> {
    let written = 0;
    try {
      while (written < bytes.length) {
        const { bytesWritten } = await this.#file.write(bytes, written);
        written += bytesWritten;
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
    this.#size += written;
    this.#lastByte = bytes[written - 1] ?? this.#lastByte;
    return written === bytes.length;
  }

  /** A mark that cannot be kept makes a later copy begin further back, or find less. */
  async #keep(mark: LogMark): Promise<void> {
    const { isMarked, markPath } = this.#place;
    if (!isMarked || this.#isRefused) return;
    try {
      await writeFile(`${markPath}.new`, JSON.stringify(mark));
      await rename(`${markPath}.new`, markPath);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
}

async function readMark(path: string): Promise<LogMark | undefined> {
  try {
    const { offset, stamp } = JSON.parse(await readFile(path, "utf8")) as Partial<LogMark>;
    return typeof offset === "number" && typeof stamp === "string" ? { offset, stamp } : undefined;
  } catch (error) {
    // Torn by a crash of the machine, or never written.
    if (error instanceof SyntaxError || isSystemError(error)) return undefined;
    throw error;
  }
}
