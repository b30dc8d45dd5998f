import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreOpenError } from "../store.ts";
import { migrate, MIGRATIONS, schemaVersion } from "./migrations.ts";
import type { Migration } from "./migrations.ts";
import { hasSqliteCode, isDamage, SQLITE_BUSY } from "./sqlite-error.ts";

/** `BYRD`, in the header of every file of ours: https://www.sqlite.org/fileformat.html#application_id */
const APPLICATION_ID = 0x42595244;

/**
 * A file up to this size is read whole when it is opened, to find damage: a twentieth of a second at most, or behind a
 * crash, which leaves a WAL and may have cost the disk more, a second. Damage elsewhere shows when it is read.
 */
const CHECKED_BYTES_MAX = { always: 32 * 1024 * 1024, afterCrash: 256 * 1024 * 1024 } as const;

/**
 * Opens the store in the file, makes it if it is not there, and brings it to the newest schema.
 *
 * What cannot be opened is refused with `StoreOpenError` and left as it is, the files beside it too: it is looked at
 * through a read-only connection before anything else.
 */
export function openDatabase(path: string, migrations: readonly Migration[] = MIGRATIONS): DatabaseSync {
  if (!existsSync(path)) createDatabase(path, migrations);
  try {
    refuseUnusable(path, migrations.length);
    return openUsable(path, migrations);
  } catch (error) {
    throw error instanceof StoreOpenError ? error : openError(path, error);
  }
}

/** Makes the store under another name and renames it, so that a crash never leaves half a store. */
function createDatabase(path: string, migrations: readonly Migration[]): void {
  if (hasWal(path)) {
    throw new StoreOpenError(
      `${path} is missing, but ${path}-wal, which belongs to it and may hold jobs, is there. Nothing was changed. ` +
        `Put both back from where they were, or move ${path}-wal away to begin with an empty store.`,
    );
  }
  const unfinished = `${path}.new`;
  try {
    for (const suffix of ["", "-journal", "-wal"]) rmSync(`${unfinished}${suffix}`, { force: true });
    using database = new DatabaseSync(unfinished);
    migrate(database, migrations);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = WAL`);
    database.close();
    renameSync(unfinished, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw new StoreOpenError(
      `no store can be made in ${dirname(path)}: ${messageOf(error)}. ` +
        `The folder must exist, the server must be allowed to write to it, and its disk must have room.`,
      { cause: error },
    );
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function refuseUnusable(path: string, knownVersion: number): void {
  const { size } = statSync(path);
  if (size === 0) throw new StoreOpenError(`${path} is empty: ${WHAT_TO_DO}`);
  using database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  const applicationId = Number(database.prepare("PRAGMA application_id").get()?.["application_id"]);
  if (applicationId !== APPLICATION_ID) {
    throw new StoreOpenError(
      `${path} is an SQLite database, but not one of Batchyard (its application id is ${applicationId}). ` +
        `Nothing was changed. Give Batchyard a folder of its own.`,
    );
  }
  const version = schemaVersion(database);
  if (version > knownVersion) {
    throw new StoreOpenError(
      `${path} was made by a newer Batchyard (schema ${version}; this one knows up to ${knownVersion}). ` +
        `Nothing was changed. Run the newer version, or give this one a folder of its own.`,
    );
  }
  const { always, afterCrash } = CHECKED_BYTES_MAX;
  if (size <= (hasWal(path) ? afterCrash : always)) refuseDamaged(path, database);
}

/** Whether something was committed that is not in the file yet, as behind a crash. */
function hasWal(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function refuseDamaged(path: string, database: DatabaseSync): void {
  const [first] = database.prepare("PRAGMA quick_check(1)").all();
  const finding = first?.["quick_check"];
  if (finding !== "ok") throw damageError(path, String(finding));
}

/**
 * - EXCLUSIVE: nobody else may use the file, and WAL needs no shared memory beside it. Set before the first access.
 * - FULL: every commit is on the disk before it returns.
 * - wal_autocheckpoint: the WAL is moved into the file when it has 16 MiB. Measured: with 4 MiB a tenth slower.
 * - journal_size_limit: a WAL that grew because the disk was full shrinks again, to 64 MiB.
 * - cache_size: 8 MiB. Measured: each commit looks through the cache, and one of 64 MiB makes it a tenth slower.
 */
const SETTINGS = `PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192`;

function openUsable(path: string, migrations: readonly Migration[]): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec(`${SETTINGS}; BEGIN IMMEDIATE; COMMIT`);
    bringUpToDate(path, database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function bringUpToDate(path: string, database: DatabaseSync, migrations: readonly Migration[]): void {
  try {
    migrate(database, migrations);
  } catch (error) {
    throw new StoreOpenError(
      `${path} is left in schema ${schemaVersion(database)}: ` +
        `it cannot be brought to schema ${migrations.length}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** The error of a file that cannot be opened or read. */
export function openError(path: string, error: unknown): StoreOpenError {
  if (isDamage(error)) return damageError(path, messageOf(error), error);
  if (hasSqliteCode(error, SQLITE_BUSY)) {
    return new StoreOpenError(`${path} is in use by another process. Stop it first.`, { cause: error });
  }
  return new StoreOpenError(
    `${path} cannot be opened: ${messageOf(error)}. ` +
      `The server must be allowed to read and write it and the folder that it is in.`,
    { cause: error },
  );
}

function damageError(path: string, finding: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError(`${path} is damaged, or not a store of Batchyard (${finding}): ${WHAT_TO_DO}`, {
    cause,
  });
}

const WHAT_TO_DO =
  "nothing was changed. Restore the folder from a backup, or move the file, and with it those whose names begin " +
  "with its name, away to begin with an empty store.";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
