import { randomUUID } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { DockerTestEngine, parseTestAddress, TEST_IMAGE } from "../../../test/support/docker-engine.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import type { ContainerEvent, ContainerFacts, CreateRequest, DockerEngine } from "./docker-engine.ts";
import { connectEngine } from "./engine-client.ts";
import { PAUSE_COMMAND, createPauseArchive } from "./pause-image.ts";

const dockerHost = inject("dockerHost");
const LABEL = "batchyard.test";
const SIGNAL = AbortSignal.timeout(100_000);

describe.skipIf(dockerHost === "")("a container engine", () => {
  test("is described, with a version of the API that both speak", async () => {
    await using bench = createBench();
    const description = await bench.engine.describe(SIGNAL);
    expect(description).toEqual({
      product: expect.stringMatching(/^(?:docker|podman)$/),
      version: expect.stringMatching(/^\d+\./),
      apiVersion: expect.stringMatching(/^1\.4\d$/),
      cgroupVersion: expect.toBeOneOf([1, 2]),
      cpuCount: expect.any(Number),
      memoryBytes: expect.any(Number),
      hasSwapLimit: expect.any(Boolean),
      storageDriver: expect.any(String),
      operatingSystem: "linux",
      architecture: expect.stringMatching(/^[a-z0-9]+$/),
      hostName: expect.any(String),
      dataRoot: expect.stringMatching(/^\//),
    });
    expect(description.cpuCount).toBeGreaterThan(0);
    expect(description.memoryBytes).toBeGreaterThan(1_000_000);
  });

  test("makes a container of a name once, and lists it by its label", async () => {
    await using bench = createBench();
    const id = await bench.create(["true"]);
    expect(await bench.engine.createContainer(bench.name, aRequest(["false"], bench.name), SIGNAL)).toBe(id);
    expect(await bench.engine.listContainers(LABEL, bench.name, SIGNAL)).toEqual([
      { id, labels: expect.objectContaining({ [LABEL]: bench.name }) },
    ]);
    expect(await bench.engine.inspectContainer(bench.name, SIGNAL)).toEqual({
      id,
      name: bench.name,
      labels: expect.objectContaining({ [LABEL]: bench.name }),
      status: "created",
      exitCode: 0,
      isOutOfMemory: false,
      error: "",
      pid: 0,
      stopSignal: expect.stringMatching(/^(?:SIGTERM|15)$/),
    });
    expect(await bench.engine.measureContainer(id, SIGNAL)).toBeUndefined();
  });

  test("starts a container once, also after its end", async () => {
    await using bench = createBench();
    const id = await bench.create(["sh", "-c", "echo once; exit 7"]);
    await bench.engine.startContainer(id, SIGNAL);
    await bench.engine.startContainer(id, SIGNAL);
    expect((await bench.ended(id)).exitCode).toBe(7);
    await bench.engine.startContainer(id, SIGNAL);
    expect(await bench.log(id, true)).toBe("once\n");
  });

  test("signals what runs, and leaves alone what does not", async () => {
    await using bench = createBench();
    const id = await bench.create([
      "sh",
      "-c",
      "trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done",
    ]);
    await bench.engine.signalContainer(id, "SIGTERM", SIGNAL);
    await bench.engine.startContainer(id, SIGNAL);
    for await (const _pieces of bench.engine.readLog(id, { follow: true }, SIGNAL)) break;
    expect(await bench.engine.measureContainer(id, SIGNAL)).toEqual({
      memoryBytes: expect.any(Number),
      cpuTimeMs: expect.any(Number),
    });
    await bench.engine.signalContainer(id, "SIGTERM", SIGNAL);
    expect((await bench.ended(id)).exitCode).toBe(9);
    await bench.engine.signalContainer(id, "SIGTERM", SIGNAL);
    await expect(bench.engine.measureContainer(id, SIGNAL)).resolves.toBeUndefined();
  });

  test("removes a container, running or not, any number of times", async () => {
    await using bench = createBench();
    const id = await bench.create(["sleep", "600"]);
    await bench.engine.startContainer(id, SIGNAL);
    await bench.engine.removeContainer(id, SIGNAL);
    await bench.engine.removeContainer(id, SIGNAL);
    await bench.engine.signalContainer(id, "SIGKILL", SIGNAL);
    expect(await bench.engine.inspectContainer(id, SIGNAL)).toBeUndefined();
    expect(await bench.engine.measureContainer(id, SIGNAL)).toBeUndefined();
  });

  test("refuses a program that is not there, and an image that is not there", async () => {
    await using bench = createBench();
    const id = await bench.create(["no-such-program"]);
    await expect(bench.engine.startContainer(id, SIGNAL)).rejects.toMatchObject({
      name: "EngineRefusal",
      message: expect.stringContaining('exec: "no-such-program": executable file not found in $PATH'),
    });
    expect((await bench.engine.inspectContainer(id, SIGNAL))?.startedAtMs).toBeUndefined();
    const request = { ...aRequest(["true"], bench.name), Image: "localhost/no/such:1" };
    await expect(bench.engine.createContainer(`${bench.name}-2`, request, SIGNAL)).rejects.toMatchObject({
      name: "EngineRefusal",
      status: 404,
    });
    expect(await bench.engine.inspectImage("localhost/no/such:1", SIGNAL)).toBeUndefined();
    expect(await bench.engine.inspectImage(TEST_IMAGE, SIGNAL)).toEqual({
      id: expect.stringMatching(/^sha256:/),
      sizeBytes: expect.any(Number),
    });
  });

  test("gives the log byte for byte, in pieces with stamps, again and while it grows", async () => {
    await using bench = createBench();
    const script = String.raw`printf 'a\0b\377\n'; head -c 40000 /dev/zero; echo; echo last`;
    // Docker's default driver takes text only.
    const { product } = await bench.engine.describe(SIGNAL);
    const logConfig = { Type: product === "docker" ? "local" : "json-file" };
    const request = aRequest(["sh", "-c", script], bench.name, { NetworkMode: "none", LogConfig: logConfig });
    const id = await bench.engine.createContainer(bench.name, request, SIGNAL);
    await bench.engine.startContainer(id, SIGNAL);
    const expected = Buffer.concat([
      Buffer.from([0x61, 0, 0x62, 0xff, 0x0a]),
      Buffer.alloc(40_000),
      Buffer.from("\nlast\n"),
    ]).toString("latin1");
    expect(await bench.log(id, true)).toBe(expected);
    expect(await bench.log(id, false)).toBe(expected);
    for await (const pieces of bench.engine.readLog(id, { follow: false }, SIGNAL)) {
      for (const { stamp } of pieces) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z$/);
    }
  });

  test("has a line without an end, however short the container lives", async () => {
    await using bench = createBench();
    for (let count = 0; count < 8; count += 1) {
      const id = await bench.create(["sh", "-c", "echo first; printf last"]);
      await bench.engine.startContainer(id, SIGNAL);
      expect(await bench.log(id, true)).toBe("first\nlast");
    }
  });

  test("leaves out what a log has from before an instant", async () => {
    await using bench = createBench();
    const id = await bench.create(["sh", "-c", "echo early; sleep 2.2; echo late"]);
    await bench.engine.startContainer(id, SIGNAL);
    const { finishedAtMs = 0 } = await bench.ended(id);
    const textSince = async (sinceSeconds: number, follow: boolean): Promise<string> => {
      const chunks: Uint8Array[] = [];
      for await (const pieces of bench.engine.readLog(id, { follow, sinceSeconds }, SIGNAL)) {
        chunks.push(...pieces.map(({ bytes }) => bytes));
      }
      return Buffer.concat(chunks).toString();
    };
    const lateSeconds = Math.floor(finishedAtMs / 1_000) - 1;
    for (const follow of [false, true]) {
      expect(await textSince(lateSeconds, follow)).toBe("late\n");
      expect(await textSince(lateSeconds - 600, follow)).toBe("early\nlate\n");
    }
  });

  test("ends the log of a container that goes away, and refuses that of one that is not there", async () => {
    await using bench = createBench();
    const id = await bench.create(["sh", "-c", "echo ready; sleep 600"]);
    await bench.engine.startContainer(id, SIGNAL);
    const texts: string[] = [];
    for await (const pieces of bench.engine.readLog(id, { follow: true }, SIGNAL)) {
      texts.push(...pieces.map(({ bytes }) => Buffer.from(bytes).toString()));
      await bench.engine.removeContainer(id, SIGNAL);
    }
    expect(texts).toEqual(["ready\n"]);
    await expect(bench.log(id, true)).rejects.toMatchObject({ name: "EngineRefusal", status: 404 });
  });

  test("tells what happens to containers with the label, until the listener leaves", async () => {
    await using bench = createBench();
    const leaving = new AbortController();
    const heard: ContainerEvent[] = [];
    const listening = (async () => {
      for await (const event of bench.engine.events(LABEL, bench.name, leaving.signal)) heard.push(event);
    })();
    listening.catch(() => undefined);
    await using other = createBench();
    const otherId = await other.create(["true"]);
    // Nothing tells when the listening has begun, so containers are started until one is heard of.
    const ids = await waitFor("an event", async () => {
      await other.engine.startContainer(otherId, SIGNAL);
      const id = await bench.create(["true"]);
      await bench.engine.startContainer(id, SIGNAL);
      await bench.ended(id);
      return heard.length > 0 ? [id] : undefined;
    });
    const [id = ""] = ids;
    await waitFor("its end", () =>
      Promise.resolve(heard.find(({ kind, containerId }) => kind === "die" && containerId === id)),
    );
    const ofLast = heard.filter(({ containerId }) => containerId === id);
    expect(ofLast.map(({ kind }) => kind)).toEqual(["start", "die"]);
    expect(heard.every(({ labels }) => labels[LABEL] === bench.name)).toBe(true);
    leaving.abort(new Error("enough"));
    await expect(listening).rejects.toThrow("enough");
  });

  test("remembers what it has made itself", async () => {
    await using bench = createBench();
    const id = await bench.create(["true"]);
    expect(await bench.engine.remembersMaking(id, SIGNAL)).toBe(true);
  });

  test("makes a network once", async () => {
    await using bench = createBench();
    const network = { name: bench.name, labels: { [LABEL]: bench.name }, isInternal: true };
    await bench.engine.ensureNetwork(network, SIGNAL);
    await bench.engine.ensureNetwork(network, SIGNAL);
    const request = aRequest(["true"], bench.name, { NetworkMode: bench.name });
    const id = await bench.engine.createContainer(bench.name, request, SIGNAL);
    await bench.engine.startContainer(id, SIGNAL);
    expect((await bench.ended(id)).exitCode).toBe(0);
    await bench.engine.removeContainer(id, SIGNAL);
    expect(await bench.engine.listNetworks(LABEL, bench.name, SIGNAL)).toEqual([
      { name: bench.name, labels: { [LABEL]: bench.name } },
    ]);
    await bench.engine.removeNetwork(bench.name, SIGNAL);
    await bench.engine.removeNetwork(bench.name, SIGNAL);
    expect(await bench.engine.listNetworks(LABEL, bench.name, SIGNAL)).toEqual([]);
  });

  test("runs an image that it was given as an archive", async () => {
    await using bench = createBench();
    const { architecture } = await bench.engine.describe(SIGNAL);
    const archive = createPauseArchive(architecture) ?? new Uint8Array();
    const image = `${bench.name}:1`;
    await bench.engine.importImage(image, archive, SIGNAL);
    const request = { ...aRequest([PAUSE_COMMAND], bench.name), Image: image, StopSignal: "SIGKILL" };
    const id = await bench.engine.createContainer(bench.name, request, SIGNAL);
    await bench.engine.startContainer(id, SIGNAL);
    expect(await bench.engine.inspectContainer(id, SIGNAL)).toMatchObject({ status: "running" });
    await bench.engine.signalContainer(id, "SIGKILL", SIGNAL);
    expect((await bench.ended(id)).exitCode).toBe(137);
    await bench.engine.removeContainer(id, SIGNAL);
    await DockerTestEngine.at(dockerHost).removeImage(image);
  });

  test("removes a volume, also one that is not there", async () => {
    await using bench = createBench();
    const Mounts = [{ Type: "volume", Source: bench.name, Target: "/shared" }];
    const id = await bench.engine.createContainer(
      bench.name,
      aRequest(["true"], bench.name, { Mounts }),
      SIGNAL,
    );
    expect(await DockerTestEngine.at(dockerHost).listVolumes()).toContain(bench.name);
    await bench.engine.removeContainer(id, SIGNAL);
    await bench.engine.removeVolume(bench.name, SIGNAL);
    await bench.engine.removeVolume(bench.name, SIGNAL);
    expect(await DockerTestEngine.at(dockerHost).listVolumes()).not.toContain(bench.name);
  });
});

