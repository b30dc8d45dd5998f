import { Refusal } from "../../../batch/refusal.ts";
import type { ListServiceJobsRequest } from "../../../model/batch.ts";
import type { ServiceJobFilter } from "../../../store/store.ts";
import { instant, onlyValue, textMatch } from "./job-filter.ts";

/** What a ListServiceJobs asks for beside its queue. */
type ChosenServiceJobs = Omit<ServiceJobFilter, "jobQueueArn">;

/**
 * Reads `filters` and `jobStatus` (specification 2.10).
 *
 * Without a filter the status is RUNNING unless another is given. With one, jobs of all states are listed and
 * `jobStatus` is ignored, except for shares, where both apply. Filter names are case-sensitive.
 */
export function parseServiceJobFilter({
  filters = [],
  jobStatus = "RUNNING",
}: ListServiceJobsRequest): ChosenServiceJobs | Refusal {
  const [filter, ...others] = filters;
  if (filter === undefined) return { status: jobStatus };
  if (others.length > 0) return Refusal.bare(`filters must have at most 1 entry, got ${filters.length}`);
  const value = onlyValue(filter);
  if (value instanceof Refusal) return value;
  const { name = "" } = filter;
  switch (name) {
    case "JOB_NAME":
      return { nameEquals: textMatch(value) };
    case "BEFORE_CREATED_AT":
      return instant(value, (createdBeforeMs) => ({ createdBeforeMs }));
    case "AFTER_CREATED_AT":
      return instant(value, (createdAfterMs) => ({ createdAfterMs }));
    case "SHARE_IDENTIFIER":
      return { status: jobStatus, shareIdentifier: value };
    case "QUOTA_SHARE_NAME":
      return { status: jobStatus, quotaShareName: value };
    default:
      return Refusal.bare(
        `filters[0].name must be one of JOB_NAME, BEFORE_CREATED_AT, AFTER_CREATED_AT, SHARE_IDENTIFIER, ` +
          `QUOTA_SHARE_NAME, got ${name}`,
      );
  }
}
