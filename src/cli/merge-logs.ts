import type { OutputLogEvent } from "../model/logs.ts";
import type { LogReader } from "./log-reader.ts";
import type { LogStreamName } from "./log-stream.ts";

interface LogSource {
  readonly name: LogStreamName;
  readonly reader: Pick<LogReader, "readPage">;
}

interface MergedEvent {
  readonly name: LogStreamName;
  readonly event: OutputLogEvent;
}

/** Yields what several log streams hold, in the order of time; what has the same time in the order of the streams. */
export async function* mergeLogs(sources: readonly LogSource[]): AsyncGenerator<readonly MergedEvent[]> {
  const cursors = sources.map((source) => new Cursor(source));
  for (;;) {
    await Promise.all(cursors.map((cursor) => cursor.fill()));
    const open = cursors.filter(({ pending }) => pending.length > 0);
    if (open.length === 0) return;
    // Of each stream all is known up to the last event that was read of it.
    const untilMs = Math.min(...open.map(({ pending }) => pending.at(-1)?.timestamp ?? 0));
    const events = open.flatMap((cursor) => cursor.takeUntil(untilMs));
    yield events.toSorted((a, b) => (a.event.timestamp ?? 0) - (b.event.timestamp ?? 0));
  }
}

class Cursor {
  readonly #source: LogSource;
  #isAtEnd = false;
  pending: readonly OutputLogEvent[] = [];

  constructor(source: LogSource) {
    this.#source = source;
  }

  async fill(): Promise<void> {
    while (this.pending.length === 0 && !this.#isAtEnd) {
      const page = await this.#source.reader.readPage();
      this.pending = page.events;
      this.#isAtEnd = page.isAtEnd;
    }
  }

  takeUntil(untilMs: number): readonly MergedEvent[] {
    const later = this.pending.findIndex(({ timestamp = 0 }) => timestamp > untilMs);
    const count = later === -1 ? this.pending.length : later;
    const taken = this.pending.slice(0, count);
    this.pending = this.pending.slice(count);
    return taken.map((event) => ({ name: this.#source.name, event }));
  }
}
