import { serviceJobArn } from "../../../../batch/arn.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import { policyKind } from "../../../../batch/scheduling-policy.ts";
import { createServiceJob } from "../../../../batch/service-job.ts";
import type { SubmitServiceJobRequest, SubmitServiceJobResponse } from "../../../../model/batch.ts";
import type { Operation } from "../../../operation.ts";
import type { BatchServices } from "../batch-services.ts";
import { causeOf } from "../cause-of.ts";
import { findEarlierUse, rememberToken } from "../client-tokens.ts";
import type { TokenUse } from "../client-tokens.ts";
import { findOpenQueue } from "../open-queue.ts";
import { quotaSharesOf, schedulingPolicyOf } from "../queue-shares.ts";
import { orRefuse } from "../refuse.ts";

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
 *
 * A repetition, by its `clientToken`, is refused (specification 1.6). Nothing here runs service jobs: they wait.
 */
export function submitServiceJob({
  sequencer,
  clock,
  ids,
}: BatchServices): Operation<SubmitServiceJobRequest, SubmitServiceJobResponse> {
  return (input, context) =>
    sequencer.decide((state) => {
      const { scope } = context;
      const nowMs = clock.nowMs();
      const jobQueue = orRefuse(findOpenQueue(state, scope, input.jobQueue), context);
      const policy = schedulingPolicyOf(state, jobQueue);
      const jobId = ids.uuid();
      const created = createServiceJob(input, {
        scope,
        jobId,
        nowMs,
        cause: causeOf(context),
        jobQueue,
        policyKind: policy && policyKind(policy),
        hasQuotaShare: (name) =>
          quotaSharesOf(state, jobQueue.arn).some(
            (share) => share.quotaShareName === name && share.state === "ENABLED",
          ),
      });
      const serviceJob = orRefuse(created, context);
      const jobArn = serviceJobArn(scope, jobId);
      const use: TokenUse = {
        operation: "SubmitServiceJob",
        token: input.clientToken,
        request: jobArn,
        nowMs,
      };
      const earlier = findEarlierUse(state, context, use);
      if (earlier !== undefined) {
        orRefuse(Refusal.bare(`clientToken ${use.token} was used for ${earlier.request} before`), context);
      }
      return {
        changes: [{ kind: "service-job-put", serviceJob }, ...rememberToken(state, context, use)],
        answer: { jobArn, jobName: serviceJob.jobName, jobId },
      };
    });
}
