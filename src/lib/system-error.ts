/** An error by which the operating system refused something: Node gives these a `syscall`. */
export interface SystemError extends Error {
  /** As in `ENOSPC`. */
  readonly code: string;
  readonly syscall: string;
}

export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return false;
  return typeof error.code === "string";
}
