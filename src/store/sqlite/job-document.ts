import type { Job } from "../../batch/job.ts";

/**
 * What of a job is kept as JSON: all that has no column in `jobs`. A document without the rest is a third shorter, and
 * documents are most of what a commit of submissions writes.
 */
export type JobDocument = Omit<Job, keyof JobColumns>;

/** The members of a job that its row has. */
export type JobColumns = Pick<
  Job,
  | "scope"
  | "jobId"
  | "jobName"
  | "jobQueueArn"
  | "jobDefinitionArn"
  | "createdAtMs"
  | "resources"
  | "retryStrategy"
  | "attemptDurationSeconds"
  | "shareIdentifier"
>;

export function documentOf(job: Job): JobDocument {
  const {
    scope: _scope,
    jobId: _jobId,
    jobName: _jobName,
    jobQueueArn: _jobQueueArn,
    jobDefinitionArn: _jobDefinitionArn,
    createdAtMs: _createdAtMs,
    resources: _resources,
    retryStrategy: _retryStrategy,
    attemptDurationSeconds: _attemptDurationSeconds,
    shareIdentifier: _shareIdentifier,
    ...document
  } = job;
  return document;
}
