import type { TerminateServiceJobRequest, TerminateServiceJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { checkReason } from "../end-job.ts";
import { endServiceJobs } from "../end-service-jobs.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateServiceJob.html
 *
 * A job that has ended or does not exist is left alone and the call succeeds, as with TerminateJob.
 */
export function terminateServiceJob({
  sequencer,
  clock,
}: BatchServices): Operation<TerminateServiceJobRequest, TerminateServiceJobResponse> {
  return ({ jobId, reason }, context) =>
    sequencer.decide((state) => {
      orRefuse(checkReason(reason), context);
      const job = state.serviceJobs.find(context.scope, jobId);
      const facts = { cause: causeOf(context), nowMs: clock.nowMs() };
      return { changes: endServiceJobs(job === undefined ? [] : [job], reason, facts), answer: {} };
    });
}
