/** An error of SQLite itself, as `node:sqlite` throws it. */
export interface SqliteError extends Error {
  /** SQLite's extended result code; its lowest byte is the primary one. https://www.sqlite.org/rescode.html */
  readonly errcode: number;
}

export const SQLITE_BUSY = 5;
const SQLITE_NOMEM = 7;
const SQLITE_IOERR = 10;
export const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
export const SQLITE_NOTADB = 26;

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number";
}

/** Whether it is an error of SQLite with this primary result code. */
export function hasSqliteCode(error: unknown, primaryCode: number): boolean {
  return isSqliteError(error) && (error.errcode & 0xff) === primaryCode;
}

/** Whether what was read is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  return hasSqliteCode(error, SQLITE_CORRUPT) || hasSqliteCode(error, SQLITE_NOTADB);
}

/** Whether the operating system did not do its part: that may pass. */
export function isOutageOfSqlite(error: unknown): error is SqliteError {
  return [SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN].some((code) =>
    hasSqliteCode(error, code),
  );
}
