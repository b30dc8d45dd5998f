/** Whether the file system refused, as a full disk does: the world's fault, not this program's. */
export function isFileSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** Whether descriptors or memory are short for now: that says nothing of what was asked for. */
export function isShortage(error: unknown): boolean {
  return isFileSystemError(error) && SHORTAGES.has((error as NodeJS.ErrnoException).code ?? "");
}

const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);
