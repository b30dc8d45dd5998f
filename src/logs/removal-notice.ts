import { formatBytes } from "../lib/format-bytes.ts";

/** Limits that a log may have had to give way to, in bytes. */
export interface LogLimits {
  /** Of the disk that all logs together take. */
  readonly diskBytesMax: number;
  /** Of the disk that one job's log takes. */
  readonly jobLogBytesMax: number;
}

/** What stands in a log in place of what had to go. */
export function removalNotice(removedBytes: number, removedAtMs: number, limits: LogLimits): string {
  const at = new Date(removedAtMs).toISOString().replace(/\.\d+Z$/, "Z");
  return (
    `[batchyard] ${removedBytes} bytes of this log were removed on ${at}: ` +
    `logs may take ${formatBytes(limits.diskBytesMax)} on this disk (--log-disk-limit), ` +
    `one job's log ${formatBytes(limits.jobLogBytesMax)} (--job-log-limit)`
  );
}
