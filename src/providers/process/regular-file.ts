import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isSystemError } from "../../lib/system-error.ts";

export interface OpenFile extends Disposable {
  readonly fd: number;
  readonly size: number;
}

/**
 * Opens a file that a job may have replaced, as it has the rights of the server. Undefined where the file is gone;
 * what stands at its place and is something else counts as gone, and is never waited for as a FIFO would be.
 */
export function openRegularFile(path: string, flags: number): OpenFile | undefined {
  return openKind(path, flags, "file");
}

/** As `openRegularFile`. Undefined also where nobody reads. */
export function openFifoToWrite(path: string): OpenFile | undefined {
  return openKind(path, constants.O_WRONLY, "fifo");
}

/** As `openRegularFile`. Both ends. */
export function openFifo(path: string): OpenFile | undefined {
  return openKind(path, constants.O_RDWR, "fifo");
}

/**
 * What stands in the file from this byte on. Undefined where it is gone, or where that is more than `bytesMax`: nobody
 * but a job makes it so.
 */
export function readRegularFile(path: string, bytesMax: number, offset = 0): Buffer | undefined {
  using file = openRegularFile(path, constants.O_RDONLY);
  if (file === undefined || file.size - offset > bytesMax) return undefined;
  const bytes = Buffer.alloc(Math.max(0, file.size - offset));
  return bytes.subarray(0, readSync(file.fd, bytes, 0, bytes.length, offset));
}

function openKind(path: string, flags: number, kind: "file" | "fifo"): OpenFile | undefined {
  const fd = openIfThere(path, flags | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (fd === undefined) return undefined;
  const stat = fstatSync(fd);
  if (kind === "file" ? stat.isFile() : stat.isFIFO()) {
    return { fd, size: stat.size, [Symbol.dispose]: () => closeSync(fd) };
  }
  closeSync(fd);
  return undefined;
}

function openIfThere(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (isSystemError(error) && GONE.has(error.code)) return undefined;
    throw error;
  }
}

/** What open(2) says of a file that is not there, or is another kind of file, or was closed to its owner. */
const GONE: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "ELOOP",
  "ENXIO",
  "ENODEV",
  "EACCES",
  "EPERM",
]);
