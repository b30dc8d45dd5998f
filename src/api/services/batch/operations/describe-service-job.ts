import type { DescribeServiceJobRequest, DescribeServiceJobResponse } from "../../../../model/batch.ts";
import { clientError } from "../../../errors.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { serviceJobDetail } from "../wire/service-job-detail.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeServiceJob.html */
export function describeServiceJob({
  store,
}: BatchServices): Operation<DescribeServiceJobRequest, DescribeServiceJobResponse> {
  return async ({ jobId }, { scope }) => {
    const [job] = await store.readServiceJobs(scope, [jobId]);
    if (job === undefined) throw clientError(`ServiceJob ${jobId} not found.`);
    return serviceJobDetail(job);
  };
}
