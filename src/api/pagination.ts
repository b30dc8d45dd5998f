import { hash } from "node:crypto";
import type { Scope } from "../batch/scope.ts";
import type { Page, PageRequest } from "../store/store.ts";
import { clientError } from "./errors.ts";

/** What a page belongs to: a token issued for one listing is refused by every other. */
export interface Listing {
  readonly operation: string;
  readonly scope: Scope;
  /** The members of the input that choose what is listed: anything that JSON can hold. */
  readonly filter?: unknown;
}

/** The paging members that AWS Batch's inputs share. */
export interface PagedInput {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** A page as an operation answers it: without `nextToken` it is the last. */
export interface AnsweredPage<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/** What a Batch operation answers to a request for a page; `limit` is that of `parsePageRequest`. */
export async function readPage<Item>(
  input: PagedInput,
  listing: Listing,
  limit: number,
  read: (page: PageRequest) => Promise<Page<Item>>,
): Promise<AnsweredPage<Item>> {
  const { items, next } = await read(parsePageRequest(input, listing, limit));
  return { items, ...(next !== undefined && { nextToken: encodeNextToken(listing, next) }) };
}

/**
 * The page that a Batch operation is asked for.
 *
 * @param limit the most entries on a page, and how many there are without `maxResults` (specification 1.5).
 */
export function parsePageRequest(input: PagedInput, listing: Listing, limit: number): PageRequest {
  const { maxResults = limit, nextToken } = input;
  if (maxResults < 1 || maxResults > limit) {
    throw clientError(`maxResults must be between 1 and ${limit}, got ${maxResults}`);
  }
  if (nextToken === undefined) return { limit: maxResults };

  const after = decodeNextToken(listing, nextToken);
  if (after === undefined) {
    throw clientError(
      `nextToken must be one that ${listing.operation} returned for the same request, got another`,
    );
  }
  return { limit: maxResults, after };
}

/**
 * The token under which a listing goes on, from where the page in hand ends; absent on the last page, as in AWS.
 *
 * It holds a digest over the listing and the position, which tells a token of another listing, or a damaged one, from
 * its own. It is no secret: whoever reads this file can forge one, and gains a listing that was theirs to ask for.
 */
export function encodeNextToken(listing: Listing, after: string): string;
export function encodeNextToken(listing: Listing, after: string | undefined): string | undefined;
export function encodeNextToken(listing: Listing, after: string | undefined): string | undefined {
  if (after === undefined) return undefined;
  return Buffer.concat([digest(listing, after), Buffer.from(after, "utf8")]).toString("base64url");
}

/** Where the listing goes on; undefined where the token is not one of this listing. */
export function decodeNextToken(listing: Listing, token: string): string | undefined {
  const bytes = Buffer.from(token, "base64url");
  const after = bytes.subarray(DIGEST_BYTES).toString("utf8");
  // Decoding passes over what is not base64url: only the one spelling that was issued counts.
  return encodeNextToken(listing, after) === token ? after : undefined;
}

const DIGEST_BYTES = 12;

function digest(listing: Listing, after: string): Buffer {
  const { operation, scope, filter } = listing;
  const text = JSON.stringify([operation, scope.accountId, scope.region, filter, after]);
  return hash("sha256", text, "buffer").subarray(0, DIGEST_BYTES);
}
