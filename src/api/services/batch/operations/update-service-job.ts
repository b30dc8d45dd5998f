import { serviceJobArn } from "../../../../batch/arn.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import { policyKind } from "../../../../batch/scheduling-policy.ts";
import { reprioritiseServiceJob } from "../../../../batch/service-job.ts";
import type { UpdateServiceJobRequest, UpdateServiceJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { schedulingPolicyOf } from "../queue-shares.ts";
import { orRefuse } from "../refuse.ts";

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateServiceJob.html */
export function updateServiceJob({
  sequencer,
}: BatchServices): Operation<UpdateServiceJobRequest, UpdateServiceJobResponse> {
  return ({ jobId, schedulingPriority }, context) =>
    sequencer.decide((state) => {
      const found = state.serviceJobs.find(context.scope, jobId);
      const current = orRefuse(
        found ?? Refusal.bare(`jobId must be that of a service job that waits, got ${jobId}`),
        context,
      );
      const jobQueue = state.jobQueues.get(current.jobQueueArn);
      const policy = jobQueue && schedulingPolicyOf(state, jobQueue);
      const facts = { policyKind: policy && policyKind(policy), cause: causeOf(context) };
      const serviceJob = orRefuse(reprioritiseServiceJob(current, schedulingPriority, facts), context);
      return {
        changes: [{ kind: "service-job-put", serviceJob }],
        answer: { jobArn: serviceJobArn(context.scope, jobId), jobName: serviceJob.jobName, jobId },
      };
    });
}
