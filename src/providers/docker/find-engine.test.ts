import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { EngineAddress } from "./engine-address.ts";
import { findEngine } from "./find-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "batchyard-find-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("finds the first engine that answers, behind sockets where none does", async () => {
  const asked: string[] = [];
  await using _broken = await listen("broken", () => asked.push("broken"), "no engine");
  await using _first = await listen("first", () => asked.push("first"));
  await using _second = await listen("second", () => asked.push("second"));
  const found = await findEngine(["stale", "broken", "first", "second"].map(addressOf));
  if ("failures" in found) throw found.failures[0]?.error ?? new Error("nothing was tried");
  await using _engine = found.engine;
  expect(found).toMatchObject({
    address: addressOf("first"),
    description: { product: "docker", version: "24.0.0" },
  });
  expect(asked).toEqual(["broken", "first", "first"]);
});

test("says of each in turn what is wrong with it", async () => {
  const files = { ca: join(folder, "no.pem"), cert: join(folder, "no.pem"), key: join(folder, "no.pem") };
  const secured: EngineAddress = {
    kind: "tcp",
    host: "localhost",
    port: 1,
    tls: { isVerified: true, files },
  };
  expect(await findEngine([addressOf("stale"), secured])).toEqual({
    failures: [
      {
        address: addressOf("stale"),
        error: expect.objectContaining({ message: expect.stringContaining("connect ENOENT") }),
      },
      {
        address: secured,
        error: expect.objectContaining({ message: expect.stringContaining("no such file") }),
      },
    ],
  });
});

function addressOf(name: string): EngineAddress {
  return { kind: "socket", path: join(folder, name) };
}

async function listen(
  name: string,
  onRequest: () => void,
  body = '{"Version":"24.0.0","ApiVersion":"1.43"}',
): Promise<AsyncDisposable> {
  const server = createServer((_request, response) => {
    onRequest();
    response.setHeader("connection", "close").end(body);
  });
  server.listen(join(folder, name));
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}
