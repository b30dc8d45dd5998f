/** A wall clock that moves this much against the monotonic one has been set, not drifted. */
const JUMP_MS_MIN = 5_000;

/**
 * Notices when the wall clock is set while the server runs, so that strange times in what is stored can be explained.
 * Nothing depends on it: lengths are measured on the monotonic clock.
 */
export class ClockWatch {
  #offsetMs: number | undefined;

  /** Milliseconds by which the wall clock was set since the last look (negative: back); undefined if it was not. */
  look(nowMs: number, monotonicMs: number): number | undefined {
    const offsetMs = nowMs - monotonicMs;
    const jumpMs = offsetMs - (this.#offsetMs ?? offsetMs);
    this.#offsetMs = offsetMs;
    return Math.abs(jumpMs) >= JUMP_MS_MIN ? Math.round(jumpMs) : undefined;
  }
}
