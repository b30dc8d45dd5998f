import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aHandler, aRequest, batchRequest, REQUEST_ID } from "../../test/support/api-handler.ts";
import { SecretKeyFileError } from "../secrets/sealer.ts";
import { StoreWriteError } from "../store/store.ts";
import { clientError } from "./errors.ts";

const JSON_HEADERS = { "Content-Type": "application/json", "x-amzn-RequestId": REQUEST_ID };

describe("errors", () => {
  test("sends an operation's ApiError as it is", async () => {
    const { handle, handled, failures } = aHandler(async () => {
      throw clientError("JobQueue x not found.");
    });
    expect(await handle(batchRequest("DescribeJobQueues", {}))).toEqual({
      status: 400,
      headers: { ...JSON_HEADERS, "x-amzn-ErrorType": "ClientException" },
      body: '{"__type":"ClientException","message":"JobQueue x not found."}',
    });
    expect(handled).toEqual([
      {
        requestId: REQUEST_ID,
        service: "batch",
        operation: "DescribeJobQueues",
        status: 400,
        durationMs: 5,
        errorCode: "ClientException",
      },
    ]);
    expect(failures).toEqual([]);
  });

  test("tells the caller nothing of a bug, and the log everything", async () => {
    const bug = new Error("SQLITE_CORRUPT in /var/secret");
    const { handle, failures } = aHandler(async () => {
      throw bug;
    });
    const response = await handle(batchRequest("DescribeJobQueues", {}));
    expect(response.status).toBe(500);
    expect(response.headers["x-amzn-ErrorType"]).toBe("ServerException");
    expect(JSON.parse(String(response.body))).toEqual({
      __type: "ServerException",
      message: "The server failed to answer this request. The server's log tells more under the request id.",
    });
    expect(failures).toEqual([[bug, REQUEST_ID]]);
  });

  test("says that session tokens cannot be checked, and to the log alone why", async () => {
    const keyless = new SecretKeyFileError("the key file /secret cannot be used");
    const { handle, failures } = aHandler(async () => {
      throw keyless;
    });
    const response = await handle(batchRequest("DescribeJobQueues", {}));
    expect([response.status, JSON.parse(String(response.body))]).toEqual([
      503,
      {
        __type: "ServerException",
        message:
          "Session tokens cannot be checked now: the server's key file cannot be used. " +
          "The server's log tells more under the request id.",
      },
    ]);
    expect(failures).toEqual([[keyless, REQUEST_ID]]);
  });

  test("says that a change was not made when the disk is full", async () => {
    const full = new StoreWriteError("database or disk is full");
    const { handle, failures } = aHandler(async () => {
      throw full;
    });
    const response = await handle(batchRequest("DescribeJobQueues", {}));
    expect([response.status, JSON.parse(String(response.body))]).toEqual([
      500,
      {
        __type: "ServerException",
        message:
          "The change could not be written to disk and was not made: database or disk is full; " +
          "try again when there is room",
      },
    ]);
    expect(failures).toEqual([[full, REQUEST_ID]]);
  });
});

describe("plain routes", () => {
  test.each([
    ["GET", "/health"],
    ["HEAD", "/health"],
    ["GET", "/health?verbose=1"],
  ])("%s %s needs no signature and is not told of", async (method, target) => {
    const { handle, handled } = aHandler(async () => ({}), "sigv4");
    expect(await handle({ ...aRequest(), method, target })).toEqual({
      status: 200,
      headers: { "Content-Type": "text/plain", "x-amzn-RequestId": REQUEST_ID },
      body: "ok\n",
    });
    expect(handled).toEqual([]);
  });

  test("are behind the guard", async () => {
    const { handle } = aHandler(async () => ({}));
    const response = await handle({
      ...aRequest(),
      method: "GET",
      target: "/health",
      headers: { host: "evil.com" },
    });
    expect(response.status).toBe(403);
  });

  test.each([
    ["POST", "/health", "GET, HEAD"],
    ["DELETE", "/health", "GET, HEAD"],
    ["GET", "/order", "POST"],
    ["PUT", "/order?now=1", "POST"],
  ])("take no other method: %s %s", async (method, target, allowed) => {
    const { handle } = aHandler(async () => ({}), "sigv4");
    const { status, headers } = await handle({ ...aRequest(), method, target });
    expect([status, headers["Allow"]]).toEqual([405, allowed]);
  });

  test("may take POST alone", async () => {
    const { handle } = aHandler(async () => ({}));
    expect(await handle({ ...aRequest(), target: "/order" })).toMatchObject({ status: 200, body: "done\n" });
  });

  test("may fail like everything else", async () => {
    const { handle, failures } = aHandler(async () => ({}));
    const response = await handle({ ...aRequest(), method: "GET", target: "/broken" });
    expect([response.status, failures.length]).toEqual([500, 1]);
  });
});

test("any request is answered, in a form with a request id", async () => {
  const header = fc.constantFrom(
    "host",
    "content-type",
    "x-amz-target",
    "authorization",
    "origin",
    "__proto__",
  );
  const value = fc.oneof(
    fc.constantFrom(
      "localhost",
      "application/x-www-form-urlencoded",
      "Logs_20140328.PutLogEvents",
      "AWS4-HMAC-SHA256",
    ),
    fc.string(),
  );
  const path = fc.oneof(
    fc.constantFrom("/", "/v1/tags/", "/v1/submitjob", "/health", "/v1/listjobs"),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        method: fc.constantFrom("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT"),
        target: fc.tuple(path, fc.string()).map(([start, end]) => start + end),
        headers: fc.dictionary(header, value),
        body: fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
      }),
      async (request) => {
        const { handle, failures } = aHandler(async () => ({}));
        const response = await handle(request);
        expect(response.headers["x-amzn-RequestId"]).toBe(REQUEST_ID);
        expect(failures).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});
