/** Where the time comes from. Reading a clock never moves it. */
export interface Clock {
  /** Wall time, milliseconds since 1970 UTC. May jump either way. */
  nowMs(): number;
  /** Milliseconds since some fixed instant of this process. Never goes back. */
  monotonicMs(): number;
}
