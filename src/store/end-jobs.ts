import type { AttemptStop } from "../batch/attempt.ts";
import { failedBeforePlacement } from "../batch/job.ts";
import type { JobProgressPatch } from "../batch/job.ts";
import type { Change } from "./change.ts";
import type { LiveJob } from "./live-job.ts";
import type { LiveJobs } from "./live-jobs.ts";

/** Why and when jobs that never ran end. */
export interface WaitingEnd {
  readonly statusReason: string;
  readonly atMs: number;
  /** What the job shows from now on beside its end: that it was cancelled, and by whom. */
  readonly flags?: Pick<JobProgressPatch, "isCancelled" | "isTerminated" | "stoppedBy">;
}

/** The changes that end a job that has not been placed; of an array, all of its children that have not. */
export function endWaiting(jobs: LiveJobs, job: LiveJob, end: WaitingEnd): readonly Change[] {
  const array = jobs.arrayOf(job);
  if (array === undefined) return job.activeAttempt === undefined ? [fail(job, end)] : [];
  if (array.unspawned?.status === "FAILED") return [];
  const { statusReason, atMs, flags } = end;
  const unspawned = { status: "FAILED", statusReason, stoppedAtMs: atMs } as const;
  return [
    changed(job, { statusReason, ...flags, unspawned }, atMs),
    ...[...array.liveChildren.values()]
      .filter(({ activeAttempt }) => activeAttempt === undefined)
      .map((child) => fail(child, end)),
  ];
}

/** The changes that record the wish to end every attempt of a job: its own, those of its nodes, of its children. */
export function wishToStop(jobs: LiveJobs, job: LiveJob, stopping: AttemptStop): readonly Change[] {
  const children = jobs.arrayOf(job)?.liveChildren ?? jobs.nodesOf(job)?.active ?? new Map<number, LiveJob>();
  return [job, ...children.values()].flatMap(({ activeAttempt }): readonly Change[] => {
    // Of several wishes the first stands, but somebody's wish that the job end is more than the loss of its instance. A
    // main node that has ended before its other nodes takes one as well: then its job is not tried again.
    if (activeAttempt === undefined) return [];
    const { stopping: before } = activeAttempt;
    if (before !== undefined && before.because !== "instance-terminated") return [];
    return [{ kind: "attempt-put", attempt: { ...activeAttempt, stopping } }];
  });
}

function fail(job: LiveJob, { statusReason, atMs, flags }: WaitingEnd): Change {
  return changed(job, { ...failedBeforePlacement(statusReason, atMs), ...flags }, atMs);
}

function changed({ scope, jobId }: LiveJob, patch: JobProgressPatch, atMs: number): Change {
  return { kind: "job-changed", scope, jobId, patch, atMs };
}
