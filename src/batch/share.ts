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
 * AWS's texts: https://github.com/boto/boto3/issues/3158 has the one on a missing share; those on a missing priority are
 * in https://github.com/nextflow-io/nextflow/pull/3505 (2022, `should be specified`) and
 * https://github.com/hashicorp/terraform-provider-aws/issues/31226 (2023, `is required`): the later one is taken.
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
    return Refusal.bare("shareIdentifier must be specified.");
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

/** What a submission to a queue with a fair-share policy meets there. */
export interface ActiveShares {
  /** Whether the share that the job names is active: see `isActiveShare`. */
  readonly isActive: boolean;
  /** How many shares of the queue are. Asked only of jobs whose own is not: it looks at every share. */
  count(): number;
}

/**
 * Refuses a job that would make one share too many active in its queue. AWS says that such submissions fail, and not with
 * what text: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html (`schedulingPolicyArn`).
 */
export function checkActiveShares(
  { shareIdentifier, jobQueueArn }: Pick<Job, "shareIdentifier" | "jobQueueArn">,
  active: ActiveShares,
): Refusal | undefined {
  if (shareIdentifier === undefined || active.isActive || active.count() < ACTIVE_SHARES_MAX)
    return undefined;
  return Refusal.bare(
    `shareIdentifier must be one of the ${ACTIVE_SHARES_MAX} that are active in ${jobQueueArn}, ` +
      `as it can have no more, got ${shareIdentifier}`,
  );
}

const ACTIVE_SHARES_MAX = 500;
