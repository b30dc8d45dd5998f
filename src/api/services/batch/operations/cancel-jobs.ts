import type { CancelJobsRequest, CancelJobsResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { endMany } from "../end-many.ts";
import { cancelJob } from "./cancel-job.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJobs.html */
export function cancelJobs(services: BatchServices): Operation<CancelJobsRequest, CancelJobsResponse> {
  const cancel = cancelJob(services);
  return (input, context) =>
    endMany(input, context, (jobId) => cancel({ jobId, reason: input.reason }, context));
}
