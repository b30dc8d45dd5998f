import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DockerEngine } from "./docker-engine.ts";
import { connectEngine } from "./engine-client.ts";

const SIGNAL = AbortSignal.timeout(20_000);
const VERSION = { Version: "24.0.0", ApiVersion: "1.43", MinAPIVersion: "1.12" };

describe("a client of an engine", () => {
  test("is away where nobody listens", async () => {
    await using bench = await createBench(() => undefined);
    await bench.stop();
    await expect(bench.engine.describe(SIGNAL)).rejects.toMatchObject({
      name: "EngineAway",
      message: expect.stringMatching(/^the container engine at unix:\/\/.* cannot be reached: connect E/),
      cause: expect.any(Error),
    });
  });

  test("asks for the version once, and keeps its connections", async () => {
    await using bench = await createBench((_path, response) => response.end('{"Id":"abc"}'));
    for (let count = 0; count < 9; count += 1) await bench.engine.inspectContainer("abc", SIGNAL);
    const path = "/v1.43/containers/abc/json";
    expect(bench.paths).toEqual(["/version", "/v1.43/info", ...Array.from({ length: 9 }, () => path)]);
    // A connection is free again only a moment after its answer.
    expect(bench.connectionCount()).toBeLessThanOrEqual(2);
  });

  test("asks again over a new connection where the kept one is gone", async () => {
    await using bench = await createBench((_path, response) => response.end('{"Id":"abc"}'));
    await bench.engine.inspectContainer("abc", SIGNAL);
    bench.server.prependOnceListener("request", (incoming: IncomingMessage) => incoming.socket.destroy());
    expect(await bench.engine.inspectContainer("abc", SIGNAL)).toMatchObject({ id: "abc" });
  });

  test.each<[name: string, ask: (engine: DockerEngine, signal: AbortSignal) => Promise<unknown>]>([
    ["describe", (engine, signal) => engine.describe(signal)],
    ["createContainer", (engine, signal) => engine.createContainer("a", A_REQUEST, signal)],
    ["startContainer", (engine, signal) => engine.startContainer("a", signal)],
    ["signalContainer", (engine, signal) => engine.signalContainer("a", "SIGTERM", signal)],
    ["removeContainer", (engine, signal) => engine.removeContainer("a", signal)],
    ["listContainers", (engine, signal) => engine.listContainers("a", "b", signal)],
    ["measureContainer", (engine, signal) => engine.measureContainer("a", signal)],
    ["inspectImage", (engine, signal) => engine.inspectImage("a", signal)],
    ["pullImage", (engine, signal) => engine.pullImage("a", () => undefined, signal)],
    ["ensureNetwork", (engine, signal) => engine.ensureNetwork(A_NETWORK, signal)],
    ["readLog", (engine, signal) => exhaust(engine.readLog("a", { follow: true }, signal))],
    ["events", (engine, signal) => exhaust(engine.events("a", "b", signal))],
  ])("%s ends with its signal where the engine hangs", async (_name, ask) => {
    const asked = Promise.withResolvers<void>();
    await using bench = await createBench(() => asked.resolve(), []);
    const leaving = new AbortController();
    const answer = ask(bench.engine, leaving.signal);
    answer.catch(() => undefined);
    await asked.promise;
    leaving.abort(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
    await expect(ask(bench.engine, leaving.signal)).rejects.toThrow("enough");
  });

  test("ends with its signal in the midst of an answer", async () => {
    await using bench = await createBench((_path, response) => response.write('{"Action":"die"}\n'));
    const leaving = new AbortController();
    const events = bench.engine.events("a", "b", leaving.signal)[Symbol.asyncIterator]();
    expect(await events.next()).toEqual({ done: false, value: { containerId: "", kind: "die", labels: {} } });
    const next = events.next();
    leaving.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  test("is away where the engine goes in the midst of an answer", async () => {
    await using bench = await createBench((_path, response) => {
      response.write('{"Action":"die"}\n', () => response.destroy());
    });
    const events = bench.engine.events("a", "b", SIGNAL)[Symbol.asyncIterator]();
    await events.next();
    await expect(events.next()).rejects.toMatchObject({ name: "EngineAway" });
  });

  test("is away where the engine ends its events well", async () => {
    await using bench = await createBench((_path, response) => response.end());
    await expect(exhaust(bench.engine.events("a", "b", SIGNAL))).rejects.toMatchObject({
      name: "EngineAway",
      message: expect.stringContaining("its events have ended"),
    });
  });

  test.each<[body: string, message: string]>([
    ['{"message":"server error"}', "server error"],
    ["<html>", "<html>"],
    ["", "HTTP status 500"],
  ])("tells a refusal of %j", async (body, message) => {
    await using bench = await createBench((_path, response) => response.writeHead(500).end(body));
    await expect(bench.engine.inspectContainer("a", SIGNAL)).rejects.toMatchObject({
      name: "EngineRefusal",
      status: 500,
      message,
    });
  });

  test("is away where the answer is no JSON", async () => {
    await using bench = await createBench((_path, response) => response.end("<html>"));
    await expect(bench.engine.inspectContainer("a", SIGNAL)).rejects.toMatchObject({ name: "EngineAway" });
  });

  test("tells how a pull goes on, and what goes wrong in it", async () => {
    await using bench = await createBench((_path, response) => {
      const progressDetail = { current: 12_000_000, total: 40_000_000 };
      response.write(`${JSON.stringify({ status: "Downloading", id: "a", progressDetail })}\n`);
      response.end('{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\n');
    });
    const heard: string[] = [];
    const pulling = bench.engine.pullImage("app:1", (text) => heard.push(text), SIGNAL, "credentials");
    await expect(pulling).rejects.toMatchObject({ name: "EngineRefusal", message: "unexpected EOF" });
    expect(heard).toEqual(["12 of 40 MB"]);
    expect(bench.paths.at(-1)).toBe("/v1.43/images/create?fromImage=app%3A1");
  });

  test("refuses everybody once it is closed", async () => {
    const asked = Promise.withResolvers<void>();
    await using bench = await createBench(() => asked.resolve());
    const answer = bench.engine.inspectContainer("a", SIGNAL);
    answer.catch(() => undefined);
    await asked.promise;
    await bench.engine[Symbol.asyncDispose]();
    await expect(answer).rejects.toMatchObject({ name: "EngineAway" });
    await expect(bench.engine.describe(SIGNAL)).rejects.toThrow("its client is closed");
  });
});

const A_NETWORK = { name: "a", labels: {}, isInternal: false };
const A_REQUEST = { Image: "a", Env: [], Labels: {}, HostConfig: {} };

interface Bench extends AsyncDisposable {
  readonly engine: DockerEngine;
  readonly server: Server;
  readonly paths: readonly string[];
  connectionCount(): number;
  stop(): Promise<void>;
}

/** An engine on a socket that describes itself, unless it is told not to, and gives everything else to `answer`. */
async function createBench(
  answer: (path: string, response: ServerResponse) => unknown,
  described: readonly string[] = ["/version", "/v1.43/info"],
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "batchyard-engine-"));
  const paths: string[] = [];
  let connectionCount = 0;
  const server = createServer((incoming, response) => {
    if (incoming.socket.destroyed) return;
    const path = incoming.url ?? "";
    paths.push(path);
    if (described.includes(path)) response.end(JSON.stringify(path === "/version" ? VERSION : {}));
    else answer(path, response);
  });
  server.on("connection", () => (connectionCount += 1));
  const path = join(folder, "engine.sock");
  server.listen(path);
  await once(server, "listening");
  const engine = connectEngine({ kind: "socket", path });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    engine,
    server,
    paths,
    connectionCount: () => connectionCount,
    stop,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function exhaust(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}
