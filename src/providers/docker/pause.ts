import { once } from "node:events";

/** Resolves after so many milliseconds; rejects as soon as the signal aborts. */
export async function pause(lengthMs: number, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(lengthMs)]);
  if (!over.aborted) await once(over, "abort");
  signal.throwIfAborted();
}
