import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { aServer, bodies, listenerOptions, post, readAll } from "../../test/support/http-server.ts";
import type { ApiRequest, ApiResponse } from "../api/http.ts";
import { createHttpListener } from "./http-listener.ts";

describe("a request", () => {
  test("reaches the handler whole, as it came", async () => {
    await using server = await aServer();
    const answer = await server.exchange(
      "POST /v1/tags/a%2Fb?x=%20 HTTP/1.1\r\nHost: localhost\r\nX-Many: 1\r\nx-many:  2\r\n__proto__: x\r\n" +
        "Content-Length: 5\r\nConnection: close\r\n\r\nhello",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(server.requests).toEqual([
      {
        method: "POST",
        target: "/v1/tags/a%2Fb?x=%20",
        headers: Object.assign(Object.create(null) as object, {
          host: "localhost",
          "x-many": "1,2",
          ["__proto__"]: "x",
          "content-length": "5",
          connection: "close",
        }),
        body: Buffer.from("hello"),
        peerAddress: "127.0.0.1",
        untilUnwanted: expect.any(Function),
      },
    ]);
  });

  test("is answered with the handler's status, headers and body", async () => {
    await using server = await aServer({
      answer: async () => ({ status: 404, headers: { "x-amzn-ErrorType": "Gone" }, body: "ü" }),
    });
    const answer = await server.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer.replace(/Date: .*\r\n/, "")).toBe(
      "HTTP/1.1 404 Not Found\r\nx-amzn-ErrorType: Gone\r\nContent-Length: 2\r\nConnection: close\r\n\r\nü",
    );
  });

  test("may come in pieces of any size", async () => {
    await using server = await aServer();
    const body = "abcdefghij".repeat(5_000);
    const pieces = body.match(/.{1,7}/gs) ?? [];
    const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
    await server.exchange(
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}0\r\n\r\n`,
    );
    expect(Buffer.from(server.requests[0]?.body ?? []).toString()).toBe(body);
  });

  test("may have a body as large as the limit", async () => {
    await using server = await aServer({ limits: { bodyBytesMax: 100_000 } });
    const answer = await server.exchange(post("x".repeat(100_000), "Connection: close\r\n"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(server.requests[0]?.body.byteLength).toBe(100_000);
  });

  test("to HEAD is answered without the body", async () => {
    await using server = await aServer();
    const answer = await server.exchange("HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/Content-Length: 2\r\n.*\r\n\r\n$/s);
  });

  test("without Host is the handler's to refuse", async () => {
    await using server = await aServer();
    await server.exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    expect(server.requests[0]?.headers["host"]).toBeUndefined();
  });

  test("with Expect: 100-continue is told to go on", async () => {
    await using server = await aServer();
    const socket = await server.connect();
    socket.write(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
    );
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("hi");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe("a connection", () => {
  test("answers pipelined requests in their order", async () => {
    const first = Promise.withResolvers<void>();
    await using server = await aServer({
      answer: async ({ target }) => {
        if (target === "/1") await first.promise;
        else first.resolve();
        return { status: 200, headers: {}, body: target };
      },
    });
    const answer = await server.exchange(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(bodies(answer)).toEqual(["/1", "/2"]);
  });

  test("answers a client that has closed its side", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await aServer({
      answer: async () => {
        await closed.promise;
        return { status: 200, headers: {}, body: "late" };
      },
    });
    const socket = await server.connect();
    socket.end(post("hello"));
    // The handler answers once the server has read the client's end.
    await vi.waitUntil(() => server.sockets.some((peer) => peer.readableEnded));
    closed.resolve();
    expect(bodies(await readAll(socket))).toEqual(["late"]);
  });

  test("is refused that ends in the middle of a request", async () => {
    await using server = await aServer();
    const socket = await server.connect();
    socket.end("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(server.requests).toEqual([]);
  });

  test("that breaks off leaves the others as they are", async () => {
    await using server = await aServer();
    const sent = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello";
    const socket = await server.connect(sent);
    await vi.waitUntil(() => server.sockets[0]?.bytesRead === sent.length);
    socket.resetAndDestroy();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    expect(await server.exchange(post("hello", "Connection: close\r\n"))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test("that breaks off before its answer takes nothing with it", async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await aServer({
      answer: async ({ target }) => {
        if (target === "/gone") await gone.promise;
        return { status: 200, headers: {}, body: target };
      },
    });
    const socket = await server.connect("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n");
    await vi.waitUntil(() => server.requests.length === 1);
    socket.resetAndDestroy();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    gone.resolve();
    const answer = await server.exchange("GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(bodies(answer)).toEqual(["/next"]);
  });

  test("beyond the most there may be takes the place of the one that is idle longest", async () => {
    await using server = await aServer({ limits: { connectionsMax: 2 } });
    const [first, second] = [await server.connect(), await server.connect()];
    await vi.waitUntil(() => server.sockets.length === 2);
    first.write(post("hello"));
    await once(first, "data");
    const third = await server.connect();
    expect(await readAll(second)).toBe("");
    for (const kept of [first, third]) {
      kept.write(post("again"));
      expect(String(await once(kept, "data"))).toMatch(/ 200 OK/);
    }
  });

  test("beyond the most there may be is closed where every other is busy", async () => {
    const late = Promise.withResolvers<ApiResponse>();
    await using server = await aServer({ limits: { connectionsMax: 1 }, answer: () => late.promise });
    const first = await server.connect(post("hello"));
    await vi.waitUntil(() => server.requests.length === 1);
    expect(await readAll(await server.connect())).toBe("");
    late.resolve({ status: 200, headers: {}, body: "ok" });
    expect(String(await once(first, "data"))).toMatch(/ 200 OK/);
  });

  test("that is to be upgraded stays as it is", async () => {
    await using server = await aServer();
    const headers = "Connection: Upgrade, close\r\nUpgrade: websocket\r\n";
    expect(await server.exchange(post("hello", headers))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(Buffer.from(server.requests[0]?.body ?? []).toString()).toBe("hello");
  });

  test("that is to be a tunnel may break off at once", async () => {
    await using server = await aServer();
    const socket = await server.connect("CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.resetAndDestroy();
    await vi.waitUntil(() => server.sockets[0]?.destroyed === true);
    expect(await server.exchange(post("hello", "Connection: close\r\n"))).toMatch(/ 200 OK/);
  });

  test("that is to be a tunnel is closed where it waits for an answer", async () => {
    await using server = await aServer({ answer: heldAnswer });
    const answer = await server.exchange(
      `${post("hello")}CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    expect(answer).toBe("");
  });
});

