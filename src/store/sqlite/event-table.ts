import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BatchEvent, SequencedEvent } from "../../batch/event.ts";
import { scopeKey } from "../../batch/scope.ts";
import { assert } from "../../lib/assert.ts";
import type { EventLogBounds, EventLogLimits } from "../event-log.ts";
import { parseDocument, parseScopeKey, statusNumber, statusOf } from "./rows.ts";

/** Events of one row: reading a few costs no more than reading these. */
const EVENTS_PER_ROW_MAX = 256;

/** Rows, and bytes of them, that go in one transaction. */
const ROWS_REMOVED_MAX = 1_000;
const BYTES_REMOVED_MAX = 16 * 1_048_576;

/**
 * The log of events, a row for all that a commit appends. A row knows how many bytes there ever were up to its end, so
 * that what the log takes is told by its two ends.
 */
export class EventTable {
  readonly #insert: StatementSync;
  readonly #first: StatementSync;
  readonly #last: StatementSync;
  readonly #at: StatementSync;
  readonly #rows: StatementSync;
  readonly #heads: StatementSync;
  readonly #remove: StatementSync;
  /** Where the next row begins; undefined until it has been asked for. */
  #endBytes: number | undefined;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO events (first_sequence, last_sequence, at, end_bytes, document) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`,
    );
    this.#first = database.prepare(
      "SELECT first_sequence FROM events WHERE first_sequence > 0 ORDER BY first_sequence LIMIT 1",
    );
    this.#last = database.prepare(
      `SELECT last_sequence, end_bytes FROM events WHERE first_sequence > 0
      ORDER BY first_sequence DESC LIMIT 1`,
    );
    this.#at = database.prepare(
      `SELECT first_sequence, last_sequence, at FROM events WHERE first_sequence <= ?
      ORDER BY first_sequence DESC LIMIT 1`,
    );
    this.#rows = database.prepare(
      `SELECT first_sequence, document FROM events
      WHERE first_sequence >= coalesce(
        (SELECT first_sequence FROM events WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1), 0)
      ORDER BY first_sequence`,
    );
    this.#heads = database.prepare(
      `SELECT first_sequence, at, end_bytes FROM events WHERE first_sequence > 0 AND first_sequence < ?
      ORDER BY first_sequence LIMIT ?`,
    );
    this.#remove = database.prepare("DELETE FROM events WHERE first_sequence <= ?");
  }

  append(firstSequence: number, events: readonly BatchEvent[]): void {
    let endBytes = (this.#endBytes ??= Number(this.#last.get()?.["end_bytes"] ?? 0));
    for (let start = 0; start < events.length; start += EVENTS_PER_ROW_MAX) {
      const some = events.slice(start, start + EVENTS_PER_ROW_MAX);
      const document = JSON.stringify(some.map(entryOf));
      const atMs = some.reduce((latest, event) => Math.max(latest, event.atMs), -Infinity);
      endBytes += document.length;
      const first = firstSequence + start;
      this.#insert.run(first, first + some.length - 1, atMs, endBytes, document);
    }
    this.#endBytes = endBytes;
  }

  /** To be called when a transaction was rolled back. */
  forget(): void {
    this.#endBytes = undefined;
  }

  bounds(): EventLogBounds | undefined {
    const first = this.#first.get();
    const last = this.#last.get();
    if (first === undefined || last === undefined) return undefined;
    return { firstSequence: Number(first["first_sequence"]), lastSequence: Number(last["last_sequence"]) };
  }

  readAfter(afterSequence: number, limit: number): readonly SequencedEvent[] {
    const found: SequencedEvent[] = [];
    for (const row of this.#rows.iterate(afterSequence + 1)) {
      const firstSequence = Number(row["first_sequence"]);
      for (const [index, entry] of parseDocument<Entry[]>(row["document"]).entries()) {
        const sequence = firstSequence + index;
        if (sequence > afterSequence) found.push({ sequence, event: eventOf(entry) });
      }
      if (found.length >= limit) break;
    }
    return found;
  }

  /** By halves: rows are in the order of their times, but where the clock was set back. */
  findSince(sinceMs: number): number | undefined {
    const bounds = this.bounds();
    if (bounds === undefined) return undefined;
    let { firstSequence: low, lastSequence: high } = bounds;
    high += 1;
    while (low < high) {
      const row = this.#at.get(Math.floor((low + high) / 2));
      assert(row !== undefined, "the log of events has no gap");
      if (Number(row["at"]) >= sinceMs) high = Number(row["first_sequence"]);
      else low = Number(row["last_sequence"]) + 1;
    }
    const inRow = this.readAfter(low - 1, 1);
    const offset = inRow.findIndex(({ event }) => event.atMs >= sinceMs);
    return offset === -1 ? undefined : low - 1 + offset;
  }

  /** For use in a transaction only. True if there is more to remove. */
  removeBeyond({ beforeMs, bytesMax }: EventLogLimits): boolean {
    const last = this.#last.get();
    const lastRow = last && this.#at.get(Number(last["last_sequence"]));
    if (last === undefined || lastRow === undefined) return false;
    const keptFromBytes = Number(last["end_bytes"]) - bytesMax;
    const heads = this.#heads.all(Number(lastRow["first_sequence"]), ROWS_REMOVED_MAX);
    const startBytes = Number(heads[0]?.["end_bytes"] ?? 0);
    let removedTo: number | undefined;
    let isMore = heads.length === ROWS_REMOVED_MAX;
    for (const head of heads) {
      const endBytes = Number(head["end_bytes"]);
      const isOver = Number(head["at"]) < beforeMs || endBytes <= keptFromBytes;
      if (!isOver || endBytes - startBytes > BYTES_REMOVED_MAX) {
        isMore = isOver;
        break;
      }
      removedTo = Number(head["first_sequence"]);
    }
    if (removedTo === undefined) return false;
    this.#remove.run(removedTo);
    return isMore;
  }
}

/** An event as a row holds it, in the order of `BatchEvent`; its length is what each transition costs. */
type Entry = readonly [
  kind: BatchEvent["kind"],
  scope: string,
  jobId: string,
  status: number,
  atMs: number,
  attemptCount: number,
  statusReason?: string,
];

function entryOf({ kind, scope, jobId, status, atMs, attemptCount, statusReason }: BatchEvent): Entry {
  const entry = [kind, scopeKey(scope), jobId, statusNumber(status), atMs, attemptCount] as const;
  return statusReason === undefined ? entry : [...entry, statusReason];
}

function eventOf([kind, scope, jobId, status, atMs, attemptCount, statusReason]: Entry): BatchEvent {
  return {
    kind,
    scope: parseScopeKey(scope),
    jobId,
    status: statusOf(status),
    atMs,
    attemptCount,
    ...(statusReason !== undefined && { statusReason }),
  };
}
