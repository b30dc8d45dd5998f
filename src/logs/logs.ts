import type { WorkBudget } from "./work-budget.ts";

/**
 * What log streams hold, by stream id. Which groups and streams exist, and their names, the store knows.
 *
 * A job appends lines straight to a file; the reader stamps the time by watching the file grow. Clients put events
 * that carry their own times. A stream that nobody wrote to holds nothing, and asking for it is no mistake.
 */
export interface Logs extends AsyncDisposable, JobLogs {
  /**
   * Appends events of a client; durable when it resolves. Timestamps ascend within the call, and there is at least one
   * event. Rejects with `LogWriteError` where nothing of the call was kept.
   */
  putEvents(streamId: string, events: readonly InputLogEvent[], ingestedAtMs: number): Promise<void>;

  /**
   * A page of one stream. What a job wrote comes in the order of time. What clients put comes in the order in which
   * it was put, page by page, and by timestamp within the page: in the order of time throughout if the puts were.
   *
   * A page may be short or empty although more follows, so that no call reads without end: the end is where the page's
   * position is the one that was asked for.
   */
  readEvents(streamId: string, request: ReadRequest): Promise<EventPage>;

  /** Watches a stream that somebody waits for to grow; undefined where too many wait already. */
  watchGrowth(streamId: string): GrowthWatch | undefined;

  /** What a description of a stream says; undefined where the stream holds nothing. */
  describe(streamId: string): Promise<StreamExtent | undefined>;

  /** `lastEventMs` of `describe` for the price of looking at a file's date. */
  lastEventAt(streamId: string): number | undefined;

  /** A job may still write to the stream. */
  isOpen(streamId: string): boolean;

  /** Forgets all that the stream holds. */
  remove(streamId: string): void;

  /** Forgets all that the stream holds if its last event is older and nobody is writing; says whether it did. */
  removeOlderThan(streamId: string, beforeMs: number): boolean;

  /** Stamps what has grown since the last call. The owner of the timers calls it. */
  observeGrowth(nowMs: number): GrowthReport;

  /** Keeps the disk that logs take below the limit: oldest first; what had to go, the stream itself says. */
  enforceLimit(nowMs: number): Promise<void>;

  /** What all of it takes on the disk, in bytes; right once `enforceLimit` has counted. */
  readonly diskBytes: number;
}

/** Who waits for a stream to grow. Disposing of it ends the wait. */
export interface GrowthWatch extends Disposable {
  /** Resolves when the stream has grown since the last call, or since the watch began; or when the signal aborts. */
  grown(signal: AbortSignal): Promise<void>;
}

/** What was seen while growth was stamped. */
export interface GrowthReport {
  /** Some file is open: there may be something to stamp soon. */
  readonly isAnyOpen: boolean;
  /** So much has come that `enforceLimit` has something to do. */
  readonly isOverLimit: boolean;
}

/** What a provider sees of the logs. */
export interface JobLogs {
  /** The file that the attempt's output is appended to, made if it is not there; its growth is stamped from now on. */
  openFile(streamId: string): string;
  /** Nothing more will be written: the last line counts as whole. Harmless if it was never opened. */
  closeFile(streamId: string): void;
}

export interface InputLogEvent {
  readonly timestampMs: number;
  readonly message: string;
}

export interface LogEvent extends InputLogEvent {
  readonly ingestedAtMs: number;
  /** Where the event begins in its stream, in bytes: unique within it, and ascending as it was written. */
  readonly position: number;
}

export interface ReadRequest {
  /** Where to begin, as a page gave it: with `forward` what is at or after it, else what is before it. */
  readonly position: number | "start" | "end";
  readonly direction: "forward" | "backward";
  /** At least 1. */
  readonly limit: number;
  /** Of the messages in UTF-8 with 26 for each event, as AWS counts; one event comes whatever its size. */
  readonly bytesMax: number;
  /** Inclusive. */
  readonly fromMs?: number | undefined;
  /** Exclusive. */
  readonly untilMs?: number | undefined;
  /**
   * A regular expression of Go that the first line of each event matches, for a stream that a job writes; absent: each
   * line is an event. The same in all reads of a stream, else positions are not those of events.
   */
  readonly multilinePattern?: string | undefined;
  /** What testing lines against the pattern may take before the page ends early; absent: the read has one of its own. */
  readonly budget?: WorkBudget | undefined;
}

export interface EventPage {
  /** Oldest first, whichever the direction. */
  readonly events: readonly LogEvent[];
  /** Read `forward` from here for what follows the page. */
  readonly nextPosition: number;
  /** Read `backward` from here for what precedes the page. */
  readonly previousPosition: number;
}

export interface StreamExtent {
  /** Of the first that was written and is still there. */
  readonly firstEventMs: number;
  readonly lastEventMs: number;
  readonly lastIngestionMs: number;
  /** Bytes of text or records: 0 where all of it had to go. */
  readonly storedBytes: number;
}

/** Without anything written for so long an event of many lines is whole, in milliseconds. */
export const QUIET_MS = 1_000;

/** Bytes that AWS counts for an event beyond its message. */
export const EVENT_OVERHEAD_BYTES = 26;

/** Thrown where events of a client could not be kept, as on a full disk. The cause is kept. */
export class LogWriteError extends Error {
  override readonly name = "LogWriteError";
}
