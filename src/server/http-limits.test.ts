import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { ApiResponse } from "../api/http.ts";
import { aServer, bodies, post, readAll, REQUEST_ID } from "../../test/support/http-server.ts";

const OK: ApiResponse = { status: 200, headers: {}, body: "ok" };

describe("what is no request is refused in AWS's form", () => {
  test.each<[name: string, sent: string, status: string, code: string, message: RegExp]>([
    [
      "no HTTP at all",
      "hello\r\n\r\n",
      "400 Bad Request",
      "MalformedHttpRequestException",
      /^The request is not valid HTTP/,
    ],
    ["TLS", "\u0016\u0003\u0001\u0002", "400 Bad Request", "MalformedHttpRequestException", /not valid HTTP/],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "400 Bad Request",
      "MalformedHttpRequestException",
      /not valid HTTP/,
    ],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400 Bad Request",
      "MalformedHttpRequestException",
      /not valid HTTP/,
    ],
    [
      "a broken chunk",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "400 Bad Request",
      "MalformedHttpRequestException",
      /not valid HTTP/,
    ],
    [
      "headers that are too long",
      `GET / HTTP/1.1\r\nHost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      "431 Request Header Fields Too Large",
      "RequestHeaderSectionTooLarge",
      /^The request line and headers are too long$/,
    ],
    [
      "too many headers",
      `GET / HTTP/1.1\r\nHost: x\r\n${"x: y\r\n".repeat(100)}\r\n`,
      "431 Request Header Fields Too Large",
      "RequestHeaderSectionTooLarge",
      /^A request must have at most 100 headers, got 101$/,
    ],
    [
      "a body that says it is too large",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n",
      "413 Payload Too Large",
      "RequestEntityTooLargeException",
      /^A request body must have at most 4194304 bytes$/,
    ],
    [
      "a body that says it is too large before it is sent",
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n",
      "413 Payload Too Large",
      "RequestEntityTooLargeException",
      /^A request body must have at most 4194304 bytes$/,
    ],
    [
      "another transfer coding",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      "501 Not Implemented",
      "NotImplementedException",
      /^Transfer-Encoding must be absent or chunked, got gzip, chunked$/,
    ],
    [
      "a transfer coding in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      "400 Bad Request",
      "MalformedHttpRequestException",
      /^HTTP\/1\.0 has no Transfer-Encoding$/,
    ],
    [
      "an expectation that nobody knows",
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 200-foo\r\nContent-Length: 2\r\n\r\nhi",
      "417 Expectation Failed",
      "ExpectationFailedException",
      /^Expect must be absent or 100-continue, got 200-foo$/,
    ],
    [
      "a tunnel",
      "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
      "405 Method Not Allowed",
      "UnknownOperationException",
      /^CONNECT is not served here: this server is no proxy$/,
    ],
  ])("%s", async (_name, sent, ...[status, code, message]) => {
    await using server = await aServer();
    const answer = await server.exchange(sent);
    expect(answer.split("\r\n")[0]).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain(`\r\nx-amzn-ErrorType: ${code}\r\n`);
    expect(answer).toContain(`\r\nx-amzn-RequestId: ${REQUEST_ID}\r\n`);
    expect(answer).toContain("\r\nConnection: close\r\n");
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toEqual({
      __type: code,
      message: expect.stringMatching(message) as string,
    });
    expect(server.requests).toEqual([]);
  });

  test("in the form of the service that was asked", async () => {
    await using server = await aServer({ limits: { bodyBytesMax: 4 } });
    const form = "Content-Type: application/x-www-form-urlencoded\r\n";
    expect(await server.exchange(post("hello", form))).toContain(
      "<Code>RequestEntityTooLargeException</Code>",
    );
  });

  test("behind the answers that are under way, without an answer of its own", async () => {
    const malformed = Promise.withResolvers<void>();
    await using server = await aServer({
      answer: async () => {
        await malformed.promise;
        return { status: 200, headers: {}, body: "first" };
      },
    });
    const socket = await server.connect();
    const answer = readAll(socket);
    const sent = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n";
    socket.write(sent);
    await vi.waitUntil(() => server.sockets[0]?.bytesRead === sent.length);
    malformed.resolve();
    expect(bodies(await answer)).toEqual(["first"]);
    expect(await answer).toContain("\r\nConnection: close\r\n");
  });
});

describe("a body that is too large", () => {
  test.each([
    ["announced", (body: string) => post(body)],
    [
      "in chunks",
      (body: string) =>
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
  ])("does not keep a client that sends all of it from reading why: %s", async (_name, request) => {
    await using server = await aServer();
    const answer = await server.exchange(request("x".repeat(5_000_000)));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  test("may break off while it is thrown away", async () => {
    await using server = await aServer({ limits: { bodyBytesMax: 10 } });
    const socket = await server.connect("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhello");
    await once(socket, "data");
    socket.resetAndDestroy();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    expect(await server.exchange(post("hello", "Connection: close\r\n"))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test("is not read without end", async () => {
    await using server = await aServer({ limits: { bodyBytesMax: 1_000, discardedBytesMax: 100_000 } });
    const socket = await server.connect();
    socket.on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", pump);
    pump();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    expect(server.sockets[0]?.bytesRead).toBeLessThan(2_000_000);
    socket.destroy();
  });
});

describe("large bodies", () => {
  const limits = { smallBodyBytesMax: 100_000, largeBodyBytesMax: 1_000_000 };

  test("are refused while others hold all that they may, unlike small ones", async () => {
    const late = Promise.withResolvers<ApiResponse>();
    await using server = await aServer({
      limits,
      answer: ({ body }) => (body.byteLength > 700_000 ? late.promise : Promise.resolve(OK)),
    });
    const first = await server.connect(post("x".repeat(800_000)));
    await vi.waitUntil(() => server.requests.length === 1);

    const refused = await server.exchange(post("x".repeat(300_000)));
    expect(refused).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(refused).toContain("\r\nx-amzn-ErrorType: ServiceUnavailableException\r\n");
    const close = "Connection: close\r\n";
    expect(await server.exchange(post("x".repeat(90_000), close))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);

    late.resolve(OK);
    await once(first, "data");
    expect(await server.exchange(post("x".repeat(300_000), close))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test("that break off make room for others", async () => {
    await using server = await aServer({ limits });
    const sent = post("x".repeat(900_000)).slice(0, -1);
    const socket = await server.connect(sent);
    await vi.waitUntil(() => server.sockets[0]?.bytesRead === sent.length);
    socket.resetAndDestroy();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    const answer = await server.exchange(post("x".repeat(900_000), "Connection: close\r\n"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe("a client that is too slow", () => {
  const limits = { headersTimeoutMs: 40, requestTimeoutMs: 80, timeoutCheckMs: 10 };

  test.each([
    ["says nothing", ""],
    ["stops in the headers", "GET / HTTP/1.1\r\nHos"],
    ["stops in the body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhell"],
  ])("is cut off when it %s", async (_name, sent) => {
    await using server = await aServer({ limits });
    const answer = await server.exchange(sent);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain("\r\nx-amzn-ErrorType: RequestTimeoutException\r\n");
  });

  test("is cut off when it was refused and does not stop", async () => {
    await using server = await aServer({ limits: { ...limits, bodyBytesMax: 10 } });
    const answer = await server.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhello");
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
  });

  test("is cut off when it leaves its answer unread", async () => {
    const large = { status: 200, headers: {}, body: "x".repeat(50_000_000) };
    await using server = await aServer({ limits: { unreadTimeoutMs: 40 }, answer: async () => large });
    const socket = await server.connect(post("hello"));
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    socket.destroy();
  });

  test("is given its time again when it has read its answer", async () => {
    const large = { status: 200, headers: {}, body: "x".repeat(5_000_000) };
    const answers = [Promise.resolve(large), new Promise<ApiResponse>(() => {})];
    await using server = await aServer({
      limits: { unreadTimeoutMs: 60_000, closeGraceMs: 20 },
      answer: ({ target }) => answers[Number(target.slice(1))] ?? Promise.resolve(OK),
    });
    const socket = await server.connect(
      "GET /0 HTTP/1.1\r\nHost: x\r\n\r\nGET /1 HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    await vi.waitUntil(() => server.sockets[0]?.timeout === 60_000);
    socket.resume();
    await vi.waitUntil(() => server.sockets[0]?.timeout === 0);
  });

  test("is cut off when it keeps its connection and asks nothing more", async () => {
    await using server = await aServer({ limits: { keepAliveTimeoutMs: 20 } });
    expect(await server.exchange(post("hello"))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test("is given its time by a handler that is slow itself", async () => {
    const late = Promise.withResolvers<void>();
    await using server = await aServer({
      limits,
      answer: async () => {
        await late.promise;
        return { status: 200, headers: {}, body: "late" };
      },
    });
    const slow = server.exchange(post("hello", "Connection: close\r\n"));
    // Another client that is cut off shows that the time is over.
    expect(await server.exchange("x")).toMatch(/ 400 | 408 /);
    expect(await server.exchange("")).toMatch(/ 408 /);
    late.resolve();
    expect(bodies(await slow)).toEqual(["late"]);
  });
});
