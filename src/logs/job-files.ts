import { closeSync, ftruncateSync, openSync, readSync, utimesSync, writeSync } from "node:fs";
import { diskBytes } from "./disk-usage.ts";
import type { DiskUsage } from "./disk-usage.ts";
import { decodeMark, encodeMarks, savedMarkBytes, savedMarkCount } from "./marks.ts";
import type { Mark } from "./marks.ts";
import { fileFacts } from "./stream-files.ts";
import type { StreamFiles } from "./stream-files.ts";

/** What is known of a file that a job is writing. No descriptor is held. */
export interface JobFile {
  readonly streamId: string;
  readonly path: string;
  /** When it was last looked at. */
  readonly size: number;
  /** The first so many bytes had to go. */
  readonly removedBytes: number;
  /** Marks that are in the `.marks` file. */
  readonly savedCount: number;
  /** Marks that are not there yet, in their order. */
  readonly recent: readonly Mark[];
  /** The latest of all; at 0 while nothing was written. */
  readonly lastMark: Mark;
  /** The latest instant at which anybody looked at it, or 0. */
  readonly lookedAtMs: number;
}

type MutableJobFile = { -readonly [Member in keyof JobFile]: JobFile[Member] } & { recent: Mark[] };

const NO_MARK: Mark = { end: 0, atMs: 0 };

/** Marks held in memory for each file before they are written out: a crash loses at most so many. */
const RECENT_MARKS_MAX = 64;
/** Files looked at in one call, so that it stays short: the others have their turn in the next. */
const OBSERVED_PER_CALL_MAX = 2_000;

/**
 * The files that jobs are writing, and how far each had grown when.
 *
 * A mark is taken when a file is found longer than before, by whoever looks: the owner of the timers from time to time,
 * and every reader before it reads, so that what it shows keeps its time. Most jobs are so short that one mark says it
 * all: then it is kept as the file's own date.
 */
export class JobFiles {
  readonly #files: StreamFiles;
  readonly #usage: DiskUsage;
  readonly #onGrowth: (streamId: string) => void;
  readonly #open = new Map<string, MutableJobFile>();
  #turn: Iterator<MutableJobFile> | undefined;

  /** @param onGrowth called when a file was found longer, and when it is closed. */
  constructor(files: StreamFiles, usage: DiskUsage, onGrowth: (streamId: string) => void) {
    this.#files = files;
    this.#usage = usage;
    this.#onGrowth = onGrowth;
  }

  get all(): Iterable<JobFile> {
    return this.#open.values();
  }

  get(streamId: string): JobFile | undefined {
    return this.#open.get(streamId);
  }

  open(streamId: string, nowMs: number): string {
    const known = this.#open.get(streamId);
    if (known !== undefined) return known.path;

    const path = this.#files.path(streamId, "log");
    const { size, modifiedMs } = this.#files.touch(streamId, "log");
    const file = {
      streamId,
      path,
      size,
      removedBytes: 0,
      savedCount: 0,
      recent: [],
      lastMark: NO_MARK,
      lookedAtMs: 0,
    };
    this.#open.set(streamId, file);
    if (size > 0) this.#reopen(file, Math.min(modifiedMs, nowMs));
    return path;
  }

  /** Looks at the file; undefined if it is not open. */
  look(streamId: string, nowMs: number): JobFile | undefined {
    const file = this.#open.get(streamId);
    if (file !== undefined) this.#look(file, nowMs);
    return file;
  }

  /** Looks at all open files, or at as many as one call may; says whether there are any. */
  lookAtAll(nowMs: number): boolean {
    const count = Math.min(this.#open.size, OBSERVED_PER_CALL_MAX);
    for (let looked = 0; looked < count; looked += 1) {
      const file = this.#next();
      if (file !== undefined) this.#look(file, nowMs);
    }
    return this.#open.size > 0;
  }

  close(streamId: string, nowMs: number): void {
    const file = this.#open.get(streamId);
    if (file === undefined) return;
    this.#look(file, nowMs);
    this.#open.delete(streamId);
    this.#onGrowth(streamId);
    if (file.lastMark.end === 0) {
      this.#files.delete(streamId, ["log"]);
      return;
    }
    if (file.savedCount > 0 || file.recent.length > 1) this.#save(file);
    const seconds = file.lastMark.atMs / 1000;
    if (fileFacts(file.path) !== undefined) utimesSync(file.path, seconds, seconds);
  }

  /** The first so many bytes of the file are gone from now on. */
  setRemoved(streamId: string, removedBytes: number): void {
    const file = this.#open.get(streamId);
    if (file === undefined) return;
    this.#usage.change(
      streamId,
      diskBytes(file.size, removedBytes) - diskBytes(file.size, file.removedBytes),
    );
    file.removedBytes = removedBytes;
  }

