import type { DatabaseSync, StatementSync } from "node:sqlite";

/** So many jobs may wait to be indexed: every list of jobs reads them, in half a millisecond. */
const TAIL_MAX = 1_000;

/**
 * The indexes behind the lists of jobs, which are brought up in bulk.
 *
 * Jobs of one commit lie side by side in the other B-trees, but all over these: indexed at once, each job would make
 * the commit write a page or two more, and its first changes of status more again. So a job is stored with
 * `is_indexed = 0`, which the indexes leave out. The commit that finds more than `TAIL_MAX` of those sets it to 1 for
 * all of them, and SQLite puts them into the indexes. The jobs that are not indexed yet, the tail, are always those
 * with the highest keys: a list reads them as they are.
 *
 * Whether a job is indexed stands in its row, so there is nothing that a crash or a removal could leave behind.
 */
export class JobListIndex {
  readonly #selectEnd: StatementSync;
  readonly #indexTail: StatementSync;
  /** Undefined: to be looked up. */
  #end: number | undefined;

  constructor(database: DatabaseSync) {
    this.#selectEnd = database.prepare(
      "SELECT job_key FROM jobs NOT INDEXED WHERE is_indexed = 1 ORDER BY job_key DESC LIMIT 1",
    );
    this.#indexTail = database.prepare(
      "UPDATE jobs NOT INDEXED SET is_indexed = 1 WHERE job_key > ? AND is_indexed = 0",
    );
  }

  /** No job with a higher key is indexed, and every other one is. To find it out reads the tail. */
  get end(): number {
    this.#end ??= Number(this.#selectEnd.get()?.["job_key"] ?? 0);
    return this.#end;
  }

  /** To be called in the transaction that stored a job, with its key: the highest of all. */
  indexLongTail(lastJobKey: number): void {
    if (lastJobKey - this.end <= TAIL_MAX) return;
    this.#indexTail.run(this.end);
    this.#end = lastJobKey;
  }

  /** To be called when jobs were removed, whose keys may be given again, and when a transaction was rolled back. */
  forget(): void {
    this.#end = undefined;
  }
}
