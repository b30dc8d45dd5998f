import type { SubmitJobRequest } from "../model/batch.ts";
import type { Job } from "./job.ts";
import { SCHEDULING_PRIORITY_RANGE } from "./job-definition.ts";
import type { JobQueue } from "./job-queue.ts";
import { checkRange } from "./range.ts";
import { Refusal } from "./refusal.ts";
import { isShareIdentifier } from "./scheduling-policy.ts";

/**
 * Checks what a submission says of shares against its queue: with a fair-share policy a share identifier must be there,
 * and a priority, be it the definition's; without one neither may be given.
 *
 * AWS's texts: https://github.com/nextflow-io/nextflow/pull/3505 and
 * https://github.com/hashicorp/terraform-provider-aws/issues/31226 have the one on priorities.
 */
export function checkShare(
  { shareIdentifier, schedulingPriorityOverride }: SubmitJobRequest,
  { schedulingPriority }: Pick<Job, "schedulingPriority">,
  { schedulingPolicyArn }: Pick<JobQueue, "schedulingPolicyArn">,
): Refusal | undefined {
  if (schedulingPolicyArn === undefined) {
    if (shareIdentifier === undefined && schedulingPriorityOverride === undefined) return undefined;
    // `onlybe` is AWS's spelling.
    return Refusal.bare(
      "Job with shareIdentifier or schedulingPriority can onlybe submitted to job queue with fair share scheduling policy.",
    );
  }
  if (shareIdentifier === undefined) {
    return Refusal.bare("shareIdentifier is required: the job queue has a fair-share policy");
  }
  if (!isShareIdentifier(shareIdentifier)) {
    return Refusal.wrapped("ShareIdentifier name should match a valid pattern.");
  }
  if (schedulingPriority === undefined) {
    return Refusal.bare(
      "Either schedulingPriority in job definition or schedulingPriorityOverride is required.",
    );
  }
  return checkRange(schedulingPriorityOverride, "schedulingPriorityOverride", SCHEDULING_PRIORITY_RANGE);
}
