import { parseJobDefinitionReference } from "../../../../batch/job-definition-reference.ts";
import type { JobDefinition } from "../../../../batch/job-definition.ts";
import { Refusal } from "../../../../batch/refusal.ts";
import type {
  DescribeJobDefinitionsRequest,
  DescribeJobDefinitionsResponse,
} from "../../../../model/batch.ts";
import type { Operation, RequestContext } from "../../../operation.ts";
import { readPage } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { orRefuse } from "../refuse.ts";
import { jobDefinitionDetail } from "../wire/job-definition-detail.ts";

const PAGE_MAX = 100;

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobDefinitions.html */
export function describeJobDefinitions({
  store,
}: BatchServices): Operation<DescribeJobDefinitionsRequest, DescribeJobDefinitionsResponse> {
  return async (input, context) => {
    const { scope } = context;
    const named = input.jobDefinitions ?? [];
    if (named.length > 0) {
      orRefuse(checkNamed(input), context);
      const found = await Promise.all(named.map((text) => readNamed(text, context, store)));
      return { jobDefinitions: found.filter((one) => one !== undefined).map(jobDefinitionDetail) };
    }
    const { jobDefinitionName, status } = input;
    const listing = { operation: "DescribeJobDefinitions", scope, filter: [jobDefinitionName, status] };
    const filter = {
      ...(jobDefinitionName !== undefined && { name: jobDefinitionName }),
      ...(status !== undefined && { status }),
    };
    const { items, ...next } = await readPage(input, listing, PAGE_MAX, (page) =>
      store.listJobDefinitions(scope, filter, page),
    );
    return { jobDefinitions: items.map(jobDefinitionDetail), ...next };
  };
}

/** A list of definitions excludes every other member. */
function checkNamed({
  jobDefinitions = [],
  maxResults,
  jobDefinitionName,
  status,
  nextToken,
}: DescribeJobDefinitionsRequest): Refusal | undefined {
  if (maxResults !== undefined) {
    return Refusal.wrapped("JobDefinitions and MaxResults cannot both be set");
  }
  if (jobDefinitionName !== undefined || status !== undefined || nextToken !== undefined) {
    return Refusal.bare(
      "jobDefinitions must be given alone, without jobDefinitionName, status and nextToken",
    );
  }
  if (jobDefinitions.length > PAGE_MAX) {
    return Refusal.bare(`jobDefinitions must have at most ${PAGE_MAX} entries, got ${jobDefinitions.length}`);
  }
  return undefined;
}

/** Only a name with a revision, or an ARN with one, matches here; everything else matches nothing (specification 1.4). */
async function readNamed(
  text: string,
  { scope }: RequestContext,
  store: BatchServices["store"],
): Promise<JobDefinition | undefined> {
  const reference = parseJobDefinitionReference(scope, text);
  if (reference instanceof Refusal || reference.revision === undefined) return undefined;
  return store.readJobDefinition(scope, reference.name, reference.revision);
}
