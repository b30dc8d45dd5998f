import { childJobId } from "../../src/batch/child-job.ts";
import type { Job, JobProgress } from "../../src/batch/job.ts";
import type { Change } from "../../src/store/change.ts";
import { aJob, SUBMITTED } from "./store-examples.ts";

/** An array and a multi-node job for the tests of stores, and what becomes of their children. */

export const ARRAY = aJob("array", { kind: "array", arraySize: 5 });
export const NODES = { count: 4, main: 1 };
export const MULTI_NODE = aJob("nodes", { kind: "multi-node", nodes: NODES });

export const PENDING: Partial<JobProgress> = { status: "PENDING", unspawned: { status: "RUNNABLE" } };
export const PLACED: JobProgress = { ...SUBMITTED, status: "STARTING", attemptCount: 1, scheduledAtMs: 20 };
export const SPAWNED_AT_MS = 10;

export function putChild(
  { scope, jobId }: Job,
  index: number,
  progress = PLACED,
  atMs = SPAWNED_AT_MS,
): Extract<Change, { kind: "child-put" }> {
  return { kind: "child-put", scope, parentJobId: jobId, index, progress, atMs };
}

/** What names a child in changes and attempts. */
export function childKey(parent: Job, index: number): Pick<Job, "scope" | "jobId"> {
  return { scope: parent.scope, jobId: childJobId(parent, index) };
}
