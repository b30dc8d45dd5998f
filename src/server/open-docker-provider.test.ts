import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { openDockerProvider, readRegistryAuth } from "./open-docker-provider.ts";
import type { ProviderParts } from "./open-provider.ts";

let folder: string;
let store: MemoryStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-open-docker-"));
  store = new MemoryStore();
  mkdirSync(join(folder, "podman"));
  for (const name of ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]) vi.stubEnv(name, "");
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  vi.stubEnv("HOME", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("an engine that somebody named", () => {
  test.each<[name: string, dockerHost: string, variable: string]>([
    ["--docker-host", "unix:///no/such.sock", ""],
    ["DOCKER_HOST", "", "unix:///no/such.sock"],
  ])("by %s is waited for, though nobody asked for containers", async (name, dockerHost, variable) => {
    vi.stubEnv("DOCKER_HOST", variable);
    expect(await open({ dockerHost, isAsked: false })).toEqual({
      provider: "docker",
      log: [
        {
          level: "info",
          provider: "docker",
          engine: "unix:///no/such.sock",
          because: `${name} names the engine`,
          msg: "jobs run as containers",
        },
      ],
    });
  });

  test("is told of where the folder had another before, whose jobs are not seen", async () => {
    await store.commit([{ kind: "setting-put", name: "engine", value: "unix:///before.sock" }]);
    const { log } = await open({ dockerHost: "unix:///no/such.sock", isAsked: true });
    expect(log).toMatchObject([
      { level: "warn", engine: "unix:///no/such.sock", before: "unix:///before.sock" },
      { level: "info", because: "--docker-host names the engine" },
    ]);
  });

  test("is refused where it is no address", async () => {
    await expect(open({ dockerHost: "ssh://engine", isAsked: false })).rejects.toThrow(
      "--docker-host ssh://engine: engines are not reached over ssh",
    );
  });
});

const systemSockets = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/** Somebody's own engine would be found before any of ours. */
describe.skipIf(systemSockets.some((path) => existsSync(path)))("where no engine is named", () => {
  test("a socket that nobody serves hides no engine that answers, which is the folder's from then on", async () => {
    writeFileSync(stale(), "");
    const engine = `unix://${podman()}`;
    {
      await using _engine = await anEngine(podman());
      expect(await open({ isAsked: false })).toMatchObject({
        provider: "docker",
        log: [{ engine, because: "it is the first engine that answers" }],
      });
    }
    rmSync(stale());
    await using _other = await anEngine(stale());
    expect(await open({ isAsked: true })).toMatchObject({
      provider: "docker",
      log: [{ engine, because: "the data folder names the engine" }],
    });
  });

  test("and none answers, says of each why not", async () => {
    writeFileSync(stale(), "");
    writeFileSync(podman(), "");
    expect(await open({ isAsked: false })).toEqual({ log: [aReason(stale()), aReason(podman())] });
  });

  test("and none answers, the first is waited for where containers were asked for", async () => {
    writeFileSync(podman(), "");
    const because = "no engine answers yet: this one is waited for";
    const waited = { provider: "docker", log: [{ engine: `unix://${podman()}`, because }] };
    expect(await open({ isAsked: true })).toMatchObject(waited);
    await using _engine = await anEngine(stale());
    expect(await open({ isAsked: true })).toMatchObject({ log: [{ engine: `unix://${stale()}` }] });
  });
});

test("a file of credentials that cannot be read is a problem of the pull only", () => {
  const file = join(folder, "config.json");
  vi.stubEnv("DOCKER_CONFIG", folder);
  mkdirSync(file);
  expect(readRegistryAuth("registry.example/app:1")).toEqual({
    problem: `${file} cannot be read: EISDIR: illegal operation on a directory, read`,
  });
});

function stale(): string {
  return join(folder, "docker.sock");
}

function podman(): string {
  return join(folder, "podman", "podman.sock");
}

function aReason(path: string) {
  return {
    level: "info",
    engine: `unix://${path}`,
    reason: `the container engine at unix://${path} cannot be reached: connect ECONNREFUSED ${path}`,
    msg: "jobs do not run as containers",
  };
}

interface OpenOptions {
  readonly dockerHost?: string;
  readonly isAsked: boolean;
}

/** The provider that is opened, and what the log says of it. */
async function open({ dockerHost, isAsked }: OpenOptions) {
  const log: unknown[] = [];
  const logger = pino(
    { timestamp: false, base: null, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => log.push(JSON.parse(line)) },
  );
  const config = {
    dockerNetwork: "none",
    imageMap: [],
    efsMap: [],
    jobLogLimitMiB: 1,
    ...(dockerHost && { dockerHost }),
  };
  // What else there is of a server is not looked at.
  const parts = { config, folder: { path: folder }, store, logger } as unknown as ProviderParts;
  await using provider = await openDockerProvider(parts, { isAsked });
  return provider === undefined ? { log } : { provider: provider.name, log };
}

async function anEngine(path: string): Promise<AsyncDisposable> {
  const server = createServer((_request, response) =>
    response.setHeader("connection", "close").end('{"Version":"24.0.0","ApiVersion":"1.43"}'),
  );
  server.listen(path);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}
