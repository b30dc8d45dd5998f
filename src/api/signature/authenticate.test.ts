import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http.ts";
import { createAuthenticate } from "./authenticate.ts";
import type { AuthenticationOptions, Caller } from "./authenticate.ts";
import type { Credential } from "./credentials-file.ts";

/**
 * Requests as AWS's own Python library sends them: botocore 1.43.11, its clock held at `signedAt`, the request taken
 * where it would have been sent.
 */
interface Vectors {
  readonly signedAt: string;
  readonly credentials: Readonly<Record<"plain" | "temporary", Omit<Credential, "profile">>>;
  readonly cases: readonly {
    readonly name: string;
    readonly service: string;
    readonly credential: "plain" | "temporary";
    readonly request: Omit<ApiRequest, "body"> & { readonly body: string };
  }[];
}

// A file of ours: trusted to have its shape.
const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, "botocore-vectors.json"), "utf8"),
) as Vectors;
const SIGNED_AT_MS = Date.parse(VECTORS.signedAt);
const CREDENTIALS: readonly Credential[] = [
  { profile: "ci", accountId: "210987654321", ...VECTORS.credentials.plain },
  { profile: "guest", ...VECTORS.credentials.temporary },
];
const ACCEPTED = VECTORS.cases.filter(({ name }) => name !== "UNSIGNED-PAYLOAD");
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
  "Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";

