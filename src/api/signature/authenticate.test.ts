import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACCEPTED,
  attempt,
  CREDENTIALS,
  refusal,
  requestOf,
  withHeader,
} from "../../../test/support/signed-requests.ts";
import type { Options } from "../../../test/support/signed-requests.ts";
import type { ApiRequest } from "../http.ts";
import type { Caller } from "./authenticate.ts";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
  "Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";

describe("a signature by botocore", () => {
  test.each(ACCEPTED.map((vector) => [vector.name, vector] as const))("is accepted: %s", (_name, vector) => {
    const [status, code, principal] = refusal(requestOf(vector.name), { service: vector.service });
    const user = vector.credential === "plain" ? /:user\/ci$/ : /:user\/guest$/;
    expect([status, code, principal]).toEqual([200, "accepted", expect.stringMatching(user)]);
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
      fc.property(
        fc.constantFrom("target", "signature"),
        fc.nat(),
        fc.constantFrom("0", "z", "Q"),
        (where, at, put) => {
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
        },
      ),
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
      {
        scope: { accountId: "123456789012", region: "us-west-2" },
        principal: "arn:aws:iam::123456789012:root",
      },
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
      {
        scope: { accountId: "210987654321", region: "us-east-1" },
        principal: "arn:aws:iam::210987654321:user/ci",
      },
    ],
    [
      "is taken at their word: a presigned request, signed for another service",
      { mode: "none" },
      requestOf("presigned GetCallerIdentity"),
      {
        scope: { accountId: "210987654321", region: "us-east-1" },
        principal: "arn:aws:iam::210987654321:user/ci",
      },
    ],
  ])("%s", (_name, options, request, expected) => {
    expect(attempt(request, options)).toEqual(expected);
  });

  test.each([
    "Bearer abc",
    "AWS4-HMAC-SHA256 Credential=a/b/c",
    "",
    "AWS4-HMAC-SHA256 Credential=a/b/C/d/aws4_request",
  ])("cannot be read from a malformed Authorization header even if nobody checks: %j", (authorization) => {
    const request = withHeader(requestOf("SubmitJob"), "authorization", authorization);
    expect(refusal(request, { mode: "none" }).slice(0, 2)).toEqual([400, "IncompleteSignatureException"]);
  });

  test("is found without any error but an ApiError, whatever was sent", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("none" as const, "sigv4" as const),
        fc.string({ unit: "binary-ascii" }),
        fc.string({ unit: "binary-ascii" }),
        (mode, authorization, query) => {
          for (const headers of [
            { authorization },
            { authorization: `AWS4-HMAC-SHA256 ${authorization}` },
            {},
          ]) {
            const target = `/v1/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&${query}`;
            attempt({ method: "POST", target, headers, body: new Uint8Array() }, { mode });
          }
        },
      ),
    );
  });
});

function withQuery(target: string, more: string): string {
  return `${target}${target.includes("?") ? "&" : "?"}${more}`;
}
