import type { TerminateJobsRequest, TerminateJobsResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { endMany } from "../end-many.ts";
import { terminateJob } from "./terminate-job.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJobs.html */
export function terminateJobs(
  services: BatchServices,
): Operation<TerminateJobsRequest, TerminateJobsResponse> {
  const terminate = terminateJob(services);
  return (input, context) =>
    endMany(input, context, (jobId) => terminate({ jobId, reason: input.reason }, context));
}
