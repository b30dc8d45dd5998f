import type { Job } from "../../batch/job.ts";
import { createMultiNodeWorkload } from "../../batch/multi-node.ts";
import { Refusal } from "../../batch/refusal.ts";
import type { MultiNodeWorkload, Workload } from "../../batch/workload.ts";
import { assert } from "../../lib/assert.ts";

/**
 * What of a job is kept as JSON: all that has no column in `jobs`. A document without the rest is a third shorter, and
 * documents are most of what a commit of submissions writes. Of a thousand nodes their ranges are enough.
 */
export interface JobDocument extends Omit<Job, keyof JobColumns | "workload"> {
  readonly workload: Workload | Pick<MultiNodeWorkload, "kind" | "nodeProperties">;
}

/** The members of a job that its row has. */
export type JobColumns = Pick<
  Job,
  | "kind"
  | "scope"
  | "jobId"
  | "jobName"
  | "jobQueueArn"
  | "jobDefinitionArn"
  | "createdAtMs"
  | "resources"
  | "retryStrategy"
  | "attemptDurationSeconds"
  | "arraySize"
  | "nodes"
  | "shareIdentifier"
>;

export function documentOf(job: Job): JobDocument {
  const {
    kind: _kind,
    scope: _scope,
    jobId: _jobId,
    jobName: _jobName,
    jobQueueArn: _jobQueueArn,
    jobDefinitionArn: _jobDefinitionArn,
    createdAtMs: _createdAtMs,
    resources: _resources,
    retryStrategy: _retryStrategy,
    attemptDurationSeconds: _attemptDurationSeconds,
    arraySize: _arraySize,
    nodes: _nodes,
    shareIdentifier: _shareIdentifier,
    workload,
    ...document
  } = job;
  if (workload.kind !== "multi-node") return { ...document, workload };
  const { kind, nodeProperties } = workload;
  return { ...document, workload: { kind, nodeProperties } };
}

/** The job of a row. */
export function jobOf({ workload, ...document }: JobDocument, columns: JobColumns): Job {
  return { ...document, ...columns, workload: wholeWorkload(workload) };
}

/** What the job runs, every node of it. */
export function wholeWorkload(workload: JobDocument["workload"]): Job["workload"] {
  if (workload.kind !== "multi-node") return workload;
  const whole = createMultiNodeWorkload(workload.nodeProperties);
  assert(!(whole instanceof Refusal), "nodes were stored unchecked");
  return whole;
}