  /** The file is deleted; what its job still writes is nobody's. */
  forget(streamId: string): void {
    this.#open.delete(streamId);
  }

  /** Writes out all marks; the files stay open for the next run of this program. */
  saveAll(nowMs: number): void {
    for (const file of this.#open.values()) {
      this.#look(file, nowMs);
      this.#save(file);
    }
  }

  /** Takes up what a previous run of this program knew of the file, which was last written to at the instant. */
  #reopen(file: MutableJobFile, modifiedMs: number): void {
    const { count, last } = reopenMarks(this.#files.path(file.streamId, "marks"), file.size);
    file.savedCount = count;
    file.lastMark = last;
    file.removedBytes = fileFacts(this.#files.path(file.streamId, "removed"))?.size ?? 0;
    if (file.size > last.end) this.#mark(file, file.size, modifiedMs);
  }

  #next(): MutableJobFile | undefined {
    this.#turn ??= this.#open.values();
    const next = this.#turn.next();
    if (next.done !== true) return next.value;
    this.#turn = this.#open.values();
    return this.#turn.next().value;
  }

  #look(file: MutableJobFile, nowMs: number): void {
    const size = fileFacts(file.path)?.size ?? 0;
    // A clock that was put back must not put lines back.
    file.lookedAtMs = Math.max(nowMs, file.lookedAtMs);
    if (size <= file.size) return;
    const grownBy = diskBytes(size, file.removedBytes) - diskBytes(file.size, file.removedBytes);
    this.#usage.change(file.streamId, grownBy);
    file.size = size;
    this.#mark(file, size, file.lookedAtMs);
    this.#onGrowth(file.streamId);
  }

  #mark(file: MutableJobFile, end: number, nowMs: number): void {
    const mark = { end, atMs: Math.max(nowMs, file.lastMark.atMs) };
    const isSameTime = mark.atMs === file.lastMark.atMs && file.recent.length > 0;
    if (isSameTime) file.recent.pop();
    file.recent.push(mark);
    file.lastMark = mark;
    if (file.recent.length >= RECENT_MARKS_MAX) this.#save(file);
  }

  #save(file: MutableJobFile): void {
    if (file.recent.length === 0) return;
    const before = savedMarkBytes(file.savedCount);
    if (!this.#append(file.streamId, encodeMarks(file.recent), before)) {
      // A full disk makes times coarser; it must not stop the job.
      file.recent = file.recent.filter((_mark, index) => index % 2 === 1);
      return;
    }
    file.savedCount += file.recent.length;
    file.recent = [];
    this.#usage.change(file.streamId, diskBytes(savedMarkBytes(file.savedCount)) - diskBytes(before));
  }

  /** Appends to the `.marks` file of a known length, all or nothing; says which. */
  #append(streamId: string, bytes: Buffer, length: number): boolean {
    try {
      const descriptor = this.#files.openForAppending(streamId, "marks");
      try {
        const isWhole = writeSync(descriptor, bytes) === bytes.length;
        if (!isWhole) ftruncateSync(descriptor, length);
        return isWhole;
      } finally {
        closeSync(descriptor);
      }
    } catch {
      return false;
    }
  }
}

/** Makes a `.marks` file fit to be appended to after a crash, which may have torn its end, or the end of the text. */
function reopenMarks(path: string, textBytes: number): { readonly count: number; readonly last: Mark } {
  const facts = fileFacts(path);
  if (facts === undefined) return { count: 0, last: NO_MARK };

  const descriptor = openSync(path, "r+");
  try {
    let count = savedMarkCount(facts.size);
    let last = readMark(descriptor, count - 1);
    while (count > 0 && !(last.end > 0 && last.end <= textBytes && last.atMs > 0)) {
      count -= 1;
      last = readMark(descriptor, count - 1);
    }
    ftruncateSync(descriptor, savedMarkBytes(count));
    return { count, last };
  } finally {
    closeSync(descriptor);
  }
}

function readMark(descriptor: number, index: number): Mark {
  if (index < 0) return NO_MARK;
  const bytes = Buffer.alloc(savedMarkBytes(1));
  readSync(descriptor, bytes, 0, bytes.length, savedMarkBytes(index));
  return decodeMark(bytes, 0);
}
