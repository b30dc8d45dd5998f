import { setTimeout as delay } from "node:timers/promises";

/** Waits; the signal ends the wait early. The command line's only clockwork: it polls, and nothing else of it is timed. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
