import { EventEmitter, on } from "node:events";
import type {
  ContainerEvent,
  ContainerFacts,
  ContainerListing,
  CreateRequest,
  DockerEngine,
  EngineDescription,
  EngineDisk,
  ImageFacts,
  LogPiece,
  LogReading,
  NetworkListing,
  NetworkRequest,
} from "../../src/providers/docker/docker-engine.ts";
import { EngineAway, EngineRefusal } from "../../src/providers/docker/docker-engine.ts";

type Call = "createContainer" | "startContainer" | "signalContainer" | "removeContainer" | "inspectContainer";

interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  status: "created" | "running" | "exited";
  exitCode: number;
}

/**
 * A container engine that exists in memory only: its containers run until they are signalled. Calls can be made to hang
 * until their time is over, and the whole engine can go away.
 */
export class FakeDockerEngine implements DockerEngine {
  readonly containers = new Map<string, FakeContainer>();
  /** Calls of these kinds do nothing, and never come back. */
  readonly hanging = new Set<Call>();
  /** Calls of these kinds are refused, with the words. */
  readonly refusals = new Map<Call, string>();
  /** What was asked, in order: the kind and the container's name. */
  readonly asked: string[] = [];
  /** Somebody has removed them: nothing that is to be in one of them starts. */
  readonly missingNetworks = new Set<string>();
  /** By name: their labels. */
  readonly networks = new Map<string, Readonly<Record<string, string>>>();
  /** It was started anew, and knows nothing of what happened before. */
  isNew = false;
  readonly #happenings = new EventEmitter();
  #isAway = false;

  /** Stops answering; streams of events end. */
  leave(): void {
    this.#isAway = true;
    this.#happenings.emit("leave");
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** Lets a container appear, as by a creation that was given up. */
  put(name: string, labels: Readonly<Record<string, string>>): void {
    this.containers.set(name, { id: `id-of-${name}`, name, labels, status: "created", exitCode: 0 });
  }

  end(name: string, exitCode: number): void {
    const container = this.containers.get(name);
    if (container?.status !== "running") return;
    container.status = "exited";
    container.exitCode = exitCode;
    this.#tell(container, "die");
  }

  async describe(signal: AbortSignal): Promise<EngineDescription> {
    await this.#answer(signal);
    return {
      product: "docker",
      version: "0",
      apiVersion: "1.41",
      cgroupVersion: 1,
      cpuCount: 4,
      memoryBytes: 2 ** 33,
      hasSwapLimit: true,
      storageDriver: "none",
      operatingSystem: "linux",
      architecture: "amd64",
      hostName: "",
      dataRoot: "",
    };
  }

  async createContainer(name: string, { Labels }: CreateRequest, signal: AbortSignal): Promise<string> {
    await this.#answer(signal, "createContainer", name);
    if (!this.containers.has(name)) this.put(name, Labels);
    return `id-of-${name}`;
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    const container = await this.#find(id, signal, "startContainer");
    if (container?.status !== "created") return;
    const [missing] = this.missingNetworks;
    if (missing !== undefined) throw new EngineRefusal(404, `network ${missing} not found`);
    container.status = "running";
    this.#tell(container, "start");
  }

  async signalContainer(id: string, name: string, signal: AbortSignal): Promise<void> {
    const container = await this.#find(id, signal, "signalContainer");
    if (container !== undefined) this.end(container.name, name === "SIGKILL" ? 137 : 143);
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    const container = await this.#find(id, signal, "removeContainer");
    if (container !== undefined) this.containers.delete(container.name);
  }

  async inspectContainer(id: string, signal: AbortSignal): Promise<ContainerFacts | undefined> {
    const container = await this.#find(id, signal, "inspectContainer");
    if (container === undefined) return undefined;
    const began = container.status === "created" ? {} : { startedAtMs: 1_000 };
    const isOver = container.status === "exited";
    return {
      ...container,
      ...began,
      ...(isOver ? { finishedAtMs: 2_000 } : {}),
      isOutOfMemory: false,
      error: "",
      pid: container.status === "running" ? 1 : 0,
      stopSignal: "SIGTERM",
    };
  }

  async listContainers(
    label: string,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly ContainerListing[]> {
    await this.#answer(signal);
    return [...this.containers.values()].filter(({ labels }) => labels[label] === value);
  }

  async measureContainer(
    _id: string,
    signal: AbortSignal,
  ): Promise<{ memoryBytes: number; cpuTimeMs: number }> {
    await this.#answer(signal);
    return { memoryBytes: 1_000_000, cpuTimeMs: 10 };
  }

  async *events(_label: string, _value: string, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const away = new AbortController();
    this.#happenings.once("leave", () => away.abort(new EngineAway("the fake engine is away")));
    const end = AbortSignal.any([signal, away.signal]);
    try {
      for await (const [event] of on(this.#happenings, "event", { signal: end }))
        yield event as ContainerEvent;
    } catch {
      throw end.reason;
    }
  }

  hasRunSince(): Promise<boolean> {
    return Promise.resolve(true);
  }

  remembersMaking(): Promise<boolean> {
    return Promise.resolve(!this.isNew);
  }

  async *readLog(
    _id?: string,
    _reading?: LogReading,
    _signal?: AbortSignal,
  ): AsyncGenerator<readonly LogPiece[]> {
    await Promise.resolve();
    yield [];
  }

  async inspectImage(_reference: string, signal: AbortSignal): Promise<ImageFacts> {
    await this.#answer(signal);
    return { id: "an-image", sizeBytes: 1 };
  }

  pullImage(): Promise<void> {
    return Promise.resolve();
  }

  removeUnusedVolumes(): Promise<void> {
    return Promise.resolve();
  }

  importImage(): Promise<void> {
    return Promise.resolve();
  }

  removeImage(): Promise<void> {
    return Promise.resolve();
  }

  measureDisk(): Promise<EngineDisk> {
    return Promise.resolve({ layerBytes: 0, images: [], containers: [], volumes: [] });
  }

  listVolumes(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  removeVolume(): Promise<void> {
    return Promise.resolve();
  }

  ensureNetwork({ name, labels }: NetworkRequest): Promise<void> {
    this.missingNetworks.delete(name);
    this.networks.set(name, labels);
    return Promise.resolve();
  }

  listNetworks(label: string, value: string): Promise<readonly NetworkListing[]> {
    const all = [...this.networks].map(([name, labels]) => ({ name, labels }));
    return Promise.resolve(all.filter(({ labels }) => labels[label] === value));
  }

  removeNetwork(name: string): Promise<void> {
    this.networks.delete(name);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #find(id: string, signal: AbortSignal, call: Call): Promise<FakeContainer | undefined> {
    const name = id.replace(/^id-of-/, "");
    await this.#answer(signal, call, name);
    return this.containers.get(name);
  }

  async #answer(signal: AbortSignal, call?: Call, name = ""): Promise<void> {
    if (call !== undefined) this.asked.push(`${call} ${name}`);
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.#isAway) throw new EngineAway("the fake engine is away");
    const refusal = call === undefined ? undefined : this.refusals.get(call);
    if (refusal !== undefined) throw new EngineRefusal(500, refusal);
    if (call === undefined || !this.hanging.has(call)) return;
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  #tell({ id, labels }: FakeContainer, kind: ContainerEvent["kind"]): void {
    this.#happenings.emit("event", { containerId: id, kind, labels });
  }
}
