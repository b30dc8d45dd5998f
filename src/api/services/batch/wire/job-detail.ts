import { jobArn } from "../../../../batch/arn.ts";
import type { Attempt } from "../../../../batch/attempt.ts";
import type { AttemptDetail, JobDetail } from "../../../../model/batch.ts";
import type { StoredJob } from "../../../../store/store.ts";
import { attemptContainer } from "./attempt-container.ts";
import { arrayAnswer, nodeAnswer } from "./child-answer.ts";
import { retryStrategyAnswer } from "./retry-strategy.ts";
import { attemptTasks } from "./task-answer.ts";
import { workloadAnswer } from "./workload-answer.ts";

/**
 * A job as DescribeJobs shows it.
 *
 * What it runs has the effective values with the marks of the latest attempt, also while it is under way; `attempts`
 * lists those that have ended.
 *
 * @param nowMs when the counts of an array are told.
 * @param situation why it has not come up; takes the place of what its last attempt left as status reason.
 */
export function jobDetail(stored: StoredJob, situation?: string, nowMs?: number): JobDetail {
  const { job, progress, attempts, childCounts } = stored;
  const { shareIdentifier, schedulingPriority, attemptDurationSeconds, consumableResources } = job;
  const { startedAtMs, stoppedAtMs } = progress;
  const statusReason = situation ?? progress.statusReason;
  const latest = attempts.at(-1);
  const detail: Omit<JobDetail, "startedAt"> = {
    jobArn: jobArn(job.scope, job.jobId),
    jobName: job.jobName,
    jobId: job.jobId,
    jobQueue: job.jobQueueArn,
    status: progress.status,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    attempts: attempts.filter(({ outcome }) => outcome !== undefined).map(attemptDetail),
    ...(statusReason !== undefined && { statusReason }),
    createdAt: job.createdAtMs,
    retryStrategy: retryStrategyAnswer(job.retryStrategy),
    ...(startedAtMs !== undefined && { startedAt: startedAtMs }),
    ...(stoppedAtMs !== undefined && { stoppedAt: stoppedAtMs }),
    dependsOn: job.dependsOn,
    jobDefinition: job.jobDefinitionArn,
    parameters: job.parameters,
    ...workloadAnswer(job, latest),
    ...arrayAnswer({ ...job, ...(childCounts !== undefined && { childCounts }) }, nowMs),
    ...nodeAnswer(job),
    ...(attemptDurationSeconds !== undefined && { timeout: { attemptDurationSeconds } }),
    tags: job.tags,
    propagateTags: job.propagateTags,
    platformCapabilities: job.platformCapabilities,
    eksAttempts: [],
    isCancelled: progress.isCancelled,
    isTerminated: progress.isTerminated,
    ...(consumableResources !== undefined && {
      consumableResourceProperties: { consumableResourceList: consumableResources },
    }),
  };
  // The model requires startedAt; AWS leaves it out until the job has run (specification 1.8).
  return detail as JobDetail;
}

function attemptDetail(attempt: Attempt): AttemptDetail {
  const { startedAtMs, stoppedAtMs, statusReason } = attempt;
  return {
    container: attemptContainer(attempt),
    ...(startedAtMs !== undefined && { startedAt: startedAtMs }),
    ...(stoppedAtMs !== undefined && { stoppedAt: stoppedAtMs }),
    ...(statusReason !== undefined && { statusReason }),
    taskProperties: attemptTasks(attempt),
  };
}
