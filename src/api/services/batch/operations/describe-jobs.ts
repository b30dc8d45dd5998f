import { DESCRIBE_JOBS_MAX } from "../../../../batch/job.ts";
import type { DescribeJobsRequest, DescribeJobsResponse } from "../../../../model/batch.ts";
import { wrappedClientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { jobDetail } from "../wire/job-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html */
export function describeJobs({
  store,
  clock,
  situationOf,
}: BatchServices): Operation<DescribeJobsRequest, DescribeJobsResponse> {
  return async ({ jobs }, { scope, requestId }) => {
    if (jobs.length > DESCRIBE_JOBS_MAX) {
      throw wrappedClientError(`Maximum number of jobs supported is  ${DESCRIBE_JOBS_MAX}`, requestId);
    }
    const stored = await store.readJobs(scope, [...new Set(jobs)]);
    return {
      jobs: stored.map((one) => {
        const taskId = one.attempts.at(-1)?.taskId;
        return jobDetail(one, situationOf(one.job.jobId, one.progress.status, taskId), clock.nowMs());
      }),
    };
  };
}
