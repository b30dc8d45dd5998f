import type { DatabaseSync } from "node:sqlite";
import { SCHEMA_1 } from "./schema.ts";

/** Brings a store from the schema version before to its own. Runs in a transaction that is not its business. */
export type Migration = (database: DatabaseSync) => void;

/** In order: the first makes version 1. A released one never changes. */
export const MIGRATIONS: readonly Migration[] = [(database) => database.exec(SCHEMA_1)];

/** The version is in the file's header, where SQLite keeps a number for the program. 0: there is no store yet. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** Runs the migrations that the store has not had, each in a transaction: one that fails leaves the version before. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  const from = schemaVersion(database);
  for (const [index, migration] of migrations.entries()) {
    const version = index + 1;
    if (version > from) runMigration(database, migration, version);
  }
}

function runMigration(database: DatabaseSync, migration: Migration, version: number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    migration(database);
    database.exec(`PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
