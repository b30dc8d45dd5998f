import { describe, expect, test } from "vitest";
import { aHandler, aRequest, batchRequest, CONTEXT, REQUEST_ID } from "../../../test/support/api-handler.ts";
import { batchModel } from "../../model/batch.ts";
import type { ApiRequest } from "../http.ts";

const ARN = "arn:aws:batch:us-east-1:123456789012:job-queue/high";
const JSON_HEADERS = { "Content-Type": "application/json", "x-amzn-RequestId": REQUEST_ID };

describe("Batch", () => {
  test("answers with what the operation answers", async () => {
    const { handle, calls, handled } = aHandler(async () => ({ jobId: "1", jobName: "j", gone: undefined }));
    const response = await handle(
      batchRequest("SubmitJob", { jobName: "j", jobQueue: "q", jobDefinition: "d", more: 1 }),
    );
    expect(response).toEqual({ status: 200, headers: JSON_HEADERS, body: '{"jobId":"1","jobName":"j"}' });
    expect(calls).toEqual([["SubmitJob", { jobName: "j", jobQueue: "q", jobDefinition: "d" }, CONTEXT]]);
    expect(handled).toEqual([
      { requestId: REQUEST_ID, service: "batch", operation: "SubmitJob", status: 200, durationMs: 5 },
    ]);
  });

  test("has a path for every operation", async () => {
    const { handle, calls } = aHandler(async () => ({}));
    for (const [name, { method, path }] of Object.entries(batchModel.operations)) {
      const target = path.replace("{resourceArn}", encodeURIComponent(ARN));
      const response = await handle({ ...aRequest(), method, target, body: Buffer.from("{}") });
      // Members that are required are missing: what matters is that the right operation says so.
      expect([name, response.status === 404 || response.status === 405]).toEqual([name, false]);
    }
    expect(calls.map(([name]) => name)).toContain("ListTagsForResource");
  });

  test.each([
    encodeURIComponent(ARN),
    ARN.replace("/", "%2F"),
    ARN,
    ARN.replaceAll(":", "%3a").replace("/", "%2f"),
    `${encodeURIComponent(ARN)}?unknown=1`,
  ])("reads the ARN in the path %s", async (label) => {
    const { handle, calls } = aHandler(async () => ({ tags: {} }));
    expect((await handle({ ...aRequest(), method: "GET", target: `/v1/tags/${label}` })).status).toBe(200);
    expect(calls).toEqual([["ListTagsForResource", { resourceArn: ARN }, CONTEXT]]);
  });

  test("reads tag keys from the query, however often they come", async () => {
    const { handle, calls } = aHandler(async () => ({}));
    const target = `/v1/tags/${encodeURIComponent(ARN)}?tagKeys=a%20b&other=x&tagKeys=c%2Bd`;
    const response = await handle({ ...aRequest(), method: "DELETE", target });
    expect(response).toEqual({ status: 200, headers: JSON_HEADERS, body: "{}" });
    expect(calls).toEqual([["UntagResource", { resourceArn: ARN, tagKeys: ["a b", "c+d"] }, CONTEXT]]);
  });

  test("takes the ARN from the path, whatever the body says", async () => {
    const { handle, calls } = aHandler(async () => ({}));
    const target = `/v1/tags/${encodeURIComponent(ARN)}`;
    await handle({ ...aRequest(), target, body: Buffer.from('{"tags":{"k":"v"},"resourceArn":"another"}') });
    expect(calls).toEqual([["TagResource", { resourceArn: ARN, tags: { k: "v" } }, CONTEXT]]);
  });

  test("takes an empty body for an empty object", async () => {
    const { handle, calls } = aHandler(async () => ({ jobQueues: [] }));
    expect((await handle({ ...aRequest(), target: "/v1/describejobqueues" })).status).toBe(200);
    expect(calls).toEqual([["DescribeJobQueues", {}, CONTEXT]]);
  });

  test.each<
    [name: string, request: Partial<ApiRequest>, status: number, code: string, message: string | RegExp]
  >([
    [
      "no operation",
      { target: "/v1/nosuch" },
      404,
      "UnknownOperationException",
      "There is no operation at /v1/nosuch",
    ],
    ["a trailing slash", { target: "/v1/listjobs/" }, 404, "UnknownOperationException", /no operation/],
    ["a doubled slash", { target: "//v1/listjobs" }, 404, "UnknownOperationException", /no operation/],
    ["capitals", { target: "/v1/ListJobs" }, 404, "UnknownOperationException", /no operation/],
    ["the root", { target: "/" }, 404, "UnknownOperationException", "There is no operation at /"],
    [
      "another method",
      { target: "/v1/listjobs", method: "GET" },
      405,
      "UnknownOperationException",
      "/v1/listjobs takes POST, got GET",
    ],
    ["HEAD", { target: "/v1/listjobs", method: "HEAD" }, 405, "UnknownOperationException", /takes POST/],
    [
      "OPTIONS",
      { target: "/v1/tags/x", method: "OPTIONS" },
      405,
      "UnknownOperationException",
      "/v1/tags/x takes GET, POST, DELETE, got OPTIONS",
    ],
    ["no ARN", { target: "/v1/tags/", method: "GET" }, 400, "ClientException", "resourceArn is required"],
    [
      "a broken ARN",
      { target: "/v1/tags/%zz", method: "GET" },
      400,
      "ClientException",
      "resourceArn in the path must be valid percent-encoding of UTF-8",
    ],
    [
      "no tag keys",
      { target: "/v1/tags/x", method: "DELETE" },
      400,
      "ClientException",
      "tagKeys is required",
    ],
    ["no JSON", { body: Buffer.from("{") }, 400, "ClientException", /^The request body is not valid JSON: /],
    [
      "an array",
      { body: Buffer.from("[]") },
      400,
      "ClientException",
      "The request body must be a JSON object",
    ],
    ["null", { body: Buffer.from("null") }, 400, "ClientException", "The request body must be a JSON object"],
    [
      "no UTF-8",
      { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) },
      400,
      "ClientException",
      "The request body is not valid UTF-8",
    ],
    ["a deep body", { body: Buffer.from("[".repeat(2_000_000)) }, 400, "ClientException", /not valid JSON/],
    [
      "a deep value that nobody wants",
      { body: Buffer.from(`{"jobQueues":${"[".repeat(500_000)}${"]".repeat(500_000)}}`) },
      400,
      "ClientException",
      "jobQueues[0] must be a string, got a list",
    ],
    [
      "a wrong shape",
      { body: Buffer.from('{"jobQueues":[1]}') },
      400,
      "ClientException",
      "jobQueues[0] must be a string, got 1",
    ],
    [
      "a compressed body",
      { headers: { host: "localhost", "content-encoding": "gzip" } },
      415,
      "UnsupportedMediaTypeException",
      "Content-Encoding must be absent or identity, got gzip",
    ],
    [
      "another host",
      { headers: { host: "evil.com" } },
      403,
      "AccessDeniedException",
      /^The Host header names evil.com/,
    ],
    [
      "a malformed signature",
      { headers: { host: "localhost", authorization: "Bearer x" } },
      400,
      "IncompleteSignatureException",
      /.*/,
    ],
  ])("refuses %s", async (_name, change, ...[status, code, message]) => {
    const { handle, calls } = aHandler(async () => ({}));
    const response = await handle({ ...aRequest(), target: "/v1/describejobqueues", ...change });
    expect([response.status, response.headers["x-amzn-ErrorType"]]).toEqual([status, code]);
    expect(response.headers["x-amzn-RequestId"]).toBe(REQUEST_ID);
    expect(JSON.parse(String(response.body))).toEqual({
      __type: code,
      message: typeof message === "string" ? message : (expect.stringMatching(message) as string),
    });
    expect(calls).toEqual([]);
  });

  test("says which methods there are", async () => {
    const { handle } = aHandler(async () => ({}));
    const response = await handle({ ...aRequest(), method: "PUT", target: "/v1/tags/x" });
    expect(response.headers["Allow"]).toBe("GET, POST, DELETE");
  });
});
