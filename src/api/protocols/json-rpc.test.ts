import { describe, expect, test } from "vitest";
import { aHandler, aRequest, CONTEXT, logsRequest, REQUEST_ID } from "../../../test/support/api-handler.ts";
import type { ApiRequest } from "../http.ts";

const RPC_HEADERS = { "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": REQUEST_ID };

describe("CloudWatch Logs", () => {
  test("answers with what the operation answers", async () => {
    const { handle, calls } = aHandler(async () => ({ logGroups: [] }));
    const response = await handle(logsRequest("DescribeLogGroups", { limit: 5 }));
    expect(response).toEqual({ status: 200, headers: RPC_HEADERS, body: '{"logGroups":[]}' });
    expect(calls).toEqual([["DescribeLogGroups", { limit: 5 }, CONTEXT]]);
  });

  test("answers nothing where the operation has no output", async () => {
    const { handle } = aHandler(async () => ({}));
    const response = await handle(logsRequest("CreateLogGroup", { logGroupName: "g" }));
    expect(response).toEqual({ status: 200, headers: RPC_HEADERS, body: "" });
  });

  test.each<[name: string, request: ApiRequest, status: number, code: string, message: string | RegExp]>([
    [
      "no operation",
      logsRequest("Nothing", {}),
      404,
      "UnknownOperationException",
      "There is no operation at / with X-Amz-Target Logs_20140328.Nothing",
    ],
    [
      "a prototype's member",
      logsRequest("constructor", {}),
      404,
      "UnknownOperationException",
      /no operation/,
    ],
    [
      "another path",
      { ...logsRequest("DescribeLogGroups", {}), target: "/x" },
      404,
      "UnknownOperationException",
      /at \/x with/,
    ],
    [
      "another service's target",
      { ...aRequest(), headers: { host: "localhost", "x-amz-target": "DynamoDB_20120810.ListTables" } },
      404,
      "UnknownOperationException",
      /DynamoDB/,
    ],
    [
      "no target",
      { ...aRequest(), headers: { host: "localhost", "content-type": "application/x-amz-json-1.1" } },
      404,
      "UnknownOperationException",
      "There is no operation at / without X-Amz-Target",
    ],
    [
      "another method",
      { ...logsRequest("DescribeLogGroups", {}), method: "GET" },
      405,
      "UnknownOperationException",
      "DescribeLogGroups takes POST, got GET",
    ],
    [
      "no JSON",
      { ...logsRequest("DescribeLogGroups", {}), body: Buffer.from("x") },
      400,
      "SerializationException",
      /not valid JSON/,
    ],
    [
      "a value out of range",
      logsRequest("DescribeLogGroups", { limit: 0 }),
      400,
      "InvalidParameterException",
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: " +
        "Member must have value greater than or equal to 1",
    ],
  ])("refuses %s", async (_name, request, ...[status, code, message]) => {
    const { handle } = aHandler(async () => ({}));
    const response = await handle(request);
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject(RPC_HEADERS);
    expect(JSON.parse(String(response.body))).toEqual({
      __type: code,
      message: typeof message === "string" ? message : (expect.stringMatching(message) as string),
    });
  });

  test("calls a fault InternalFailure", async () => {
    const { handle } = aHandler(async () => {
      throw new TypeError("bug");
    });
    const response = await handle(logsRequest("DescribeLogGroups", {}));
    expect([response.status, JSON.parse(String(response.body))]).toMatchObject([
      500,
      { __type: "InternalFailure" },
    ]);
  });
});
