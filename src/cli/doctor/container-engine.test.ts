import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lookAtContainerEngine } from "./container-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "batchyard-engine-"));
/** Somebody's own engine would be found before any of ours. */
const hasSystemSocket = ["/var/run/docker.sock", "/run/podman/podman.sock"].some((path) => existsSync(path));

const HERE = { homeDir: folder, dataDir: folder };

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

const VERSION = '{"Version":"29.1.0","ApiVersion":"1.52","MinAPIVersion":"1.40"}';

function anEngine(): Server {
  return createServer((_request, response) => response.setHeader("connection", "close").end(VERSION));
}

describe("lookAtContainerEngine", () => {
  test("finds the engine that is named, on the command line before the environment, and its version", async () => {
    const socketPath = join(folder, "docker.sock");
    await using _engine = await listen(anEngine(), socketPath);
    const environment = { DOCKER_HOST: "unix:///no/such/docker.sock" };
    const dockerHost = `unix://${socketPath}`;
    expect(await lookAtContainerEngine({ dockerHost, environment, ...HERE })).toEqual({
      finding: { name: "containers", verdict: "good", text: `docker 29.1.0 at ${dockerHost}` },
      isAwaited: true,
    });
  });

  test.skipIf(hasSystemSocket)("finds the first of the usual engines that answers", async () => {
    mkdirSync(join(folder, "podman"));
    const socketPath = join(folder, "podman", "podman.sock");
    await using _engine = await listen(anEngine(), socketPath);
    writeFileSync(join(folder, "docker.sock"), "");
    const environment = { XDG_RUNTIME_DIR: folder };
    expect(await lookAtContainerEngine({ environment, ...HERE })).toEqual({
      finding: { name: "containers", verdict: "good", text: `docker 29.1.0 at unix://${socketPath}` },
      isAwaited: false,
    });
  });

  test("looks at the engine that the data folder has recorded, and no other", async () => {
    const recorded = "unix:///no/such/docker.sock";
    expect(await lookAtContainerEngine({ recorded, environment: {}, ...HERE })).toEqual({
      finding: {
        name: "containers",
        verdict: "missing",
        text: "unix:///no/such/docker.sock: ENOENT",
        remedy: expect.stringMatching(/The server waits for it: the data folder names it\.$/),
      },
      isAwaited: true,
    });
  });

  test.each([
    { host: "unix:///no/such/docker.sock", text: /ENOENT/, remedy: /Start it.*DOCKER_HOST names it/ },
    { host: "tcp://127.0.0.1:1", text: /ECONNREFUSED/, remedy: /Start it/ },
    { host: "https://127.0.0.1:1", text: /ECONNREFUSED/, remedy: /Start it/ },
  ])("says what is in the way of $host, and what to do", async ({ host, text, remedy }) => {
    const look = await lookAtContainerEngine({ environment: { DOCKER_HOST: host }, ...HERE });
    expect(look.finding).toMatchObject({
      verdict: "missing",
      text: expect.stringMatching(text),
      remedy: expect.stringMatching(remedy),
    });
  });

  test.each(["ssh://somewhere", "nonsense", "unix://relative", "tcp://"])(
    "says that the server does not start with %s",
    async (host) => {
      expect(await lookAtContainerEngine({ environment: { DOCKER_HOST: host }, ...HERE })).toEqual({
        finding: {
          name: "containers",
          verdict: "missing",
          text: expect.stringContaining(`DOCKER_HOST ${host}: `),
          remedy: expect.stringContaining("the server does not start with it"),
        },
        isAwaited: true,
      });
    },
  );
});
