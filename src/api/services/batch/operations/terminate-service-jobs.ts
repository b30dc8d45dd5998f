import type { TerminateServiceJobsRequest, TerminateServiceJobsResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { endMany } from "../end-many.ts";
import { terminateServiceJob } from "./terminate-service-job.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateServiceJobs.html */
export function terminateServiceJobs(
  services: BatchServices,
): Operation<TerminateServiceJobsRequest, TerminateServiceJobsResponse> {
  const terminate = terminateServiceJob(services);
  return (input, context) =>
    endMany(input, context, (jobId) => terminate({ jobId, reason: input.reason }, context));
}
