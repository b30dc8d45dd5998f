import { jobArn } from "../../../../batch/arn.ts";
import { JOB_STATUSES } from "../../../../batch/job.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import type {
  KeyValuesPair,
  ListJobsByConsumableResourceRequest,
  ListJobsByConsumableResourceResponse,
  ListJobsByConsumableResourceSummary,
} from "../../../../model/batch.ts";
import type { ConsumableJobFilter, StoredJob } from "../../../../store/store.ts";
import type { Operation } from "../../../operation.ts";
import { readPage } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { parseFilter, textMatch } from "../list-filter.ts";
import type { FilterChoices } from "../list-filter.ts";
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
    const { items, ...next } = await readPage(input, listing, PAGE_MAX, (page) =>
      store.listJobsByConsumable({ consumableResourceArn: arn, ...chosen }, page),
    );
    const jobs = await store.readJobs(scope, items);
    return { jobs: jobs.map((stored) => summary(stored, arn)), ...next };
  };
}

type ChosenJobs = Omit<ConsumableJobFilter, "consumableResourceArn">;

/** Both may be there, and then both have to hold; of two with one name the last counts. */
function parseFilters(filters: readonly KeyValuesPair[] = []): ChosenJobs | Refusal {
  let chosen: ChosenJobs = {};
  for (const filter of filters) {
    const parsed = parseFilter(filter, CHOICES);
    if (parsed instanceof Refusal) return parsed;
    chosen = { ...chosen, ...parsed };
  }
  return chosen;
}

const CHOICES: FilterChoices<ChosenJobs> = {
  JOB_STATUS: parseStatus,
  JOB_NAME: (value) => ({ nameEquals: textMatch(value) }),
};

function parseStatus(value: string): ChosenJobs | Refusal {
  const status = JOB_STATUSES.find((known) => known === value);
  if (status !== undefined) return { status };
  return Refusal.bare(`filters[].values[0] must be one of ${JOB_STATUSES.join(", ")}, got ${value}`);
}

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
