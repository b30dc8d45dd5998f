import type { JobStatus } from "../../model/batch.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

type Steps = Readonly<Record<JobStatus, readonly JobStatus[]>>;

/** Specification 3.1. */
const STEPS: Steps = {
  SUBMITTED: ["PENDING", "RUNNABLE", "FAILED"],
  PENDING: ["RUNNABLE", "FAILED"],
  RUNNABLE: ["STARTING", "FAILED"],
  STARTING: ["RUNNING", "RUNNABLE", "FAILED"],
  RUNNING: ["SUCCEEDED", "FAILED", "RUNNABLE"],
  SUCCEEDED: [],
  FAILED: [],
};

const ARRAY_STEPS: Steps = {
  ...STEPS,
  SUBMITTED: ["PENDING", "FAILED"],
  PENDING: ["SUCCEEDED", "FAILED"],
  RUNNABLE: [],
  STARTING: [],
  RUNNING: [],
};

/** A node takes part in every attempt of its job, however it fared in the one before. */
const NODE_STEPS: Steps = {
  ...STEPS,
  SUCCEEDED: ["STARTING", "RUNNABLE"],
  FAILED: ["STARTING", "RUNNABLE"],
};

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

function stepsOf({ job, parent }: KnownJob): Steps {
  if (parent !== undefined) return job.nodes === undefined ? STEPS : NODE_STEPS;
  return job.arraySize === undefined ? STEPS : ARRAY_STEPS;
}