describe("a signature by botocore", () => {
  test.each(ACCEPTED.map((vector) => [vector.name, vector] as const))("is accepted: %s", (_name, vector) => {
    const caller = authenticate(requestOf(vector.name), vector.service);
    expect(caller.principal).toMatch(vector.credential === "plain" ? /:user\/ci$/ : /:user\/guest$/);
  });

  test("is refused with a payload that is not signed", () => {
    expect(refusal(requestOf("UNSIGNED-PAYLOAD"))).toEqual([
      403,
      "InvalidSignatureException",
      "x-amz-content-sha256 must be the hexadecimal SHA-256 of the request body.",
    ]);
  });

  test.each<[what: string, tamper: (request: ApiRequest) => ApiRequest]>([
    ["method", (request) => ({ ...request, method: "PUT" })],
    ["path", (request) => ({ ...request, target: request.target.replace(/(?=\?|$)/, "x") })],
    ["query", (request) => ({ ...request, target: withQuery(request.target, "more=1") })],
    ["body", (request) => ({ ...request, body: Buffer.concat([request.body, Buffer.from(" ")]) })],
    ["host", (request) => withHeader(request, "host", "127.0.0.1:22825")],
  ])("is refused when the %s was changed", (_what, tamper) => {
    for (const { name, service } of ACCEPTED) {
      const [status, code] = refusal(tamper(requestOf(name)), { service });
      expect([name, status, code]).toEqual([name, 403, "InvalidSignatureException"]);
    }
  });

  test("is refused when any header that it covers was changed", () => {
    let changed = 0;
    for (const { name, service } of ACCEPTED) {
      const request = requestOf(name);
      const signed = /SignedHeaders=([^,]*)/.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
      for (const header of signed.split(";").filter((candidate) => candidate !== "")) {
        const tampered = withHeader(request, header, `${request.headers[header]}1`);
        expect(refusal(tampered, { service })[0], `${name}: ${header}`).toBeGreaterThanOrEqual(400);
        changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(30);
  });

  test("is refused when any character of it or of what it covers was changed", () => {
    const original = requestOf("UntagResource, repeated and odd names in the query");
    const authorization = original.headers["authorization"] ?? "";
    fc.assert(
      fc.property(fc.constantFrom("target", "signature"), fc.nat(), fc.constantFrom("0", "z", "Q"), (where, at, put) => {
        const signature = /[0-9a-f]{64}$/.exec(authorization)?.[0] ?? "";
        const text = where === "target" ? original.target : signature;
        const index = 1 + (at % (text.length - 1));
        fc.pre(text[index] !== put && text[index] !== "%" && !text.slice(index - 2, index).includes("%"));
        const changed = text.slice(0, index) + put + text.slice(index + 1);
        const request =
          where === "target"
            ? { ...original, target: changed }
            : withHeader(original, "authorization", authorization.replace(signature, changed));
        expect(refusal(request)[0]).toBeGreaterThanOrEqual(400);
      }),
    );
  });

  test("is refused of a key with another secret", () => {
    const credentials = CREDENTIALS.map((credential) => ({ ...credential, secretAccessKey: "another" }));
    for (const { name, service } of ACCEPTED) {
      const problem = refusal(requestOf(name), { service, credentials });
      expect([name, ...problem]).toEqual([name, 403, "InvalidSignatureException", MISMATCH]);
    }
  });

  test("is refused of a key that is not known", () => {
    expect(refusal(requestOf("SubmitJob"), { credentials: [] })).toEqual([
      403,
      "UnrecognizedClientException",
      INVALID_TOKEN,
    ]);
  });

  test("is refused for another service", () => {
    expect(refusal(requestOf("PutLogEvents"), { service: "batch" })).toEqual([
      403,
      "InvalidSignatureException",
      "Credential should be scoped to correct service: 'batch'. ",
    ]);
  });
});

describe("session tokens", () => {
  const [plain, temporary] = CREDENTIALS as [Credential, Credential];

  test.each<[name: string, request: ApiRequest, credential: Credential]>([
    ["a token that the credential does not have", requestOf("SubmitJob with a session token"), withoutToken(temporary)],
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

describe("the caller", () => {
  test.each<[name: string, options: Partial<Options>, request: ApiRequest, expected: Caller]>([
    [
      "is of the key's account, in the region that was signed for",
      {},
      requestOf("DescribeJobQueues without members"),
      {
        scope: { accountId: "210987654321", region: "eu-central-1" },
        principal: "arn:aws:iam::210987654321:user/ci",
      },
    ],
    [
      "is of the default account where the key has none, in the region's partition",
      { service: "sts" },
      requestOf("GetCallerIdentity"),
      {
        scope: { accountId: "123456789012", region: "us-gov-west-1" },
        principal: "arn:aws-us-gov:iam::123456789012:user/guest",
      },
    ],
    [
      "without a signature is the default account in the default region",
      { mode: "none" },
      withHeader(requestOf("SubmitJob"), "authorization", undefined),
      { scope: { accountId: "123456789012", region: "us-west-2" }, principal: "arn:aws:iam::123456789012:root" },
    ],
    [
      "is taken at their word: a key that is not known",
      { mode: "none", credentials: [] },
      requestOf("DescribeJobQueues without members"),
      {
        scope: { accountId: "123456789012", region: "eu-central-1" },
        principal: "arn:aws:iam::123456789012:root",
      },
    ],
    [
      "is taken at their word: a key that is known, with a signature that is wrong, at any time",
      { mode: "none", nowMs: 0 },
      withHeader(requestOf("SubmitJob"), "host", "changed"),
      { scope: { accountId: "210987654321", region: "us-east-1" }, principal: "arn:aws:iam::210987654321:user/ci" },
    ],
    [
      "is taken at their word: a presigned request, signed for another service",
      { mode: "none" },
      requestOf("presigned GetCallerIdentity"),
      { scope: { accountId: "210987654321", region: "us-east-1" }, principal: "arn:aws:iam::210987654321:user/ci" },
    ],
  ])("%s", (_name, options, request, expected) => {
    expect(attempt(request, options)).toEqual(expected);
  });

  test.each(["Bearer abc", "AWS4-HMAC-SHA256 Credential=a/b/c", "", "AWS4-HMAC-SHA256 Credential=a/b/C/d/aws4_request"])(
    "cannot be read from a malformed Authorization header even if nobody checks: %j",
    (authorization) => {
      const request = withHeader(requestOf("SubmitJob"), "authorization", authorization);
      expect(refusal(request, { mode: "none" }).slice(0, 2)).toEqual([400, "IncompleteSignatureException"]);
    },
  );

  test("is found without any error but an ApiError, whatever was sent", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("none" as const, "sigv4" as const),
        fc.string({ unit: "binary-ascii" }),
        fc.string({ unit: "binary-ascii" }),
        (mode, authorization, query) => {
          for (const headers of [{ authorization }, { authorization: `AWS4-HMAC-SHA256 ${authorization}` }, {}]) {
            const target = `/v1/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&${query}`;
            attempt({ method: "POST", target, headers, body: new Uint8Array() }, { mode });
          }
        },
      ),
    );
  });
});

interface Options extends Pick<AuthenticationOptions, "mode" | "credentials"> {
  readonly service: string;
  readonly nowMs: number;
}

function authenticate(request: ApiRequest, service = "batch", options: Partial<Options> = {}): Caller {
  const { mode = "sigv4", credentials = CREDENTIALS, nowMs = SIGNED_AT_MS } = options;
  return createAuthenticate({
    mode,
    credentials,
    defaults: { accountId: "123456789012", region: "us-west-2" },
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
  })(request, service);
}

/** The caller, or the ApiError that was thrown instead; any other error is thrown on. */
function attempt(request: ApiRequest, options: Partial<Options> = {}): Caller | ApiError {
  try {
    return authenticate(request, options.service, options);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function refusal(
  request: ApiRequest,
  options: Partial<Options> = {},
): readonly [status: number, code: string, message: string] {
  const outcome = attempt(request, options);
  return outcome instanceof ApiError
    ? [outcome.status, outcome.code, outcome.message]
    : [200, "accepted", outcome.principal];
}

function requestOf(name: string): ApiRequest {
  const vector = VECTORS.cases.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`there is no vector ${name}`);
  return { ...vector.request, body: Buffer.from(vector.request.body) };
}

function withHeader(request: ApiRequest, name: string, value: string | undefined): ApiRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

function withQuery(target: string, more: string): string {
  return `${target}${target.includes("?") ? "&" : "?"}${more}`;
}

function changeAuthorization(name: string, from: string | RegExp, to: string): ApiRequest {
  const request = requestOf(name);
  return withHeader(request, "authorization", request.headers["authorization"]?.replace(from, to));
}

function withoutToken({ sessionToken: _dropped, ...credential }: Credential): Credential {
  return credential;
}
