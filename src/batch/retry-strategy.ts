/** When a failed attempt is followed by another. */
export interface RetryStrategy {
  /** Attempts in all, the first one included: 1 to 10. */
  readonly attempts: number;
  /** Tried in order; the first match decides. At most 5. */
  readonly evaluateOnExit: readonly EvaluateOnExit[];
}

export interface EvaluateOnExit {
  readonly onStatusReason?: string;
  readonly onReason?: string;
  readonly onExitCode?: string;
  readonly action: "RETRY" | "EXIT";
}
