/** Holds what must be true if the program has no bug. A failure stops the process: the store is sound, a restart mends. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The end of an exhaustive `switch`: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${JSON.stringify(value)}`);
}

/** A bug of this program, never a caller's mistake. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}