interface Bench extends AsyncDisposable {
  readonly engine: DockerEngine;
  /** Of its container, and the value of its label. */
  readonly name: string;
  create(command: readonly string[]): Promise<string>;
  ended(id: string): Promise<ContainerFacts>;
  log(id: string, follow: boolean): Promise<string>;
}

function createBench(): Bench {
  const engine = connectEngine(parseTestAddress(dockerHost));
  const name = `batchyard-test-${randomUUID()}`;
  let count = 0;
  return {
    engine,
    name,
    create: (command) => {
      const suffix = count === 0 ? "" : `-${count}`;
      count += 1;
      return engine.createContainer(`${name}${suffix}`, aRequest(command, name), SIGNAL);
    },
    ended: (id) =>
      waitFor("the container's end", async () => {
        const facts = await engine.inspectContainer(id, SIGNAL);
        return facts?.status === "exited" ? facts : undefined;
      }),
    log: async (id, follow) => {
      const chunks: Uint8Array[] = [];
      for await (const pieces of engine.readLog(id, { follow }, SIGNAL)) {
        chunks.push(...pieces.map(({ bytes }) => bytes));
      }
      return Buffer.concat(chunks).toString("latin1");
    },
    async [Symbol.asyncDispose]() {
      for (const { id } of await engine.listContainers(LABEL, name, SIGNAL)) {
        await engine.removeContainer(id, SIGNAL);
      }
      await engine[Symbol.asyncDispose]();
    },
  };
}

function aRequest(
  command: readonly string[],
  name: string,
  hostConfig: Readonly<Record<string, unknown>> = { NetworkMode: "none" },
): CreateRequest {
  return { Image: TEST_IMAGE, Cmd: command, Env: [], Labels: { [LABEL]: name }, HostConfig: hostConfig };
}
