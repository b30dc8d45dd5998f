import type { JobTimeout } from "../model/batch.ts";
import { checkRange } from "./range.ts";
import type { Refusal } from "./refusal.ts";

const ATTEMPT_DURATION_MIN_SECONDS = 60;

/** Reads a `timeout`: how long each attempt may be in RUNNING, in seconds; undefined for as long as it likes. */
export function parseTimeout(timeout: JobTimeout | undefined): number | undefined | Refusal {
  const attemptDurationSeconds = timeout?.attemptDurationSeconds;
  const range = { min: ATTEMPT_DURATION_MIN_SECONDS };
  return (
    checkRange(attemptDurationSeconds, "timeout.attemptDurationSeconds", range) ?? attemptDurationSeconds
  );
}
