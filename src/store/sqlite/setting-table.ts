import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Facts about the data folder, by name. */
export class SettingTable {
  readonly #put: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    );
    this.#select = database.prepare("SELECT value FROM settings WHERE name = ?");
  }

  put(name: string, value: string): void {
    this.#put.run(name, value);
  }

  read(name: string): string | undefined {
    const row = this.#select.get(name);
    return row === undefined ? undefined : String(row["value"]);
  }
}
