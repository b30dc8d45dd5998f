import { describe, expect, test } from "vitest";
import { EngineAway, EngineRefusal } from "./docker-engine.ts";
import { ImagePuller } from "./image-puller.ts";
import type { RegistryAuth } from "./registry-auth.ts";

const SIGNAL = AbortSignal.timeout(20_000);

describe("an image puller", () => {
  test("looks once for all who ask at a time, and again when that is a while ago", async () => {
    const bench = createBench({ isPresent: true });
    await Promise.all([bench.puller.get("app:1", SIGNAL), bench.puller.get("app:1", SIGNAL)]);
    await bench.puller.get("app:1", SIGNAL);
    expect(bench.calls).toEqual(["inspect app:1"]);
    bench.nowMs += 2_000;
    await bench.puller.get("app:1", SIGNAL);
    expect(bench.calls).toEqual(["inspect app:1", "inspect app:1"]);
  });

  test("pulls what is not there, and tells how it goes on", async () => {
    const pull = Promise.withResolvers<void>();
    const bench = createBench({ pull: () => pull.promise, auth: { header: "credentials" } });
    const getting = bench.puller.get("localhost:5000/team/app:latest", SIGNAL);
    await bench.pulling;
    expect(bench.calls).toEqual([
      "inspect localhost:5000/team/app:latest",
      "pull localhost:5000/team/app:latest credentials",
    ]);
    expect(bench.puller.progressOf("localhost:5000/team/app:latest")).toBe(
      "pulling team/app:latest from localhost:5000",
    );
    bench.progress("12 of 40 MB");
    expect(bench.puller.progressOf("localhost:5000/team/app:latest")).toBe(
      "pulling team/app:latest from localhost:5000, 12 of 40 MB",
    );
    pull.resolve();
    await getting;
    expect(bench.puller.progressOf("localhost:5000/team/app:latest")).toBeUndefined();
  });

  test("shows the registry what an image comes with, and pulls once for each who may have it", async () => {
    const bench = createBench({ auth: { header: "credentials" } });
    const [ours, theirs] = ["ours", "theirs"].map((username) => ({ username, password: "p" }));
    await Promise.all([bench.puller.get("app:1", SIGNAL, ours), bench.puller.get("app:1", SIGNAL, theirs)]);
    const headers = bench.calls.flatMap((call) => call.match(/^pull app:1 (.*)/)?.[1] ?? []);
    expect(
      headers.map((header) => JSON.parse(Buffer.from(header, "base64url").toString()) as unknown),
    ).toEqual([
      { username: "ours", password: "p", serveraddress: "docker.io" },
      { username: "theirs", password: "p", serveraddress: "docker.io" },
    ]);
  });

  test.each<[name: string, error: EngineRefusal, pullCount: number]>([
    ["tries five times where the registry does not answer", new EngineRefusal(500, "connection refused"), 5],
    ["takes a no for a no", new EngineRefusal(500, "manifest for app:1 not found: manifest unknown"), 1],
    [
      "takes denial for denial",
      new EngineRefusal(500, "denied: requested access to the resource is denied"),
      1,
    ],
    [
      "takes missing credentials for denial",
      new EngineRefusal(500, "unauthorized: authentication required"),
      1,
    ],
    ["takes a status for an answer", new EngineRefusal(404, "whatever"), 1],
  ])("%s", async (_name, error, pullCount) => {
    const bench = createBench({ pull: () => Promise.reject(error), auth: { problem: "no helper" } });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toMatchObject({
      name: "ImagePullFailure",
      message: `CannotPullContainerError: Error response from daemon: ${error.message} (no helper)`,
      cause: error,
    });
    expect(bench.calls.filter((call) => call.startsWith("pull")).length).toBe(pullCount);
  });

  test("has it when a later try succeeds", async () => {
    const answers = [Promise.reject(new EngineRefusal(500, "timeout")), Promise.resolve()];
    answers[0]?.catch(() => undefined);
    const bench = createBench({ pull: () => answers.shift() ?? Promise.reject(new Error("once more")) });
    await bench.puller.get("app:1", SIGNAL);
    expect(answers).toEqual([]);
  });

  test("leaves an engine that is away to others", async () => {
    const bench = createBench({ pull: () => Promise.reject(new EngineAway("gone")) });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toMatchObject({ name: "EngineAway" });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toMatchObject({ name: "EngineAway" });
    expect(bench.calls.length).toBe(4);
  });

  test("goes on for those who stay, and ends with the last who leaves", async () => {
    const pull = Promise.withResolvers<void>();
    const bench = createBench({ pull: () => pull.promise });
    const [first, second] = [new AbortController(), new AbortController()];
    const leaving = bench.puller.get("app:1", first.signal);
    const staying = bench.puller.get("app:1", second.signal);
    staying.catch(() => undefined);
    await bench.pulling;
    first.abort(new Error("terminated"));
    await expect(leaving).rejects.toThrow("terminated");
    expect(bench.pullSignal?.aborted).toBe(false);
    second.abort(new Error("terminated too"));
    await expect(staying).rejects.toThrow("terminated too");
    expect(bench.pullSignal?.aborted).toBe(true);
    expect(bench.puller.progressOf("app:1")).toBeUndefined();

    const again = bench.puller.get("app:1", SIGNAL);
    pull.resolve();
    await again;
    expect(bench.calls.filter((call) => call.startsWith("pull")).length).toBe(2);
  });

  test("asks for nothing where the asker has left already", async () => {
    const bench = createBench({ isPresent: true });
    await expect(bench.puller.get("app:1", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(bench.calls).toEqual([]);
  });
});

interface BenchOptions {
  readonly isPresent?: boolean;
  readonly pull?: () => Promise<void>;
  readonly auth?: RegistryAuth;
}

function createBench({ isPresent = false, pull = () => Promise.resolve(), auth = {} }: BenchOptions) {
  const begun = Promise.withResolvers<void>();
  const calls: string[] = [];
  const bench = {
    calls,
    nowMs: 0,
    pulling: begun.promise,
    pullSignal: undefined as AbortSignal | undefined,
    progress: (_text: string): void => undefined,
  };
  const puller = new ImagePuller({
    engine: {
      inspectImage: (reference) => {
        calls.push(`inspect ${reference}`);
        return Promise.resolve(isPresent ? { id: "sha256:1", sizeBytes: 1 } : undefined);
      },
      pullImage: (reference, onProgress, signal, registryAuth) => {
        calls.push(registryAuth === undefined ? `pull ${reference}` : `pull ${reference} ${registryAuth}`);
        bench.progress = onProgress;
        bench.pullSignal = signal;
        begun.resolve();
        return pull();
      },
    },
    clock: { nowMs: () => 0, monotonicMs: () => bench.nowMs },
    registryAuth: () => auth,
    pausesMs: [1, 1, 1, 1],
  });
  return Object.assign(bench, { puller });
}
