import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findWay } from "../commands/doctor.ts";
import { lookAtContainerEngine } from "./container-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "batchyard-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function listen(server: Server, path: string): Promise<AsyncDisposable> {
  server.listen(path);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

describe("lookAtContainerEngine", () => {
  test("finds the engine that DOCKER_HOST names, and its version", async () => {
    const socketPath = join(folder, "docker.sock");
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.setHeader("connection", "close").end('{"Version":"29.1.0","ApiVersion":"1.52"}');
    });
    await using _engine = await listen(server, socketPath);
    const environment = { DOCKER_HOST: `unix://${socketPath}` };
    expect(await lookAtContainerEngine({ environment, homeDir: folder })).toEqual({
      name: "containers",
      verdict: "good",
      text: `29.1.0 (API 1.52) at unix://${socketPath}`,
    });
    expect(paths).toEqual(["/version"]);
  });

  test("looks where rootless engines have their sockets", async () => {
    const socketPath = join(folder, "podman", "podman.sock");
    mkdirSync(join(folder, "podman"));
    const server = createServer((_request, response) =>
      response.setHeader("connection", "close").end('{"Version":"5.6.0"}'),
    );
    await using _engine = await listen(server, socketPath);
    const environment = { XDG_RUNTIME_DIR: folder };
    expect(await lookAtContainerEngine({ environment, homeDir: folder })).toMatchObject({ verdict: "good" });
  });

  test.each([
    { host: "unix:///no/such/docker.sock", verdict: "missing", text: /ENOENT/, remedy: /Start it/ },
    { host: "tcp://127.0.0.1:1", verdict: "missing", text: /ECONNREFUSED/, remedy: /Start it/ },
    { host: "https://somewhere", verdict: "poor", text: /was not tried/, remedy: /unix:\/\/ and tcp:\/\// },
  ])("says what is in the way of $host, and what to do", async ({ host, verdict, text, remedy }) => {
    const found = await lookAtContainerEngine({ environment: { DOCKER_HOST: host }, homeDir: folder });
    expect(found).toMatchObject({
      verdict,
      text: expect.stringMatching(text),
      remedy: expect.stringMatching(remedy),
    });
  });

  test.each(["ssh://somewhere", "nonsense", "unix://relative", "tcp://"])(
    "says that the server does not start with %s, whatever else could run jobs",
    async (host) => {
      const found = await lookAtContainerEngine({ environment: { DOCKER_HOST: host }, homeDir: folder });
      expect(found).toEqual({
        name: "DOCKER_HOST",
        verdict: "missing",
        text: `${host} is no engine's address`,
        remedy: expect.stringContaining("the server does not start with it"),
      });
      expect(findWay([{ name: "processes", verdict: "good", text: "" }, found])).toBeUndefined();
    },
  );
});
