import type { Cause } from "../../../../batch/cause.ts";
import type { TerminateJobRequest, TerminateJobResponse } from "../../../../model/batch.ts";
import type { Change } from "../../../../store/change.ts";
import type { LiveJob } from "../../../../store/live-state.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { checkReason, endWaitingJob } from "../end-job.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html
 *
 * A job under way is only marked here: the engine stops its attempt once that is durable. Of several reasons the first
 * stands. A job that has ended or does not exist is left alone and the call succeeds (specification 3.10, 15.14).
 */
export function terminateJob({
  sequencer,
  clock,
}: BatchServices): Operation<TerminateJobRequest, TerminateJobResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      orRefuse(checkReason(input.reason), context);
      const job = state.job(context.scope, input.jobId);
      const changes = job === undefined ? [] : terminate(job, input.reason, causeOf(context), clock.nowMs());
      return { changes, answer: {} };
    });
}

function terminate(job: LiveJob, statusReason: string, stoppedBy: Cause, nowMs: number): readonly Change[] {
  const { scope, jobId, activeAttempt } = job;
  if (activeAttempt === undefined)
    return [endWaitingJob(job, statusReason, { isTerminated: true, stoppedBy }, nowMs)];
  if (activeAttempt.stopping !== undefined) return [];
  const stopping = { because: "terminated", statusReason, requestedAtMs: nowMs } as const;
  return [
    { kind: "attempt-put", attempt: { ...activeAttempt, stopping } },
    { kind: "job-changed", scope, jobId, patch: { isTerminated: true, stoppedBy }, atMs: nowMs },
  ];
}
