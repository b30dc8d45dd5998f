import { describe, expect, test } from "vitest";
import { aHandler, aRequest, REQUEST_ID, stsRequest } from "../../../test/support/api-handler.ts";
import type { ApiRequest } from "../http.ts";

const XML_HEADERS = { "Content-Type": "text/xml", "x-amzn-RequestId": REQUEST_ID };

describe("STS", () => {
  const identity =
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
    "<UserId>123456789012</UserId><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:root</Arn>" +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata>` +
    "</GetCallerIdentityResponse>\n";

  test.each<[name: string, request: ApiRequest]>([
    ["in a form", stsRequest("Action=GetCallerIdentity&Version=2011-06-15")],
    [
      "in a query",
      {
        ...aRequest(),
        method: "GET",
        target: "/?Action=GetCallerIdentity&Version=2011-06-15",
        body: Buffer.alloc(0),
      },
    ],
  ])("answers who asks, asked %s", async (_name, request) => {
    const { handle } = aHandler(async () => ({}));
    expect(await handle(request)).toEqual({ status: 200, headers: XML_HEADERS, body: identity });
  });

  test.each<[name: string, request: ApiRequest, status: number, code: string, message: string]>([
    [
      "no operation",
      stsRequest("Action=%3Cb%3E%26%00&Version=2011-06-15"),
      400,
      "InvalidAction",
      "Could not find operation &#60;b&#62;&#38;\uFFFD for version 2011-06-15",
    ],
    [
      "no version",
      stsRequest("Action=GetCallerIdentity"),
      400,
      "InvalidAction",
      "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
    ],
    [
      "an empty form",
      stsRequest(""),
      400,
      "InvalidAction",
      "Could not find operation  for version NO_VERSION_SPECIFIED",
    ],
    [
      "another method",
      { ...stsRequest(""), method: "PUT" },
      405,
      "InvalidAction",
      "/ takes GET, POST, got PUT",
    ],
  ])("refuses %s", async (_name, request, ...[status, code, message]) => {
    const { handle } = aHandler(async () => ({}));
    const response = await handle(request);
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject(XML_HEADERS);
    expect(response.body).toBe(
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
        `<Code>${code}</Code><Message>${message}</Message></Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>\n`,
    );
  });

  test("reads what nests by its path, and answers it nested, instants as text", async () => {
    const { handle } = aHandler(async () => ({}));
    const form = new URLSearchParams({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:aws:iam::123456789012:role/worker",
      RoleSessionName: "me",
      DurationSeconds: "900",
      "Tags.member.1.Key": "a",
      "Tags.member.1.Value": "1",
    });
    const { status, body } = await handle(stsRequest(form.toString()));
    expect(status).toBe(200);
    expect(body).toMatch(
      /<AssumeRoleResult><Credentials><AccessKeyId>ASIA\w{16}<\/AccessKeyId><SecretAccessKey>[^<]+<\/SecretAccessKey>/,
    );
    expect(body).toContain("<Expiration>2026-11-21T10:35:30Z</Expiration></Credentials><AssumedRoleUser>");
  });

  test.each<[member: string, value: string, message: string]>([
    [
      "DurationSeconds",
      "899",
      "1 validation error detected: Value &#39;899&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: " +
        "Member must have value greater than or equal to 900",
    ],
    ["Tags.member.1.Value", "1", "Value null at &#39;tags.1.member.key&#39;"],
    ["Tags.member.x.y.z.a.b.c.d.e.f", "1", "1 validation error"],
    ["RoleSessionName", "m", "Member must have length greater than or equal to 2"],
  ])("refuses %s=%s", async (member, value, message) => {
    const { handle } = aHandler(async () => ({}));
    const form = new URLSearchParams({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:aws:iam::123456789012:role/worker",
      RoleSessionName: "me",
    });
    form.set(member, value);
    const { status, body } = await handle(stsRequest(form.toString()));
    expect(status).toBe(400);
    expect(body).toContain("<Code>ValidationError</Code>");
    expect(body).toContain(message);
  });

  test.each<[authorization: string | undefined, code: string, message: string]>([
    [undefined, "MissingAuthenticationToken", "Request is missing Authentication Token"],
    [
      signature("us-east-1"),
      "InvalidClientTokenId",
      "The security token included in the request is invalid.",
    ],
    [
      signature("US"),
      "IncompleteSignature",
      "Credential should be scoped to a valid region, not &#39;US&#39;.",
    ],
  ])("names errors of signatures as its protocol does: %s", async (authorization, code, message) => {
    const { handle } = aHandler(async () => ({}), "sigv4");
    const request = stsRequest("Action=GetCallerIdentity&Version=2011-06-15");
    const headers = { ...request.headers, authorization, "x-amz-date": "20261121T102030Z" };
    expect((await handle({ ...request, headers })).body).toContain(
      `<Code>${code}</Code><Message>${message}</Message>`,
    );
  });
});

function signature(region: string): string {
  const credential = `AKID/20261121/${region}/sts/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`;
}
