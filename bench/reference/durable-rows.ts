import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const ROW = JSON.stringify({ document: "r".repeat(300) });

/** Rows of a table as durable as a write-ahead log makes them, with nothing else around. */
export class DurableRows implements Disposable {
  readonly #database: DatabaseSync;
  #lastKey = 0;

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, "rows.db"));
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE rows (key INTEGER PRIMARY KEY, status INTEGER NOT NULL, document TEXT NOT NULL)`);
  }

  /** Milliseconds that it takes to insert so many in one transaction. */
  insert(count: number): number {
    const insert = this.#database.prepare("INSERT INTO rows (key, status, document) VALUES (?, 0, ?)");
    return this.#inTransaction(() => {
      for (let index = 0; index < count; index += 1) insert.run((this.#lastKey += 1), ROW);
    });
  }

  /** Milliseconds that it takes to change the last so many, each by its key, in one transaction. */
  changeLast(count: number): number {
    const update = this.#database.prepare("UPDATE rows SET status = status + 1 WHERE key = ?");
    return this.#inTransaction(() => {
      for (let index = 0; index < count; index += 1) update.run(this.#lastKey - index);
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #inTransaction(work: () => void): number {
    const startedAtMs = performance.now();
    this.#database.exec("BEGIN IMMEDIATE");
    work();
    this.#database.exec("COMMIT");
    return performance.now() - startedAtMs;
  }
}
