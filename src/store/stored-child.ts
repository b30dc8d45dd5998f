import { childCountOf, childJobId, unspawnedProgress } from "../batch/child-job.ts";
import type { ChildJobId } from "../batch/child-job.ts";
import { NO_JOBS } from "../batch/job.ts";
import type { Job, JobCounts, JobProgress } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";

/** What of a job says which children or nodes it has. */
export type JobFamily = Pick<Job, "kind" | "arraySize" | "nodes">;

export function hasChild(parent: JobFamily, { kind, index }: ChildJobId): boolean {
  return kind === childKindOf(parent) && index < childCountOf(parent);
}

/** What the children of a job are, if it has any. */
export function childKindOf({ kind }: Pick<Job, "kind">): ChildJobId["kind"] {
  return kind === "array" ? "array-child" : "node";
}

/** A child or node as a job, as `StoredJob` says. */
export function childOf(parent: Job, index: number, createdAtMs: number): Job {
  const jobId = childJobId(parent, index);
  return { ...untagged(parent), jobId, childIndex: index, createdAtMs, tags: {}, dependsOn: [] };
}

function untagged(job: Job): Job {
  if (job.taggedBy === undefined) return job;
  const { taggedBy: _taggedBy, ...others } = job;
  return others;
}

/** The progress of a child or node that has no record of its own. */
export function progressWithoutRecord(parent: JobFamily, progress: JobProgress): JobProgress {
  return parent.kind === "array" ? unspawnedProgress(progress) : progress;
}

/** Counts all children of an array: those with records by status, the others as the array's progress has them. */
export function childCountsOf(
  arraySize: number,
  progress: JobProgress,
  withRecords: Iterable<readonly [status: JobStatus, count: number]>,
): JobCounts {
  const counts = { ...NO_JOBS };
  let unspawnedCount = arraySize;
  for (const [status, count] of withRecords) {
    counts[status] += count;
    unspawnedCount -= count;
  }
  counts[unspawnedProgress(progress).status] += unspawnedCount;
  return counts;
}

/** The name of the order of a list of children, in its page tokens. */
export const BY_INDEX = "children";

/** Where a page of children begins: behind the last index of the page before, which a token may make up. */
export function firstIndexAfter(index: number): number {
  return Math.max(0, Math.floor(index) + 1);
}

/** Before every child of a list. */
export const BEFORE_CHILDREN: [index: number] = [-1];

/** Whether a job may still wait for others. An array past that has unspawned children that are not PENDING. */
export function isWaiting({ status, unspawned }: Pick<JobProgress, "status" | "unspawned">): boolean {
  return (
    (status === "SUBMITTED" || status === "PENDING") &&
    (unspawned === undefined || unspawned.status === "PENDING")
  );
}
