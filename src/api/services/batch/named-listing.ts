import { parseNameOrArn } from "../../../batch/arn.ts";
import type { NameableType } from "../../../batch/arn.ts";
import { Refusal } from "../../../batch/refusal.ts";
import type { Page, PageRequest } from "../../../store/store.ts";
import type { RequestContext } from "../../operation.ts";
import { readPage } from "../../pagination.ts";
import type { AnsweredPage, PagedInput } from "../../pagination.ts";
import { orRefuse } from "./refuse.ts";

/** At most this many names in one request, and entries on one page. */
const DESCRIBE_MAX = 100;

/** One of the Describe operations that take names or list everything. */
export interface NamedListing<Item> {
  readonly operation: "DescribeComputeEnvironments" | "DescribeJobQueues" | "DescribeServiceEnvironments";
  readonly resourceType: NameableType;
  /** The member that holds the names, in the request's spelling. */
  readonly member: "computeEnvironments" | "jobQueues" | "serviceEnvironments";
  /** Those of the names that exist, in their order. */
  readonly read: (names: readonly string[]) => Promise<readonly Item[]>;
  readonly list: (page: PageRequest) => Promise<Page<Item>>;
}

/**
 * What a Describe operation answers: the resources that were named, by name or ARN and each once, or a page of all.
 * Unknown ones are left out. An empty list of names counts as none.
 */
export async function describeNamed<Item>(
  texts: readonly string[] = [],
  input: PagedInput,
  context: RequestContext,
  listing: NamedListing<Item>,
): Promise<AnsweredPage<Item>> {
  const { scope } = context;
  if (texts.length > 0) {
    orRefuse(checkNames(texts, input, listing), context);
    const names = texts.map((text) => parseNameOrArn(scope, listing.resourceType, text));
    return { items: await listing.read([...new Set(names.filter((name) => name !== undefined))]) };
  }
  return readPage(input, { operation: listing.operation, scope }, DESCRIBE_MAX, listing.list);
}

function checkNames(
  texts: readonly string[],
  { maxResults }: PagedInput,
  { member }: Pick<NamedListing<unknown>, "member">,
): Refusal | undefined {
  if (maxResults !== undefined) {
    const title = member.slice(0, 1).toUpperCase() + member.slice(1);
    return Refusal.wrapped(`${title} and MaxResults cannot both be set`);
  }
  if (texts.length <= DESCRIBE_MAX) return undefined;
  return Refusal.bare(`${member} must have at most ${DESCRIBE_MAX} entries, got ${texts.length}`);
}
