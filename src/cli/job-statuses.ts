import type { JobStatus } from "../model/batch.ts";

/** In the order of a job's life. */
const ACTIVE_STATUSES: readonly JobStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];
const ENDED_STATUSES: readonly JobStatus[] = ["SUCCEEDED", "FAILED"];

/** Those that have not ended first, as they are nearer to their end. */
export const ALL_STATUSES: readonly JobStatus[] = [...ACTIVE_STATUSES.toReversed(), ...ENDED_STATUSES];

/** What `--status` takes: `active` and `ended` stand for several. */
export const STATUS_WORDS: readonly string[] = [...ACTIVE_STATUSES, ...ENDED_STATUSES, "active", "ended"];

export function isTerminal(status: JobStatus | undefined): boolean {
  return status !== undefined && ENDED_STATUSES.includes(status);
}
