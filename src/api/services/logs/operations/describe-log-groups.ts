import type { LogGroup } from "../../../../batch/log-stream.ts";
import type { Scope } from "../../../../batch/scope.ts";
import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup as WireLogGroup,
} from "../../../../model/logs.ts";
import type { Page, Store } from "../../../../store/store.ts";
import type { Operation } from "../../../operation.ts";
import { decodeNextToken, encodeNextToken } from "../../../pagination.ts";
import { groupNameOf } from "../find-log.ts";
import { invalidNextToken, invalidParameter } from "../logs-errors.ts";
import type { LogsOperationServices } from "../logs-services.ts";

/** Also without `limit`. */
const GROUPS_PER_PAGE_MAX = 50;
/** Looked at in one call for a pattern: a page may be short although more follows, as everywhere in AWS. */
const GROUPS_SEARCHED_MAX = 1_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export function describeLogGroups({
  store,
}: LogsOperationServices): Operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse> {
  return async (input, { scope }) => {
    refuseCombinations(input);
    if (input.logGroupIdentifiers !== undefined) {
      return { logGroups: await readGroups(store, scope, input.logGroupIdentifiers) };
    }

    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
    const listing = { operation: "DescribeLogGroups", scope, filter: [prefix, pattern] };
    const after = input.nextToken === undefined ? undefined : decodeNextToken(listing, input.nextToken);
    if (input.nextToken !== undefined && after === undefined) throw invalidNextToken();

    const limit = input.limit ?? GROUPS_PER_PAGE_MAX;
    const request = { limit, ...(after === undefined ? {} : { after }) };
    // AWS has groups of other classes; here there are none.
    const isOtherClass = input.logGroupClass !== undefined && input.logGroupClass !== "STANDARD";
    const page = isOtherClass
      ? { items: [] }
      : await (pattern === undefined
          ? store.listLogGroups(scope, prefix ?? "", request)
          : searchGroups(store, scope, pattern, request));
    return {
      logGroups: page.items.map(wireGroup),
      nextToken: encodeNextToken(listing, page.next),
    };
  };
}

function refuseCombinations(input: DescribeLogGroupsRequest): void {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
    throw invalidParameter("logGroupNamePrefix and logGroupNamePattern are mutually exclusive parameters.");
  }
  const { logGroupIdentifiers, logGroupNamePrefix, logGroupNamePattern, logGroupClass } = input;
  const hasFilter = (logGroupNamePrefix ?? logGroupNamePattern ?? logGroupClass) !== undefined;
  if (logGroupIdentifiers !== undefined && hasFilter) {
    throw invalidParameter("With logGroupIdentifiers the only other filter may be includeLinkedAccounts.");
  }
}

/** Those that are there, in the order of their names. */
async function readGroups(
  store: Store,
  scope: Scope,
  identifiers: readonly string[],
): Promise<readonly WireLogGroup[]> {
  const names = new Set(identifiers.map((identifier) => groupNameOf(scope, identifier)));
  const groups: LogGroup[] = [];
  for (const name of names) {
    const group = name === undefined ? undefined : await store.readLogGroup(scope, name);
    if (group !== undefined) groups.push(group);
  }
  return groups.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(wireGroup);
}

/** Groups whose name holds the pattern anywhere. */
async function searchGroups(
  store: Store,
  scope: Scope,
  pattern: string,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<Page<LogGroup>> {
  const found: LogGroup[] = [];
  let next = after;
  for (let searched = 0; searched < GROUPS_SEARCHED_MAX; searched += limit) {
    // Never more than there is room for, so that a page ends where the store's does.
    const request = { limit: limit - found.length, ...(next === undefined ? {} : { after: next }) };
    const page = await store.listLogGroups(scope, "", request);
    found.push(...page.items.filter(({ name }) => name.includes(pattern)));
    next = page.next;
    if (next === undefined) return { items: found };
    if (found.length === limit) break;
  }
  return next === undefined ? { items: found } : { items: found, next };
}

/**
 * `storedBytes` is 0: what a group takes would have to be added up stream by stream. AWS, too, shows 0 until it has,
 * which may take a day.
 */
function wireGroup({ name, arn, createdAtMs, retentionInDays }: LogGroup): WireLogGroup {
  return {
    logGroupName: name,
    creationTime: createdAtMs,
    ...(retentionInDays === undefined ? {} : { retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: 0,
    logGroupClass: "STANDARD",
    logGroupArn: arn,
    deletionProtectionEnabled: false,
  };
}
