import type { Attempt } from "../../batch/attempt.ts";
import type { ChildJobId } from "../../batch/child-job.ts";
import type { Job, JobProgress } from "../../batch/job.ts";
import { childCountsOf, childOf, hasChild, progressWithoutRecord } from "../stored-child.ts";
import type { StoredJob } from "../store.ts";

/** What changes of a job, or of a child that has a record of its own. */
export interface MemoryRecord {
  progress: JobProgress;
  /** By number, each there once. */
  readonly attempts: Attempt[];
}

export interface MemoryJob extends MemoryRecord {
  job: Job;
  /** Counts up in the order of submission. */
  readonly order: number;
  /** By index: spawned children of an array, placed nodes of a multi-node job. */
  readonly children: Map<number, MemoryChild>;
}

export interface MemoryChild extends MemoryRecord {
  readonly createdAtMs: number;
}

export function storedJob(found: MemoryJob): StoredJob {
  const { job, progress, children } = found;
  const stored = { job, progress, attempts: [...found.attempts] };
  if (job.arraySize === undefined) return stored;
  const spawned = [...children.values()].map((child) => [child.progress.status, 1] as const);
  return { ...stored, childCounts: childCountsOf(job.arraySize, progress, spawned) };
}

/** The child as it is read, whether it has a record or not; undefined where the job has no such child. */
export function storedChild(parent: MemoryJob, id: ChildJobId): StoredJob | undefined {
  const { job, progress } = parent;
  if (!hasChild(job, id)) return undefined;
  const child = parent.children.get(id.index);
  if (child !== undefined) {
    const { createdAtMs } = child;
    return {
      job: childOf(job, id.index, createdAtMs),
      progress: child.progress,
      attempts: [...child.attempts],
    };
  }
  return {
    job: childOf(job, id.index, job.createdAtMs),
    progress: progressWithoutRecord(job, progress),
    attempts: job.nodes?.main === id.index ? [...parent.attempts] : [],
  };
}
