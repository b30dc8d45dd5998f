import type { TerminateJobRequest, TerminateJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { terminate, checkReason } from "../end-job.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html */
export function terminateJob({
  sequencer,
  clock,
}: BatchServices): Operation<TerminateJobRequest, TerminateJobResponse> {
  return ({ jobId, reason }, context) =>
    sequencer.decide((state) => {
      orRefuse(checkReason(reason), context);
      const { scope } = context;
      const changes = terminate(state, {
        scope,
        jobId,
        reason,
        cause: causeOf(context),
        nowMs: clock.nowMs(),
      });
      return { changes, answer: {} };
    });
}
