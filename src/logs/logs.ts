/**
 * What log streams hold, by stream id. Which groups and streams exist, and their names, the store knows.
 *
 * A job appends lines straight to a file; the reader stamps the time by watching the file grow. Clients put events
 * that carry their own times.
 */
export interface Logs extends AsyncDisposable, JobLogs {
  /** Appends events of a client; durable when it resolves. Timestamps ascend within the call. */
  putEvents(streamId: string, events: readonly InputLogEvent[], ingestedAtMs: number): Promise<void>;

  /**
   * Events of one stream, oldest first, between two positions.
   * `from` and `until` bound the timestamps (inclusive, exclusive).
   */
  readEvents(streamId: string, request: ReadRequest): Promise<EventPage>;

  /** What a description of a stream says; undefined where the stream holds nothing. */
  describe(streamId: string): Promise<StreamExtent | undefined>;

  remove(streamId: string): Promise<void>;

  /** Stamps what has grown since the last call; true while any file is open. The owner of the timers calls it. */
  observeGrowth(nowMs: number): boolean;

  /** Keeps the disk that logs take below the limit: oldest first; what had to go, the stream itself says. */
  enforceLimit(nowMs: number): Promise<void>;
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
  /** Where the event begins in its stream: ascending, unique within it. */
  readonly position: number;
}

export interface ReadRequest {
  /** Begin at this position: with `forward` the first event at or after it, else the last events before it. */
  readonly position: number | "start" | "end";
  readonly direction: "forward" | "backward";
  readonly limit: number;
  readonly bytesMax: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
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
  readonly firstEventMs: number;
  readonly lastEventMs: number;
  readonly lastIngestionMs: number;
  readonly storedBytes: number;
}
