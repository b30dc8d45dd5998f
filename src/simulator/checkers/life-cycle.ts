import type { JobStatus } from "../../model/batch.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

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

/** The same of an array, which runs nothing itself. */
export const ARRAY_STEPS: JobSteps = {
  ...JOB_STEPS,
  SUBMITTED: ["PENDING", "FAILED"],
  PENDING: ["SUCCEEDED", "FAILED"],
  RUNNABLE: [],
  STARTING: [],
  RUNNING: [],
};

/** A node takes part in every attempt of its job, however it fared in the one before. Between them it has no record. */
const NODE_STEPS: JobSteps = { ...JOB_STEPS, SUCCEEDED: ["STARTING"], FAILED: ["STARTING"] };

/** Every step of a job is one of the life cycle. */
export function checkLifeCycle({ fail }: CheckerTools): Checker {
  return {
    moved(job, before) {
      const { jobId, status } = job;
      if (status !== before && !stepsOf(job)[before].includes(status))
        fail(`${jobId} goes from ${before} to ${status}`);
    },
  };
}

function stepsOf({ job, parent }: KnownJob): JobSteps {
  if (parent !== undefined) return job.nodes === undefined ? JOB_STEPS : NODE_STEPS;
  return job.arraySize === undefined ? JOB_STEPS : ARRAY_STEPS;
}
