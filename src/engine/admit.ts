import { failedBeforePlacement, newProgress } from "../batch/job.ts";
import type { JobProgressPatch } from "../batch/job.ts";
import { ARRAY_CHILD_FAILED, DEPENDENT_JOB_FAILED } from "../batch/status-reason.ts";
import type { Change } from "../store/change.ts";
import type { LiveJob, LiveState } from "../store/live-state.ts";

/** At most this many jobs and children take a step in one tick. */
const STEPS_PER_TICK_MAX = 5_000;

/**
 * Takes jobs that wait for nothing but a place, or for nothing any more, to where they belong (specification 3.4, 3.5):
 *
 * 1. A submitted job becomes RUNNABLE, or PENDING if it depends on others.
 * 2. Once all of those have succeeded it becomes RUNNABLE; as soon as one has failed it fails.
 * 3. An array that waits no more lets its children wait for capacity. Children that wait for other children are
 *    spawned as soon as those have ended: RUNNABLE, or FAILED where one of them failed.
 * 4. An array all of whose children have ended, ends.
 *
 * The failure of one job may be that of many that depend on it, one after the other: they are taken in turn, without
 * recursion.
 *
 * @returns true if something was left for the next tick.
 */
export function admit({ jobs }: LiveState, apply: (change: Change) => void, nowMs: number): boolean {
  const change = ({ scope, jobId }: LiveJob, patch: JobProgressPatch): void =>
    apply({ kind: "job-changed", scope, jobId, patch, atMs: nowMs });
  let stepsLeft = STEPS_PER_TICK_MAX;
  for (const job of jobs.toAdmit) {
    if (stepsLeft === 0) return true;
    change(job, admission(jobs, job, nowMs));
    stepsLeft -= 1;
  }
  for (const array of jobs.toSpawn) {
    for (let next = jobs.takeToSpawn(array); next !== undefined; next = jobs.takeToSpawn(array)) {
      apply(spawn(array, next, nowMs));
      stepsLeft -= 1;
      if (stepsLeft <= 0) return true;
    }
  }
  for (const array of jobs.endedArrays) change(array, arrayEnd(jobs, array, nowMs));
  return jobs.toAdmit.size > 0 || jobs.toSpawn.size > 0;
}

function admission(jobs: LiveState["jobs"], job: LiveJob, nowMs: number): JobProgressPatch {
  const standing = jobs.standingOf(job);
  const array = jobs.arrayOf(job);
  if (standing === "waiting") return { status: "PENDING" };
  // Cancelled or terminated while it waited: its reason stands already.
  if (jobs.isStopRequested(job)) return { status: "FAILED", stoppedAtMs: nowMs };
  if (standing === "doomed") return failedBeforePlacement(DEPENDENT_JOB_FAILED, nowMs, array?.size);
  if (array === undefined) return { status: "RUNNABLE" };
  return { status: "PENDING", unspawned: { status: array.order === undefined ? "RUNNABLE" : "PENDING" } };
}

function spawn(
  { scope, jobId, queuePosition }: LiveJob,
  { index, standing }: { readonly index: number; readonly standing: "ready" | "doomed" },
  nowMs: number,
): Change {
  const progress =
    standing === "ready"
      ? newProgress("RUNNABLE", queuePosition)
      : { ...newProgress("FAILED", queuePosition), ...failedBeforePlacement(DEPENDENT_JOB_FAILED, nowMs) };
  return { kind: "child-put", scope, parentJobId: jobId, index, progress, atMs: nowMs };
}

/** An array that was cancelled, terminated or deleted has its reason already. */
function arrayEnd(jobs: LiveState["jobs"], job: LiveJob, nowMs: number): JobProgressPatch {
  const array = jobs.arrayOf(job);
  if (array?.hasFailed !== true) return { status: "SUCCEEDED", stoppedAtMs: nowMs };
  const statusReason = array.unspawned?.status === "FAILED" ? {} : { statusReason: ARRAY_CHILD_FAILED };
  return { status: "FAILED", stoppedAtMs: nowMs, ...statusReason };
}
