import { parseResourceArn } from "../../../batch/arn.ts";
import type { Refusal } from "../../../batch/refusal.ts";
import type { ListJobsRequest } from "../../../model/batch.ts";
import type { DefinitionMatch, JobFilter } from "../../../store/store.ts";
import { parseInstant, parseOnlyFilter, textMatch } from "./list-filter.ts";

/** What a ListJobs asks for beside its queue. */
export type ChosenJobs = Omit<JobFilter, "jobQueueArn">;

/**
 * Reads `filters` and `jobStatus` (specification 2.1).
 *
 * Without a filter the status is RUNNING unless another is given. With one, jobs of all states are listed and
 * `jobStatus` is ignored, except for SHARE_IDENTIFIER, where both apply.
 */
export function parseJobFilter({
  filters,
  jobStatus: status = "RUNNING",
}: ListJobsRequest): ChosenJobs | Refusal {
  const chosen = parseOnlyFilter<ChosenJobs>(filters, {
    JOB_NAME: (value) => ({ nameEquals: textMatch(value) }),
    JOB_DEFINITION: (value) => ({ definition: definitionMatch(value) }),
    BEFORE_CREATED_AT: (value) => parseInstant(value, (createdBeforeMs) => ({ createdBeforeMs })),
    AFTER_CREATED_AT: (value) => parseInstant(value, (createdAfterMs) => ({ createdAfterMs })),
    SHARE_IDENTIFIER: (shareIdentifier) => ({ status, shareIdentifier }),
  });
  return chosen ?? { status };
}

/** A bare name stands for all revisions of that name; an ARN for one. */
function definitionMatch(value: string): DefinitionMatch {
  if (parseResourceArn(value)?.resourceType === "job-definition") return { by: "arn", arn: value };
  const { text, isPrefix } = textMatch(value);
  return { by: isPrefix ? "name-prefix" : "name", name: text };
}
