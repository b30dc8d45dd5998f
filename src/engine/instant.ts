/** One moment, on both clocks. */
export interface Instant {
  /** Wall time: what is shown and stored. May jump. */
  readonly nowMs: number;
  /** Monotonic time: what lengths are measured with. */
  readonly monotonicMs: number;
}
