import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { diskBytes } from "./disk-usage.ts";
import type { DiskUsage } from "./disk-usage.ts";
import { LogWriteError } from "./logs.ts";
import type { InputLogEvent, LogEvent } from "./logs.ts";
import type { Piece } from "./pieces.ts";
import { fileFacts } from "./stream-files.ts";
import type { StreamFiles } from "./stream-files.ts";
import { pieceStartBefore } from "./text.ts";

/** More than the longest record: a message of 1 MiB of control characters, six times as long in JSON. */
export const RECORD_BYTES_MAX = 8 * 1_048_576;

/** Held in memory until they are written, for all streams together. */
const WAITING_BYTES_MAX = 64 * 1_048_576;
/** Written and made durable at once. */
const GROUP_BYTES_MAX = 8 * 1_048_576;

interface Put {
  readonly records: Buffer;
  readonly lastMs: number;
  readonly done: PromiseWithResolvers<void>;
}

interface Queue {
  readonly waiting: Put[];
  /** What stands behind it is not durable yet; undefined before the file was looked at. */
  durableEnd: number | undefined;
}

/**
 * The files that hold what clients put: appended to, one JSON record a line, by one writer for each stream. What waits
 * while the disk is busy is made durable together.
 */
export class ClientFiles {
  readonly #files: StreamFiles;
  readonly #usage: DiskUsage;
  readonly #onGrowth: (streamId: string) => void;
  readonly #queues = new Map<string, Queue>();
  readonly #writers = new Set<Promise<void>>();
  #waitingBytes = 0;

  /** @param onGrowth called when events of the stream have become durable. */
  constructor(files: StreamFiles, usage: DiskUsage, onGrowth: (streamId: string) => void) {
    this.#files = files;
    this.#usage = usage;
    this.#onGrowth = onGrowth;
  }

  put(streamId: string, events: readonly InputLogEvent[], ingestedAtMs: number): Promise<void> {
    const records = Buffer.from(events.map((event) => encodeRecord(event, ingestedAtMs)).join(""));
    if (this.#waitingBytes + records.length > WAITING_BYTES_MAX) {
      return Promise.reject(new LogWriteError("more log events are waiting to be written than can be held"));
    }
    const put = { records, lastMs: events.at(-1)?.timestampMs ?? 0, done: Promise.withResolvers<void>() };
    this.#waitingBytes += records.length;

    const queue = this.#queues.get(streamId);
    if (queue === undefined) this.#startWriter(streamId, { waiting: [put], durableEnd: undefined });
    else queue.waiting.push(put);
    return put.done.promise;
  }

  isWriting(streamId: string): boolean {
    return this.#queues.has(streamId);
  }

  /** Of a stream that is being written: what stands behind it may not be shown. */
  durableEnd(streamId: string): number | undefined {
    return this.#queues.get(streamId)?.durableEnd;
  }

  /** Resolves when nothing is waiting to be written. */
  async settle(): Promise<void> {
    await Promise.all(this.#writers);
  }

  #startWriter(streamId: string, queue: Queue): void {
    this.#queues.set(streamId, queue);
    const writer = this.#write(streamId, queue).finally(() => this.#writers.delete(writer));
    this.#writers.add(writer);
  }

  /** Never rejects: whoever put something is told. */
  async #write(streamId: string, queue: Queue): Promise<void> {
    while (queue.waiting.length > 0) {
      const group = takeGroup(queue.waiting);
      try {
        await this.#append(streamId, queue, group);
        for (const { done } of group) done.resolve();
        this.#onGrowth(streamId);
      } catch (cause) {
        const error = new LogWriteError("the log events could not be written to the disk", { cause });
        for (const { done } of group) done.reject(error);
      }
      for (const { records } of group) this.#waitingBytes -= records.length;
    }
    this.#queues.delete(streamId);
  }

  async #append(streamId: string, queue: Queue, group: readonly Put[]): Promise<void> {
    this.#files.makeShard(streamId);
    const path = this.#files.path(streamId, "events");
    const begin = fileFacts(this.#files.path(streamId, "removed"))?.size ?? 0;
    await using file = await open(path, "a+", 0o600);
    const before = await file.stat();
    const size = await wholeSize(file, begin, before.size);
    queue.durableEnd = size;

    const records = Buffer.concat(group.map((put) => put.records));
    try {
      await file.appendFile(records);
      await file.datasync();
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
    if (before.size === 0) await syncFolder(dirname(path));
    queue.durableEnd = size + records.length;

    const latestMs = Math.max(
      ...group.map(({ lastMs }) => lastMs),
      size > begin ? Math.round(before.mtimeMs) : 0,
    );
    await file.utimes(latestMs / 1000, latestMs / 1000);
    this.#usage.change(streamId, diskBytes(size + records.length, begin) - diskBytes(before.size, begin));
  }
}

/** Undefined where the line is no record: nobody wrote it whole. */
export function parseRecord({ begin, bytes }: Piece): LogEvent | undefined {
  const record = parseJson(bytes.toString("utf8"));
  if (!Array.isArray(record)) return undefined;
  const [timestampMs, ingestedAtMs, message] = record as readonly unknown[];
  if (typeof timestampMs !== "number" || typeof ingestedAtMs !== "number") return undefined;
  return typeof message === "string" ? { timestampMs, ingestedAtMs, message, position: begin } : undefined;
}

function encodeRecord({ timestampMs, message }: InputLogEvent, ingestedAtMs: number): string {
  return `${JSON.stringify([timestampMs, ingestedAtMs, message])}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function takeGroup(waiting: Put[]): readonly Put[] {
  let bytes = 0;
  const count = waiting.findIndex(({ records }) => {
    bytes += records.length;
    return bytes > GROUP_BYTES_MAX;
  });
  return waiting.splice(0, count === -1 ? waiting.length : Math.max(1, count));
}

/** Cuts off a record that a crash left half written, and brings the file to where its next record belongs. */
async function wholeSize(file: FileHandle, begin: number, size: number): Promise<number> {
  const source = {
    read: async (offset: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
  const text = { source, begin, end: Math.max(begin, size), isEnded: false, lineBytesMax: RECORD_BYTES_MAX };
  const whole = await pieceStartBefore(text, text.end);
  if (whole !== size) await file.truncate(whole);
  return whole;
}

/** Makes a new file's name durable. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
