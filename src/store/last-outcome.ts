import type { AttemptOutcome } from "../batch/attempt.ts";
import type { JobListEntry } from "./store.ts";

/** What a list shows of how the latest attempt of a job ended: nothing while it has not, or there was none. */
export function lastOutcomeOf(outcome: AttemptOutcome | undefined): Pick<JobListEntry, "lastOutcome"> {
  if (outcome === undefined) return {};
  const { exitCode, reason } = outcome;
  return {
    lastOutcome: { ...(exitCode !== undefined && { exitCode }), ...(reason !== undefined && { reason }) },
  };
}