/** Answers when the answer is wanted no more. */
function heldAnswer({ untilUnwanted }: ApiRequest): Promise<ApiResponse> {
  const signal = untilUnwanted?.();
  return new Promise((resolve) => {
    signal?.addEventListener("abort", () => resolve({ status: 200, headers: {}, body: "unwanted" }));
  });
}

describe("an answer that is held back", () => {
  test("is wanted no more once the client has closed its side", async () => {
    await using server = await aServer({ answer: heldAnswer });
    const socket = await server.connect();
    socket.end(post("hello"));
    expect(bodies(await readAll(socket))).toEqual(["unwanted"]);
  });

  test("is wanted no more once the connection has broken off", async () => {
    const ended = Promise.withResolvers<ApiResponse>();
    await using server = await aServer({
      answer: async (request) => {
        const answer = await heldAnswer(request);
        ended.resolve(answer);
        return answer;
      },
    });
    const socket = await server.connect(post("hello"));
    await vi.waitUntil(() => server.requests.length === 1);
    socket.resetAndDestroy();
    expect((await ended.promise).body).toBe("unwanted");
  });

  test("is wanted no more once the server is to stop", async () => {
    const server = await aServer({ answer: heldAnswer });
    const answer = server.exchange(post("hello"));
    await vi.waitUntil(() => server.requests.length === 1);
    await server.close();
    expect(bodies(await answer)).toEqual(["unwanted"]);
  });
});

describe("listen", () => {
  test("says where, on IPv4 and on IPv6", async () => {
    await using four = await aServer();
    expect(four.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await using six = await aServer({ host: "::1" });
    expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(await six.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(/ 200 OK/);
  });

  test("rejects where the port is taken", async () => {
    await using first = await aServer();
    await using second = createHttpListener(listenerOptions());
    await expect(second.listen("127.0.0.1", Number(new URL(first.url).port))).rejects.toThrow("EADDRINUSE");
  });
});

describe("close", () => {
  test("finishes what is under way, closes what is idle or silent, and takes nothing new", async () => {
    const answer = Promise.withResolvers<void>();
    const server = await aServer({
      answer: async ({ target }) => {
        if (target === "/slow") await answer.promise;
        return { status: 200, headers: {}, body: target };
      },
    });
    const silent = await server.connect();
    const idle = await server.connect();
    idle.write("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const busy = readAll(await server.connect("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
    await vi.waitUntil(() => server.requests.length === 2);

    const ends = Promise.all([readAll(silent), readAll(idle)]);
    const closed = server.close();
    expect(await ends).toEqual(["", ""]);
    await expect(server.connect()).rejects.toThrow("ECONNREFUSED");
    answer.resolve();
    expect(await busy).toContain("\r\nConnection: close\r\n");
    expect(bodies(await busy)).toEqual(["/slow"]);
    await closed;
  });

  test("waits no longer than its grace", async () => {
    const server = await aServer({ limits: { closeGraceMs: 20 }, answer: () => new Promise(() => {}) });
    const answer = server.exchange(post("hello"));
    await vi.waitUntil(() => server.requests.length === 1);
    await server.close();
    expect(await answer).toBe("");
  });

  test("may be called twice, and before anything listens", async () => {
    const listener = createHttpListener(listenerOptions());
    await Promise.all([listener.close(), listener.close()]);
    await listener.close();
  });
});
