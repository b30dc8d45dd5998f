import type { JobDetail, JobSummary } from "../model/batch.ts";
import { describeProgress } from "./array-progress.ts";
import { commandEndOf } from "./task-containers.ts";
import { formatDuration } from "./text.ts";

/**
 * AWS's sentences for every end of a command, well or badly, and for every array with a child that failed: they say
 * nothing beside an exit code, and beside counts.
 */
const EMPTY_SENTENCES: readonly (string | undefined)[] = [
  "Essential container in task exited",
  "Array Child Job failed",
];

/** A reason that tells of the ending itself, in either spelling: AWS writes "Canceled by JobStateTimeLimit action". */
const SAYS_SO = /^(?:cancell?ed|terminated)/i;

type Ended = Pick<JobSummary, "statusReason" | "isCancelled" | "isTerminated" | "arrayProperties"> & {
  readonly container?:
    | { readonly exitCode?: number | undefined; readonly reason?: string | undefined }
    | undefined;
};

/** A status reason that says something; undefined for AWS's sentences that do not. */
export function tellingReason(statusReason: string | undefined): string | undefined {
  return EMPTY_SENTENCES.includes(statusReason) ? undefined : statusReason;
}

/**
 * How it ended, or why it is where it is, in a phrase: `exit 137, OutOfMemoryError: …`; empty for nothing to say. Of an
 * array how far it is.
 */
export function describeOutcome(job: Ended): string {
  const { container, statusReason, isCancelled, isTerminated, arrayProperties } = job;
  const { exitCode, reason } = container ?? {};
  const why = reason ?? tellingReason(statusReason);
  const word = isTerminated === true ? "terminated" : isCancelled === true ? "cancelled" : "";
  const ending = word === "" || SAYS_SO.test(why ?? "") ? "" : `${word}: `;
  const phrases = [
    describeProgress(arrayProperties),
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
  // The model requires it; AWS leaves it out until the job has run, and of arrays.
  const startedAt: number | undefined =
    job.arrayProperties?.size === undefined ? job.startedAt : job.createdAt;
  const hasRun = startedAt !== undefined && stoppedAt !== undefined;
  const after = hasRun ? `after ${formatDuration(stoppedAt - startedAt)}` : "before it ran";
  const outcome = describeOutcome({ ...job, container: commandEndOf(job) });
  return `${status} ${after}${outcome === "" ? "" : `: ${outcome}`}`;
}
