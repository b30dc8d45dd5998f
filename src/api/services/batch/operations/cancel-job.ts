import type { CancelJobRequest, CancelJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { checkReason, endWaitingJob } from "../end-job.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html
 *
 * A job that is placed, has ended or does not exist is left alone and the call succeeds (specification 3.10, 15.14).
 */
export function cancelJob({
  sequencer,
  clock,
}: BatchServices): Operation<CancelJobRequest, CancelJobResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      orRefuse(checkReason(input.reason), context);
      const job = state.job(context.scope, input.jobId);
      if (job === undefined || job.activeAttempt !== undefined) return { changes: [], answer: {} };
      const change = endWaitingJob(
        job,
        input.reason,
        { isCancelled: true, stoppedBy: causeOf(context) },
        clock.nowMs(),
      );
      return { changes: [change], answer: {} };
    });
}
