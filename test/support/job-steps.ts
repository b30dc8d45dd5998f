import type { JobStatus } from "../../src/model/batch.ts";

type JobSteps = Readonly<Record<JobStatus, readonly JobStatus[]>>;

/** What may follow each status in the life of a job (specification 3.1). */
export const JOB_STEPS: JobSteps = {
  SUBMITTED: ["PENDING", "RUNNABLE", "FAILED"],
  PENDING: ["RUNNABLE", "FAILED"],
  RUNNABLE: ["STARTING", "FAILED"],
  STARTING: ["RUNNING", "RUNNABLE", "FAILED"],
  RUNNING: ["SUCCEEDED", "FAILED", "RUNNABLE"],
  SUCCEEDED: [],
  FAILED: [],
};

/** An array runs nothing itself. */
const ARRAY_STEPS: JobSteps = {
  ...JOB_STEPS,
  SUBMITTED: ["PENDING", "FAILED"],
  PENDING: ["SUCCEEDED", "FAILED"],
  RUNNABLE: [],
  STARTING: [],
  RUNNING: [],
};

/** A node takes part in every attempt of its job, however it fared in the one before. */
const NODE_STEPS: JobSteps = { ...JOB_STEPS, SUCCEEDED: ["RUNNABLE"], FAILED: ["RUNNABLE"] };

/** Those of the job, child or node of this id. */
export function stepsOf(jobId: string, arrayJobIds: ReadonlySet<string>): JobSteps {
  if (jobId.includes("#")) return NODE_STEPS;
  return arrayJobIds.has(jobId) ? ARRAY_STEPS : JOB_STEPS;
}
