import type { ConsumableResource } from "../../../../batch/consumable-resource.ts";
import { isSameScope } from "../../../../batch/scope.ts";
import type { Scope } from "../../../../batch/scope.ts";
import type {
  ConsumableResourceSummary,
  ListConsumableResourcesRequest,
  ListConsumableResourcesResponse,
} from "../../../../model/batch.ts";
import type { LiveState } from "../../../../store/live-state.ts";
import type { TextMatch } from "../../../../store/store.ts";
import { matchesText } from "../../../../store/text-match.ts";
import type { Operation } from "../../../operation.ts";
import { encodeNextToken, parsePageRequest } from "../../../pagination.ts";
import type { BatchServices } from "../batch-services.ts";
import { parseOnlyFilter, textMatch } from "../list-filter.ts";
import { listPlain } from "../plain-listing.ts";
import { orRefuse } from "../refuse.ts";

const OPERATION = "ListConsumableResources";
const PAGE_MAX = 100;
const CHOICES = { CONSUMABLE_RESOURCE_NAME: textMatch };

/**
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ListConsumableResources.html
 *
 * Names are matched without regard to case, which no store can do by its keys: the live state, which has all names in
 * memory, chooses those that are read.
 */
export function listConsumableResources({
  store,
  sequencer,
}: BatchServices): Operation<ListConsumableResourcesRequest, ListConsumableResourcesResponse> {
  return async (input, context) => {
    const { scope } = context;
    const { state } = sequencer;
    const match = orRefuse(parseOnlyFilter(input.filters, CHOICES), context);
    if (match === undefined) {
      const listed = { operation: OPERATION, type: "consumable-resource", namePrefix: "" } as const;
      const { items, ...next } = await listPlain(store, context, input, listed);
      return { consumableResources: items.map((item) => summary(item, state)), ...next };
    }
    const listing = { operation: OPERATION, scope, filter: match };
    const { limit, after = "" } = parsePageRequest(input, listing, PAGE_MAX);
    const names = matchingNames(state, scope, match).filter((name) => name > after);
    const shown = names.slice(0, limit);
    const items = await store.readPlainResources("consumable-resource", scope, shown);
    const nextToken = encodeNextToken(listing, names.length > limit ? shown.at(-1) : undefined);
    return {
      consumableResources: items.map((item) => summary(item, state)),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}

/** Ascending. */
function matchingNames(state: LiveState, scope: Scope, match: TextMatch): string[] {
  return [...state.plainResources.all("consumable-resource")]
    .filter((resource) => isSameScope(resource.scope, scope) && matchesText(resource.name, match))
    .map(({ name }) => name)
    .sort();
}

function summary(resource: ConsumableResource, state: LiveState): ConsumableResourceSummary {
  return {
    consumableResourceArn: resource.arn,
    consumableResourceName: resource.name,
    totalQuantity: resource.totalQuantity,
    inUseQuantity: state.consumables.heldOf(resource.arn),
    resourceType: resource.kind,
  };
}
