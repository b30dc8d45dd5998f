import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makePrivate } from "./private-files.ts";

/** A data folder that cannot be used, with what to do about it. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/** The data folder, held by this process alone until it is disposed of. */
export interface DataFolder extends Disposable {
  readonly path: string;
  /** The file by which it is held. */
  readonly lockPath: string;
}

/**
 * Makes the data folder if it is not there, closes it to other users and takes it for this process.
 *
 * The lock is SQLite's own on a small database: the operating system drops it when the process dies, however it dies,
 * so a lock left by a dead server is no obstacle, and a pid used again is no confusion.
 *
 * @param tell called with what there is to tell of the folder.
 */
export function openDataFolder(path: string, tell: (sentence: string) => void): DataFolder {
  makeFolder(path);
  const lockPath = join(path, "lock.db");
  const lock = takeLock(path, lockPath);
  try {
    writeFileSync(join(path, "pid"), `${process.pid}\n`);
    for (const sentence of makePrivate(path)) tell(sentence);
  } catch (error) {
    lock.close();
    throw new DataFolderError(`the data folder ${path} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return {
    path,
    lockPath,
    [Symbol.dispose]() {
      lock.close();
    },
  };
}

function makeFolder(path: string): void {
  try {
    makeMissingFolders(path);
  } catch (error) {
    throw new DataFolderError(`the data folder ${path} cannot be made: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** One after the other: where the file system takes none, as below /proc, Node's own `recursive` never ends. */
function makeMissingFolders(path: string): void {
  if (existsSync(path)) return;
  makeMissingFolders(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function takeLock(path: string, lockPath: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockPath);
    lock.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) {
      throw new DataFolderError(
        `the data folder ${path} is in use by another Batchyard server${holder(path)}; ` +
          `stop it, or give this one a folder of its own with --data`,
        { cause: error },
      );
    }
    throw new DataFolderError(`the data folder ${path} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function holder(path: string): string {
  try {
    return ` (pid ${readFileSync(join(path, "pid"), "utf8").trim()})`;
  } catch {
    return ""; // it has just taken the lock and not written its pid yet
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
