import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runIdOf } from "../../src/providers/container-run.ts";
import { containerName } from "../../src/providers/docker/docker-spec.ts";
import type { ProviderHarness } from "../../src/providers/provider-contract.ts";
import { DockerProvider, type DockerProviderOptions } from "../../src/providers/docker/docker-provider.ts";
import { connectEngine } from "../../src/providers/docker/engine-client.ts";
import { findBridgeObstacle } from "./bridge-obstacle.ts";
import { parseTestAddress } from "./docker-engine.ts";
import { runDocker } from "./run-docker.ts";

const REMOVAL_MS_MAX = 30_000;

/** A folder for Docker providers, one after the other, in tests. Removes what is left of it in the engine. */
export class DockerHarness implements ProviderHarness {
  readonly manyCount = 30;
  readonly obstacle = findBridgeObstacle();
  readonly dir: string;
  readonly dockerHost: string;
  readonly #options: Partial<DockerProviderOptions>;
  readonly #root = mkdtempSync(join(tmpdir(), "batchyard-docker-provider-"));

  constructor(dockerHost: string, options: Partial<DockerProviderOptions> = {}) {
    this.dockerHost = dockerHost;
    this.#options = options;
    this.dir = join(this.#root, "docker");
    mkdirSync(join(this.#root, "logs"));
  }

  open(options: Partial<DockerProviderOptions> = {}): DockerProvider {
    return new DockerProvider({
      engine: connectEngine(parseTestAddress(this.dockerHost)),
      dir: this.dir,
      logs: { openFile: (streamId) => this.openLog(streamId), closeFile: () => {} },
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      capacity: { vcpuOvercommit: 1, memoryReserveMiB: 0 },
      network: "none",
      imageMap: [],
      fileSystems: [],
      registryAuth: () => ({}),
      jobLogBytesMax: 16 * 1024 * 1024,
      ...this.#options,
      ...options,
    });
  }

  openLog(streamId: string): string {
    const file = this.#logFile(streamId);
    appendFileSync(file, "");
    return file;
  }

  readLog(streamId: string): Buffer {
    const file = this.#logFile(streamId);
    return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  }

  isAlive(taskId: string): boolean {
    const ofTask = ["--filter", `label=batchyard.task=${taskId}`];
    // What holds the network of several containers open is none of them.
    const ofJob = ["--filter", "label=com.amazonaws.ecs.container-name"];
    return this.docker("ps", "--quiet", ...ofTask, ...ofJob) !== "";
  }

  async signal(taskId: string, index: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const name = containerName(runIdOf(taskId, index));
    this.docker("kill", "--signal", signal, name);
    this.docker("wait", name);
    await Promise.resolve();
  }

  /** Ids of all containers of this folder's providers. */
  containers(): readonly string[] {
    const owner = readFileSync(join(this.dir, "owner"), "utf8");
    const ids = this.docker(
      "ps",
      "--all",
      "--quiet",
      "--no-trunc",
      "--filter",
      `label=batchyard.owner=${owner}`,
    );
    return ids === "" ? [] : ids.split("\n");
  }

  /** What Docker's own command prints. */
  docker(...words: string[]): string {
    return runDocker(this.dockerHost, ...words);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(join(this.dir, "owner"))) this.#removeAll();
    rmSync(this.#root, { recursive: true });
    await Promise.resolve();
  }

  #removeAll(): void {
    const owner = readFileSync(join(this.dir, "owner"), "utf8");
    const list = (kind: string): readonly string[] => {
      const names = this.docker(kind, "ls", "--quiet", "--filter", `label=batchyard.owner=${owner}`);
      return names === "" ? [] : names.split("\n");
    };
    this.#remove(() => this.containers(), ["rm", "--force", "--volumes"]);
    for (const kind of ["volume", "network"]) this.#remove(() => list(kind), [kind, "rm"]);
  }

  /** The engine may be at removing some of them, as the provider asked it to: it refuses to begin once more. */
  #remove(list: () => readonly string[], words: readonly string[]): void {
    const deadlineMs = performance.now() + REMOVAL_MS_MAX;
    for (let left = list(); left.length > 0; left = list()) {
      try {
        this.docker(...words, ...left);
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
      }
    }
  }

  #logFile(streamId: string): string {
    return join(this.#root, "logs", streamId);
  }
}
