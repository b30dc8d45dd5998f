import type { SequencedEvent } from "../batch/event.ts";

/** Reads the log of events: those that are kept are one run of sequences without gaps. */
export interface EventLog {
  /** Undefined until there was the first event. The latest events are always kept, so that numbering goes on. */
  eventLogBounds(): Promise<EventLogBounds | undefined>;
  /** Events that follow the sequence, in their order: at least one if there is any, and not many more than `limit`. */
  readEvents(afterSequence: number, limit: number): Promise<readonly SequencedEvent[]>;
  /**
   * The sequence after which the events of the instant and later ones stand: all of them, if the clock never went back.
   * Undefined where there are none.
   */
  findEventsSince(sinceMs: number): Promise<number | undefined>;
  /**
   * Removes the oldest events that go beyond the limits, a bounded number of them; says whether there are more. Rejects
   * as `commit` does.
   */
  removeEvents(limits: EventLogLimits): Promise<boolean>;
}

export interface EventLogBounds {
  readonly firstSequence: number;
  readonly lastSequence: number;
}

export interface EventLogLimits {
  /** Older ones are to go. */
  readonly beforeMs: number;
  /** What the events that are kept take at most. */
  readonly bytesMax: number;
}
