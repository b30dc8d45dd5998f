import { parseResourceArn } from "../../../batch/arn.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { KeyValuesPair, ListJobsRequest } from "../../../model/batch.ts";
import type { DefinitionMatch, JobFilter, TextMatch } from "../../../store/store.ts";

/** What a ListJobs asks for beside its queue. */
export type ChosenJobs = Omit<JobFilter, "jobQueueArn">;

/**
 * Reads `filters` and `jobStatus` (specification 2.1).
 *
 * Without a filter the status is RUNNING unless another is given. With one, jobs of all states are listed and
 * `jobStatus` is ignored, except for SHARE_IDENTIFIER, where both apply. Filter names are case-sensitive.
 */
export function parseJobFilter({
  filters = [],
  jobStatus = "RUNNING",
}: ListJobsRequest): ChosenJobs | Refusal {
  const [filter, ...others] = filters;
  if (filter === undefined) return { status: jobStatus };
  if (others.length > 0) return Refusal.bare(`filters must have at most 1 entry, got ${filters.length}`);

  const value = onlyValue(filter);
  if (value instanceof Refusal) return value;
  const { name = "" } = filter;
  switch (name) {
    case "JOB_NAME":
      return { nameEquals: textMatch(value) };
    case "JOB_DEFINITION":
      return { definition: definitionMatch(value) };
    case "BEFORE_CREATED_AT":
      return instant(value, (createdBeforeMs) => ({ createdBeforeMs }));
    case "AFTER_CREATED_AT":
      return instant(value, (createdAfterMs) => ({ createdAfterMs }));
    case "SHARE_IDENTIFIER":
      return { status: jobStatus, shareIdentifier: value };
    default:
      return Refusal.bare(
        `filters[0].name must be one of JOB_NAME, JOB_DEFINITION, BEFORE_CREATED_AT, AFTER_CREATED_AT, ` +
          `SHARE_IDENTIFIER, got ${name}`,
      );
  }
}

export function onlyValue({ values = [] }: KeyValuesPair): string | Refusal {
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) {
    return Refusal.bare(`filters[0].values must have exactly 1 entry, got ${values.length}`);
  }
  return value;
}

export function textMatch(value: string): TextMatch {
  const isPrefix = value.endsWith("*");
  return { text: isPrefix ? value.slice(0, -1) : value, isPrefix };
}

/** A bare name stands for all revisions of that name; an ARN for one. */
function definitionMatch(value: string): DefinitionMatch {
  if (parseResourceArn(value)?.resourceType === "job-definition") return { by: "arn", arn: value };
  const { text, isPrefix } = textMatch(value);
  return { by: isPrefix ? "name-prefix" : "name", name: text };
}

export function instant<Chosen>(value: string, filter: (ms: number) => Chosen): Chosen | Refusal {
  if (/^\d{1,15}$/.test(value)) return filter(Number(value));
  return Refusal.bare(`filters[0].values[0] must be milliseconds since 1970 as digits, got ${value}`);
}
