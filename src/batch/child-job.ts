import type { Job, JobProgress, UnspawnedChildren } from "./job.ts";

/** The id of an array's child, `⟨array⟩:⟨index⟩`, or of a node, `⟨job⟩#⟨index⟩`, taken apart. */
export interface ChildJobId {
  readonly parentJobId: string;
  readonly kind: "array-child" | "node";
  readonly index: number;
}

/** Takes the id of a child or node apart; undefined for the id of any other job. */
export function parseChildJobId(jobId: string): ChildJobId | undefined {
  const [, parentJobId, separator, index] = CHILD_JOB_ID.exec(jobId) ?? [];
  if (parentJobId === undefined) return undefined;
  return { parentJobId, kind: separator === ":" ? "array-child" : "node", index: Number(index) };
}

/** Tells the id of the submitted job that a child or node is of; of any other job, its own. */
export function submittedJobId(jobId: string): string {
  return parseChildJobId(jobId)?.parentJobId ?? jobId;
}

/** Forms the id of a child of the array or of a node of the multi-node job. */
export function childJobId({ kind, jobId }: Pick<Job, "kind" | "jobId">, index: number): string {
  return `${jobId}${kind === "array" ? ":" : "#"}${index}`;
}

/** Tells how many children or nodes a job has; 0 where it has none. */
export function childCountOf({ arraySize, nodes }: Pick<Job, "arraySize" | "nodes">): number {
  return arraySize ?? nodes?.count ?? 0;
}

/** As AWS writes an index: without a leading zero. */
const CHILD_JOB_ID = /^([^:#]+)([:#])(0|[1-9]\d{0,4})$/;

/** Derives the progress of a child of an array that has not been spawned from its parent's. */
export function unspawnedProgress(parent: JobProgress): JobProgress {
  const { queuePosition, isCancelled, isTerminated, stoppedBy, unspawned } = parent;
  const { status, statusReason, stoppedAtMs }: Partial<UnspawnedChildren> = unspawned ?? {};
  return {
    status: status ?? parent.status,
    ...(statusReason !== undefined && { statusReason }),
    queuePosition,
    attemptCount: 0,
    ...(stoppedAtMs !== undefined && { stoppedAtMs }),
    isCancelled,
    isTerminated,
    ...(stoppedBy !== undefined && { stoppedBy }),
  };
}
