import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { JobProgressPatch } from "../../batch/job.ts";
import { statusNumber } from "./rows.ts";

/** What changes of a job and of a child of one: its columns. */
export const PROGRESS_NAMES = [
  "status",
  "status_reason",
  "queue_position",
  "attempt_count",
  "scheduled_at",
  "started_at",
  "stopped_at",
  "is_cancelled",
  "is_terminated",
  "stopped_by",
];

/** In the order of `PROGRESS_NAMES`; null for what is absent. */
export function progressValues(progress: JobProgressPatch): (string | number | null)[] {
  return [
    progress.status === undefined ? null : statusNumber(progress.status),
    progress.statusReason ?? null,
    progress.queuePosition ?? null,
    progress.attemptCount ?? null,
    progress.scheduledAtMs ?? null,
    progress.startedAtMs ?? null,
    progress.stoppedAtMs ?? null,
    progress.isCancelled === undefined ? null : Number(progress.isCancelled),
    progress.isTerminated === undefined ? null : Number(progress.isTerminated),
    progress.stoppedBy === undefined ? null : JSON.stringify(progress.stoppedBy),
  ];
}

/**
 * Writes patches of progress to the rows of a table, each to the columns that it sets and to no other: what is not
 * written needs no index brought up to date. There are few kinds of patches, so each has a statement.
 */
export class ProgressUpdates {
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly #where: string;
  /** By the columns that they set, one bit each. */
  readonly #statements = new Map<number, StatementSync>();

  /** @param where chooses the row; its parameters come behind the columns'. */
  constructor(database: DatabaseSync, table: string, where: string) {
    this.#database = database;
    this.#table = table;
    this.#where = where;
  }

  run(patch: JobProgressPatch, key: readonly (string | number)[]): void {
    const values = progressValues(patch);
    let columns = 0;
    for (const [index, value] of values.entries()) if (value !== null) columns |= 1 << index;
    if (columns === 0) return;
    this.#statementFor(columns).run(...values.filter((value) => value !== null), ...key);
  }

  #statementFor(columns: number): StatementSync {
    const known = this.#statements.get(columns);
    if (known !== undefined) return known;
    const names = PROGRESS_NAMES.filter((_name, index) => (columns & (1 << index)) !== 0);
    const settings = names.map((name) => `${name} = ?`).join(", ");
    const statement = this.#database.prepare(`UPDATE ${this.#table} SET ${settings} WHERE ${this.#where}`);
    this.#statements.set(columns, statement);
    return statement;
  }
}
