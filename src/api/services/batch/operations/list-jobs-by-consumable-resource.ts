import { jobArn } from "../../../../batch/arn.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import type {
  KeyValuesPair,
  ListJobsByConsumableResourceRequest,
  ListJobsByConsumableResourceResponse,
  ListJobsByConsumableResourceSummary,
} from "../../../../model/batch.ts";
import type { ConsumableJobFilter, StoredJob } from "../../../../store/store.ts";
import type { Operation } from "../../../operation.ts";
import { encodeNextToken, parsePageRequest } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { onlyValue, textMatch } from "../job-filter.ts";
import { doesNotExist, toArn } from "../named-resource.ts";
import { readByNameOrArn } from "../plain-listing.ts";
import { orRefuse } from "../refuse.ts";

const PAGE_MAX = 100;

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobsByConsumableResource.html
 *
 * Without a filter on it, jobs of any status are listed.
 */
export function listJobsByConsumableResource({
  store,
}: BatchServices): Operation<ListJobsByConsumableResourceRequest, ListJobsByConsumableResourceResponse> {
  return async (input, context) => {
    const { scope } = context;
    const type = "consumable-resource";
    const arn = toArn(scope, type, input.consumableResource);
    const resource = await readByNameOrArn(store, scope, type, input.consumableResource);
    orRefuse(resource ?? doesNotExist(arn), context);
    const chosen = orRefuse(parseFilters(input.filters), context);
    const listing = { operation: "ListJobsByConsumableResource", scope, filter: [arn, input.filters] };
    const page = await store.listJobsByConsumable(
      { consumableResourceArn: arn, ...chosen },
      parsePageRequest(input, listing, PAGE_MAX),
    );
    const jobs = await store.readJobs(scope, page.items);
    const nextToken = encodeNextToken(listing, page.next);
    return {
      jobs: jobs.map((stored) => summary(stored, arn)),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}

type ChosenJobs = Omit<ConsumableJobFilter, "consumableResourceArn">;

/** Each of the two filters may be there once; both have to hold. */
function parseFilters(filters: readonly KeyValuesPair[] = []): ChosenJobs | Refusal {
  let chosen: ChosenJobs = {};
  for (const filter of filters) {
    const parsed = parseFilter(filter);
    if (parsed instanceof Refusal) return parsed;
    chosen = { ...chosen, ...parsed };
  }
  return chosen;
}

function parseFilter(filter: KeyValuesPair): ChosenJobs | Refusal {
  const value = onlyValue(filter);
  if (value instanceof Refusal) return value;
  if (filter.name === "JOB_NAME") return { nameEquals: textMatch(value) };
  if (filter.name !== "JOB_STATUS") {
    return Refusal.bare(`filters[].name must be one of JOB_STATUS, JOB_NAME, got ${filter.name ?? "none"}`);
  }
  const status = JOB_STATUSES.find((known) => known === value);
  if (status !== undefined) return { status };
  return Refusal.bare(`filters[].values[0] must be one of ${JOB_STATUSES.join(", ")}, got ${value}`);
}

const JOB_STATUSES = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const;

function summary({ job, progress }: StoredJob, resourceArn: string): ListJobsByConsumableResourceSummary {
  const { shareIdentifier, consumableResources = [] } = job;
  const { statusReason, startedAtMs } = progress;
  const needed = consumableResources.find(({ consumableResource }) => consumableResource === resourceArn);
  return {
    jobArn: jobArn(job.scope, job.jobId),
    jobQueueArn: job.jobQueueArn,
    jobName: job.jobName,
    jobDefinitionArn: job.jobDefinitionArn,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    jobStatus: progress.status,
    quantity: needed?.quantity ?? 0,
    ...(statusReason !== undefined && { statusReason }),
    ...(startedAtMs !== undefined && { startedAt: startedAtMs }),
    createdAt: job.createdAtMs,
    consumableResourceProperties: { consumableResourceList: consumableResources },
  };
}
