import type { Refusal } from "../../../batch/refusal.ts";
import type { ListServiceJobsRequest } from "../../../model/batch.ts";
import type { ServiceJobFilter } from "../../../store/store.ts";
import { parseInstant, parseOnlyFilter, textMatch } from "./list-filter.ts";

/** What a ListServiceJobs asks for beside its queue. */
type ChosenServiceJobs = Omit<ServiceJobFilter, "jobQueueArn">;

/** Reads `filters` and `jobStatus` (specification 2.10): as `parseJobFilter`, and both apply for shares of either kind. */
export function parseServiceJobFilter({
  filters,
  jobStatus: status = "RUNNING",
}: ListServiceJobsRequest): ChosenServiceJobs | Refusal {
  const chosen = parseOnlyFilter<ChosenServiceJobs>(filters, {
    JOB_NAME: (value) => ({ nameEquals: textMatch(value) }),
    BEFORE_CREATED_AT: (value) => parseInstant(value, (createdBeforeMs) => ({ createdBeforeMs })),
    AFTER_CREATED_AT: (value) => parseInstant(value, (createdAfterMs) => ({ createdAfterMs })),
    SHARE_IDENTIFIER: (shareIdentifier) => ({ status, shareIdentifier }),
    QUOTA_SHARE_NAME: (quotaShareName) => ({ status, quotaShareName }),
  });
  return chosen ?? { status };
}
