/** What was seen of one thing, and what to do about it. */
export interface Finding {
  readonly name: string;
  /** `missing`: jobs cannot run for it, unless something else stands in. `poor`: they can, but less well. */
  readonly verdict: "good" | "poor" | "missing";
  readonly text: string;
  readonly remedy?: string;
}
