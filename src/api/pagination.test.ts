import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApiError, clientError } from "./errors.ts";
import { decodeNextToken, encodeNextToken, parsePageRequest } from "./pagination.ts";
import type { Listing } from "./pagination.ts";

const SCOPE = { accountId: "123456789012", region: "us-east-1" };
const LISTING: Listing = {
  operation: "ListJobs",
  scope: SCOPE,
  filter: { jobQueue: "q", jobStatus: "RUNNING" },
};

describe("parsePageRequest", () => {
  test.each<[maxResults: number | undefined, expected: number | ApiError]>([
    [undefined, 100],
    [1, 1],
    [100, 100],
    [0, clientError("maxResults must be between 1 and 100, got 0")],
    [-5, clientError("maxResults must be between 1 and 100, got -5")],
    [101, clientError("maxResults must be between 1 and 100, got 101")],
  ])("maxResults %s of at most 100", (maxResults, expected) => {
    const parse = () => parsePageRequest({ maxResults }, LISTING, 100);
    if (expected instanceof ApiError) expect(parse).toThrow(expected);
    else expect(parse()).toEqual({ limit: expected });
  });

  test("goes on where the page before ended", () => {
    const nextToken = encodeNextToken(LISTING, "job-7");
    expect(parsePageRequest({ nextToken, maxResults: 5 }, LISTING, 100)).toEqual({
      limit: 5,
      after: "job-7",
    });
  });

  test.each<[name: string, token: string]>([
    ["is empty", ""],
    ["is no token", "hello"],
    ["is of another operation", encodeNextToken({ ...LISTING, operation: "DescribeJobQueues" }, "a")],
    ["is of another filter", encodeNextToken({ ...LISTING, filter: { jobQueue: "other" } }, "a")],
    ["is of another region", encodeNextToken({ ...LISTING, scope: { ...SCOPE, region: "eu-west-1" } }, "a")],
    [
      "is of another account",
      encodeNextToken({ ...LISTING, scope: { ...SCOPE, accountId: "000000000000" } }, "a"),
    ],
    ["is cut", encodeNextToken(LISTING, "abc").slice(0, -1)],
    ["has something behind it", `${encodeNextToken(LISTING, "abc")}=`],
  ])("refuses a token that %s", (_name, nextToken) => {
    expect(() => parsePageRequest({ nextToken }, LISTING, 100)).toThrow(
      clientError("nextToken must be one that ListJobs returned for the same request, got another"),
    );
  });
});

describe("tokens", () => {
  test("are absent on the last page", () => {
    expect(encodeNextToken(LISTING, undefined)).toBeUndefined();
  });

  test("carry any position there and back, and are safe in a URL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (after) => {
        const token = encodeNextToken(LISTING, after);
        expect(token).toMatch(/^[\w-]+$/);
        expect(decodeNextToken(LISTING, token)).toBe(after);
      }),
    );
  });

  test("are of no listing when they are made up", () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        expect(decodeNextToken(LISTING, token)).toBeUndefined();
      }),
    );
  });
});
