/** Whether the file system refused, as a full disk does: the world's fault, not this program's. */
export function isFileSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && "syscall" in error;
}
