import { isSystemError } from "../lib/system-error.ts";
import { isOutageOfSqlite } from "../store/sqlite/sqlite-error.ts";
import { StoreWriteError } from "../store/store.ts";

/** What the operating system says of a wrong call, not of itself. */
const WRONG_CALLS: ReadonlySet<string> = new Set(["EBADF", "EFAULT", "EINVAL"]);

/**
 * The kind of an error that is the world's fault and may pass, as a full disk does; undefined for one that is a bug.
 */
export function outageKind(error: unknown): string | undefined {
  if (isSystemError(error)) return WRONG_CALLS.has(error.code) ? undefined : error.code;
  if (error instanceof StoreWriteError) return error.name;
  return isOutageOfSqlite(error) ? error.message : undefined;
}
