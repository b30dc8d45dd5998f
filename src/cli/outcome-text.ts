import type { JobDetail, JobSummary } from "../model/batch.ts";
import { formatDuration } from "./text.ts";

/** AWS's sentence for every end of a command, well or badly: it says nothing beside an exit code. */
const COMMAND_ENDED = "Essential container in task exited";

type Ended = Pick<JobSummary, "statusReason" | "isCancelled" | "isTerminated"> & {
  readonly container?:
    | { readonly exitCode?: number | undefined; readonly reason?: string | undefined }
    | undefined;
};

/** How it ended, or why it is where it is, in a phrase: `exit 137, OutOfMemoryError: …`; empty for nothing to say. */
export function describeOutcome({ container, statusReason, isCancelled, isTerminated }: Ended): string {
  const { exitCode, reason } = container ?? {};
  const why = reason ?? (statusReason === COMMAND_ENDED ? undefined : statusReason);
  const word = isTerminated === true ? "terminated" : isCancelled === true ? "cancelled" : "";
  const ending = word === "" || why?.toLowerCase().startsWith(word) === true ? "" : `${word}: `;
  const phrases = [
    exitCode === undefined || exitCode === 0 ? undefined : `exit ${exitCode}`,
    why === undefined ? undefined : `${ending}${why}`,
  ];
  return phrases.filter((phrase) => phrase !== undefined).join(", ");
}

/**
 * How a job ended and after how long: `FAILED after 3m20s: exit 3`.
 *
 * @param status as it is to be shown.
 */
export function describeEnd(job: JobDetail, status: string): string {
  const { stoppedAt } = job;
  // The model requires it; AWS leaves it out until the job has run.
  const startedAt: number | undefined = job.startedAt;
  const hasRun = startedAt !== undefined && stoppedAt !== undefined;
  const after = hasRun ? `after ${formatDuration(stoppedAt - startedAt)}` : "before it ran";
  const outcome = describeOutcome(job);
  return `${status} ${after}${outcome === "" ? "" : `: ${outcome}`}`;
}
