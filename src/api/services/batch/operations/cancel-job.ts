import type { CancelJobRequest, CancelJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { cancel, checkReason } from "../end-job.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html */
export function cancelJob({
  sequencer,
  clock,
}: BatchServices): Operation<CancelJobRequest, CancelJobResponse> {
  return ({ jobId, reason }, context) =>
    sequencer.decide((state) => {
      orRefuse(checkReason(reason), context);
      const { scope } = context;
      const changes = cancel(state, { scope, jobId, reason, cause: causeOf(context), nowMs: clock.nowMs() });
      return { changes, answer: {} };
    });
}
