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
    bench.puller.forgetPresence();
    await bench.puller.get("app:1", SIGNAL);
    expect(bench.calls.length).toBe(3);
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

  test("pulls as often as the disk is given more room, and fails with the engine's words where it is not", async () => {
    const full = new EngineRefusal(500, "write /layer.tar: no space left on device");
    const rooms = [true, true, true, true, true, true];
    const bench = createBench({
      pull: () => Promise.reject(full),
      makeMore: () => Promise.resolve(rooms.pop() ?? false),
    });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toThrow(/no space left on device$/);
    expect(bench.calls.filter((call) => call.startsWith("pull")).length).toBe(6 + 5);
  });

  test("says that it waits for room on the disk", async () => {
    const full = new EngineRefusal(500, "no space left on device");
    const room = Promise.withResolvers<boolean>();
    const answers = [() => Promise.reject(full)];
    const bench = createBench({
      pull: () => answers.shift()?.() ?? Promise.resolve(),
      makeMore: () => {
        bench.noted.push(`waits: ${bench.puller.progressOf("app:1")}`);
        return room.promise;
      },
    });
    const getting = bench.puller.get("app:1", SIGNAL);
    room.resolve(true);
    await getting;
    expect(bench.noted).toEqual([
      "begins app:1",
      "waits: pulling app:1 from docker.io, waiting for room on the disk after: no space left on device",
      "ended app:1 undefined",
    ]);
  });

  test("notes each pull before it begins, and what came of it", async () => {
    const bench = createBench({ pull: () => Promise.reject(new EngineRefusal(404, "no")) });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toThrow();
    expect(bench.noted).toEqual(["begins app:1", "ended app:1 undefined"]);
    const present = createBench({ isPresent: true });
    await present.puller.get("app:1", SIGNAL);
    expect(present.noted).toEqual([]);
  });

  test("waits for an image that is being removed", async () => {
    const removal = Promise.withResolvers<void>();
    const bench = createBench({ isPresent: true, untilRemoved: () => removal.promise });
    const getting = bench.puller.get("app:1", SIGNAL);
    await Promise.resolve();
    expect(bench.calls).toEqual([]);
    removal.resolve();
    await getting;
    expect(bench.calls).toEqual(["inspect app:1"]);
  });

  test("leaves an engine that is away to others", async () => {
    const bench = createBench({ pull: () => Promise.reject(new EngineAway("gone")) });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toMatchObject({ name: "EngineAway" });
    await expect(bench.puller.get("app:1", SIGNAL)).rejects.toMatchObject({ name: "EngineAway" });
    expect(bench.calls.filter((call) => call.startsWith("pull")).length).toBe(2);
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
  readonly makeMore?: () => Promise<boolean>;
  readonly untilRemoved?: () => Promise<void>;
}

function createBench(options: BenchOptions) {
  const { isPresent = false, pull = () => Promise.resolve(), auth = {} } = options;
  const { makeMore = () => Promise.resolve(false), untilRemoved = () => Promise.resolve() } = options;
  const noted: string[] = [];
  const begun = Promise.withResolvers<void>();
  const calls: string[] = [];
  const bench = {
    calls,
    noted,
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
    disk: {
      notes: {
        pullBegins: (name) => void noted.push(`begins ${name}`),
        pullEnded: (name, found) => void noted.push(`ended ${name} ${JSON.stringify(found)}`),
      },
      makeMore,
      untilRemoved,
    },
    pausesMs: [1, 1, 1, 1],
  });
  return Object.assign(bench, { puller });
}
