import { describe, expect, test } from "vitest";
import {
  attempt,
  changeAuthorization,
  CREDENTIALS,
  refusal,
  requestOf,
  SIGNED_AT_MS,
  withHeader,
} from "../../../test/support/signed-requests.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import type { Credential } from "./credentials-file.ts";

const INVALID_TOKEN = "The security token included in the request is invalid.";

describe("session tokens", () => {
  const [plain, temporary] = CREDENTIALS as [Credential, Credential];

  test.each<[name: string, request: ApiRequest, credential: Credential]>([
    [
      "a token that the credential does not have",
      requestOf("SubmitJob with a session token"),
      withoutToken(temporary),
    ],
    ["another token", requestOf("SubmitJob with a session token"), { ...temporary, sessionToken: "another" }],
    ["no token where there is one", requestOf("SubmitJob"), { ...plain, sessionToken: "wanted" }],
    [
      "another token in a presigned request",
      requestOf("presigned GetCallerIdentity with a session token"),
      { ...temporary, sessionToken: "another" },
    ],
  ])("%s is refused", (name, request, credential) => {
    const service = name.includes("presigned") ? "sts" : "batch";
    expect(refusal(request, { credentials: [credential], service })).toEqual([
      403,
      "UnrecognizedClientException",
      INVALID_TOKEN,
    ]);
  });
});

describe("time", () => {
  test.each<[name: string, offsetSeconds: number, expected: string]>([
    ["SubmitJob", 300, "accepted"],
    [
      "SubmitJob",
      301,
      "Signature expired: 20261121T102030Z is now earlier than 20261121T102031Z (20261121T102531Z - 5 min.)",
    ],
    ["SubmitJob", -300, "accepted"],
    [
      "SubmitJob",
      -301,
      "Signature not yet current: 20261121T102030Z is still later than 20261121T102029Z (20261121T101529Z + 5 min.)",
    ],
    ["presigned SubmitJob with a body", 60, "accepted"],
    [
      "presigned SubmitJob with a body",
      61,
      "Signature expired: 20261121T102030Z is now earlier than 20261121T102031Z (20261121T102131Z - 60 sec.)",
    ],
    [
      "presigned SubmitJob with a body",
      -301,
      "Signature not yet current: 20261121T102030Z is still later than 20261121T102029Z (20261121T101529Z + 5 min.)",
    ],
  ])("%s, %d seconds after it was signed", (name, offsetSeconds, expected) => {
    const outcome = attempt(requestOf(name), { nowMs: SIGNED_AT_MS + offsetSeconds * 1000 });
    expect(outcome instanceof ApiError ? outcome.message : "accepted").toBe(expected);
  });

  test("a presigned request holds for a week at most", () => {
    const service = "sts";
    const week = requestOf("presigned GetCallerIdentity with a session token");
    expect(attempt(week, { service, nowMs: SIGNED_AT_MS + 604_800_000 })).not.toBeInstanceOf(ApiError);
    const longer = { ...week, target: week.target.replace("Expires=604800", "Expires=604801") };
    expect(refusal(longer, { service })).toEqual([
      400,
      "IncompleteSignatureException",
      'X-Amz-Expires must be between 1 and 604800 seconds, got "604801"',
    ]);
  });

  test("the credential's date must be that of the signature", () => {
    const request = changeAuthorization("SubmitJob", "/20261121/", "/20261120/");
    expect(refusal(request)).toEqual([
      403,
      "InvalidSignatureException",
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
        "'20261120' != '20261121', from '20261121T102030Z'.",
    ]);
  });
});

describe("what must be signed", () => {
  test.each<[name: string, request: ApiRequest, message: string]>([
    [
      "the host",
      changeAuthorization("SubmitJob", "content-type;host;x-amz-date", "content-type;x-amz-date"),
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "AWS's own headers",
      withHeader(requestOf("SubmitJob"), "x-amz-added", "later"),
      "'x-amz-added' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "AWS's own headers in a presigned request",
      withHeader(requestOf("presigned SubmitJob with a body"), "x-amz-added", "later"),
      "'x-amz-added' must be a 'SignedHeader' in the AWS Authorization.",
    ],
  ])("%s", (_name, request, message) => {
    expect(refusal(request)).toEqual([403, "InvalidSignatureException", message]);
  });

  test("other headers need not be", () => {
    const request = withHeader(requestOf("SubmitJob"), "x-amzn-trace-id", "Root=1");
    expect(attempt(request)).not.toBeInstanceOf(ApiError);
  });
});

describe("a signature with something missing", () => {
  const request = requestOf("SubmitJob");

  test.each<[name: string, request: ApiRequest, message: string]>([
    [
      "another algorithm",
      withHeader(request, "authorization", "Bearer abc"),
      "The algorithm of the signature must be AWS4-HMAC-SHA256",
    ],
    [
      "nothing but the algorithm",
      withHeader(withHeader(request, "authorization", "AWS4-HMAC-SHA256"), "x-amz-date", undefined),
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
        "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either " +
        "a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      "a malformed time",
      withHeader(request, "x-amz-date", "2026-11-21"),
      'The time of the signature must be like 20150830T123600Z, got "2026-11-21"',
    ],
    [
      "a time that is none",
      withHeader(request, "x-amz-date", "20261341T102030Z"),
      'The time of the signature must be like 20150830T123600Z, got "20261341T102030Z"',
    ],
    [
      "half a signature",
      changeAuthorization("SubmitJob", /[0-9a-f]{32}$/, ""),
      "The signature must be 64 lower-case hexadecimal digits",
    ],
    [
      "a credential of four parts",
      changeAuthorization("SubmitJob", "/us-east-1", ""),
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, " +
        "got 'AKIDEXAMPLEPLAIN/20261121/batch/aws4_request'",
    ],
    [
      "another terminator",
      changeAuthorization("SubmitJob", "aws4_request", "aws5_request"),
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    ],
    [
      "a region that is none",
      changeAuthorization("SubmitJob", "us-east-1", "US_EAST"),
      "Credential should be scoped to a valid region, not 'US_EAST'.",
    ],
  ])("is refused: %s", (_name, incomplete, message) => {
    expect(refusal(incomplete)).toEqual([400, "IncompleteSignatureException", message]);
  });

  test("is refused where there is none at all", () => {
    expect(refusal(withHeader(request, "authorization", undefined))).toEqual([
      403,
      "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    ]);
  });
});

function withoutToken({ sessionToken: _dropped, ...credential }: Credential): Credential {
  return credential;
}
