import { serviceJobArn } from "../../../../batch/arn.ts";
import type { ServiceJob } from "../../../../batch/service-job.ts";
import type { DescribeServiceJobResponse, ServiceJobSummary } from "../../../../model/batch.ts";

/** A service job as DescribeServiceJob shows it. */
export function serviceJobDetail(job: ServiceJob): DescribeServiceJobResponse {
  const { retryStrategy, timeoutConfig, preemptionConfiguration, schedulingPriority } = job;
  const detail: Omit<DescribeServiceJobResponse, "startedAt"> = {
    attempts: [],
    ...membersOfBoth(job),
    jobQueue: job.jobQueueArn,
    isTerminated: job.isTerminated,
    serviceRequestPayload: job.serviceRequestPayload,
    ...(retryStrategy !== undefined && { retryStrategy }),
    ...(timeoutConfig !== undefined && { timeoutConfig }),
    ...(preemptionConfiguration !== undefined && { preemptionConfiguration }),
    ...(schedulingPriority !== undefined && { schedulingPriority }),
    tags: job.tags,
  };
  // The model requires startedAt; AWS leaves it out until the job has run (specification 1.8).
  return detail as DescribeServiceJobResponse;
}

/** A service job as ListServiceJobs shows it. */
export function serviceJobSummary(job: ServiceJob): ServiceJobSummary {
  return { ...membersOfBoth(job), ...(job.isTerminated && { isTerminated: true }) };
}

function membersOfBoth(job: ServiceJob) {
  const { shareIdentifier, quotaShareName, stoppedAtMs } = job;
  return {
    jobArn: serviceJobArn(job.scope, job.jobId),
    jobId: job.jobId,
    jobName: job.jobName,
    serviceJobType: job.serviceJobType,
    createdAt: job.createdAtMs,
    status: job.status,
    statusReason: job.statusReason,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    ...(quotaShareName !== undefined && { quotaShareName }),
    ...(stoppedAtMs !== undefined && { stoppedAt: stoppedAtMs }),
  } as const;
}
