/** An error of SQLite itself, as `node:sqlite` throws it. */
export interface SqliteError extends Error {
  /** SQLite's extended result code; its lowest byte is the primary one. https://www.sqlite.org/rescode.html */
  readonly errcode: number;
}

export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
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
