import type { QuotaShare } from "../../../../batch/quota-share.ts";
import type { QuotaShareDetail } from "../../../../model/batch.ts";

/** A quota share as ListQuotaShares shows it: DescribeQuotaShare adds the tags. */
export function quotaShareDetail(share: QuotaShare): QuotaShareDetail {
  return {
    quotaShareName: share.quotaShareName,
    quotaShareArn: share.arn,
    jobQueueArn: share.jobQueueArn,
    capacityLimits: share.capacityLimits,
    resourceSharingConfiguration: share.resourceSharingConfiguration,
    preemptionConfiguration: share.preemptionConfiguration,
    state: share.state,
    status: "VALID",
  };
}
