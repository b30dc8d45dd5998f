import type { JobQueueType } from "../model/batch.ts";
import { parseResourceArn } from "./arn.ts";
import { Refusal } from "./refusal.ts";
import { policyKind } from "./scheduling-policy.ts";
import type { SchedulingPolicy } from "./scheduling-policy.ts";

/** Finds a scheduling policy of the queue's scope by ARN. */
export type FindSchedulingPolicy = (arn: string) => SchedulingPolicy | undefined;

/**
 * Checks the `schedulingPolicyArn` of a new job queue; absent or empty is first come, first served, for ever.
 *
 * AWS's texts, as recorded in https://github.com/badmintoncryer/cdk-preflight (rules/batch, pf-batch-jq-…).
 */
export function checkSchedulingPolicy(
  schedulingPolicyArn = "",
  jobQueueType: JobQueueType,
  find: FindSchedulingPolicy,
): Refusal | undefined {
  if (schedulingPolicyArn === "") return undefined;
  if (parseResourceArn(schedulingPolicyArn)?.resourceType !== "scheduling-policy") {
    return Refusal.wrapped("Only scheduling policy Arn can be allowed.");
  }
  const policy = find(schedulingPolicyArn);
  if (policy === undefined) return Refusal.bare(`SchedulingPolicy ${schedulingPolicyArn} not found.`);
  if (policyKind(policy) === "fair-share" || jobQueueType === "SAGEMAKER_TRAINING") return undefined;
  return Refusal.wrapped("Quota Management feature is only supported for SageMaker Training job queues.");
}

/** Checks a change of policy: one of a kind follows one of that kind, and a queue has one from its creation or never. */
export function checkPolicyChange(
  queue: { readonly arn: string; readonly schedulingPolicyArn?: string; readonly jobQueueType: JobQueueType },
  wanted: string | undefined,
  find: FindSchedulingPolicy,
): Refusal | undefined {
  const { schedulingPolicyArn: current, jobQueueType } = queue;
  if (wanted === undefined) return undefined;
  if (current === undefined) {
    if (wanted === "") return undefined;
    return Refusal.bare(
      `schedulingPolicyArn must be absent for a job queue that was created without one, got ${wanted}`,
    );
  }
  if (wanted === "") {
    return Refusal.bare(`schedulingPolicyArn of ${queue.arn} can be replaced and not removed`);
  }
  const refusal = checkSchedulingPolicy(wanted, jobQueueType, find);
  if (refusal !== undefined) return refusal;
  const [before, after] = [find(current), find(wanted)];
  if (before === undefined || after === undefined || policyKind(before) === policyKind(after)) {
    return undefined;
  }
  return Refusal.bare(
    `schedulingPolicyArn must be that of a ${policyKind(before)} policy, as the job queue has one, got ${wanted}`,
  );
}
