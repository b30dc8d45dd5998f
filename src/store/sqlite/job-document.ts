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

/** The document of a job as JSON. Measured: to make an object of all else that the job has takes a third longer. */
export function documentText(job: Job): string {
  return JSON.stringify({
    parameters: job.parameters,
    dependsOn: job.dependsOn,
    childIndex: job.childIndex,
    propagateTags: job.propagateTags,
    platformCapabilities: job.platformCapabilities,
    schedulingPriority: job.schedulingPriority,
    consumableResources: job.consumableResources,
    tags: job.tags,
    cause: job.cause,
    taggedBy: job.taggedBy,
    workload: storedWorkload(job.workload),
  } satisfies { readonly [Member in keyof JobDocument]-?: JobDocument[Member] | undefined });
}

function storedWorkload(workload: Job["workload"]): JobDocument["workload"] {
  if (workload.kind !== "multi-node") return workload;
  const { kind, nodeProperties } = workload;
  return { kind, nodeProperties };
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
