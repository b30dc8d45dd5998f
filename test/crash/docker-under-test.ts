import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TEST_IMAGE } from "../support/docker-engine.ts";
import type { DockerTestEngine } from "../support/docker-engine.ts";
import { runDocker } from "../support/run-docker.ts";
import { waitFor } from "../support/wait-for.ts";
import type { KillableEngine, LoadSize, ProviderUnderTest } from "./provider-under-test.ts";

/** Where each container has a volume of its own, which goes with it. */
const SCRATCH = "/scratch";
const VOLUMES_FILE = "volumes";
const PATIENCE_MS = 30_000;

export interface DockerUnderTestOptions {
  readonly engine: DockerTestEngine;
  /** The engine may be taken away: nobody else uses it. */
  readonly isKilled: boolean;
}

/** Jobs as containers of an engine on this machine, where somebody else has containers too. */
export class DockerUnderTest implements ProviderUnderTest {
  readonly serverFlags: readonly string[];
  readonly load: LoadSize;
  /** What a transaction that is cut short leaves, the run with processes shows: here too little is written to hit one. */
  readonly phases = ["submit", "start", "run", "stop", "finish", "restart"] as const;
  readonly slowness = 5;
  readonly prelude = `while read -r _ _ _ root point _; do
  [ "$point" = ${SCRATCH} ] && echo "$root" >>"$CRASH_MARKS/${VOLUMES_FILE}"
done </proc/self/mountinfo
`;
  readonly engine?: KillableEngine;
  readonly #dockerHost: string;
  readonly #foreign: readonly string[];
  readonly #before: string;

  constructor({ engine, isKilled }: DockerUnderTestOptions) {
    this.#dockerHost = engine.dockerHost;
    this.serverFlags = [
      "--provider",
      "docker",
      "--docker-host",
      engine.dockerHost,
      "--docker-network",
      "none",
    ];
    // What becomes of their parts when an engine goes, and what follows, is not worked out here.
    const openCompositesMax = isKilled ? 0 : 6;
    this.load = {
      clientCount: 2,
      openJobsMax: 12,
      openCompositesMax,
      maxvCpus: 8,
      burstMax: 5,
      pauseMsMax: 300,
    };
    if (isKilled) this.engine = engine;
    const name = `crash-${randomBytes(4).toString("hex")}`;
    this.#foreign = [
      this.#makeForeign(name),
      this.#makeForeign(`batchyard-${name}`, "batchyard.owner=another"),
    ];
    this.#before = this.#lookAtForeign();
  }

  containerProperties(marksPath: string): ReturnType<ProviderUnderTest["containerProperties"]> {
    return {
      image: TEST_IMAGE,
      // A shell that is the first process of its container does not heed signals.
      linuxParameters: { initProcessEnabled: true },
      volumes: [{ name: "marks", host: { sourcePath: marksPath } }, { name: "scratch" }],
      mountPoints: [
        { sourceVolume: "marks", containerPath: marksPath },
        { sourceVolume: "scratch", containerPath: SCRATCH },
      ],
    };
  }

  async findJobLeftovers(dataDir: string, marksPath: string): Promise<readonly string[]> {
    const look = (): readonly string[] => [...this.#findOwned(dataDir), ...this.#findVolumes(marksPath)];
    const hasNone = (): Promise<true | undefined> => Promise.resolve(look().length === 0 || undefined);
    await waitFor("containers, networks and volumes to go", hasNone, PATIENCE_MS).catch(() => {});
    const now = this.#lookAtForeign();
    return [
      ...look().map((thing) => `all jobs have ended, and ${thing} is left`),
      ...(now === this.#before ? [] : [`what is not ours was "${this.#before}" and is "${now}"`]),
    ];
  }

  findServerLeftovers(dataDir: string): readonly string[] {
    return readdirSync(join(dataDir, "docker"))
      .filter((name) => name !== "owner")
      .map((name) => join("docker", name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
    this.#docker("rm", "--force", "--volumes", ...this.#foreign);
  }

  /** Containers, those that hold the network of a task open among them, and the networks of jobs of several nodes. */
  #findOwned(dataDir: string): readonly string[] {
    const label = `label=batchyard.owner=${readFileSync(join(dataDir, "docker", "owner"), "utf8")}`;
    const containers = ["--filter", label, "--format", "container {{.Names}} ({{.Status}})"];
    const networks = ["--filter", label, "--format", "network {{.Name}}"];
    return [
      ...linesOf(this.#docker("ps", "--all", ...containers)),
      ...linesOf(this.#docker("network", "ls", ...networks)),
    ];
  }

  /** Every attempt has noted the volume that it was given. */
  #findVolumes(marksPath: string): readonly string[] {
    const file = join(marksPath, VOLUMES_FILE);
    const roots = existsSync(file) ? linesOf(readFileSync(file, "utf8").trim()) : [];
    const ours = new Set(roots.map((root) => root.split("/").at(-2)));
    const left = linesOf(this.#docker("volume", "ls", "--quiet")).filter((name) => ours.has(name));
    return left.map((name) => `volume ${name}`);
  }

  #makeForeign(name: string, ...labels: readonly string[]): string {
    const labelWords = labels.flatMap((label) => ["--label", label]);
    const words = ["--name", name, "--init", "--network", "none", "--volume", "/kept", ...labelWords];
    return this.#docker("run", "--detach", ...words, TEST_IMAGE, "sleep", "86400");
  }

  /** An engine that goes away ends theirs too, and leaves them there. */
  #lookAtForeign(): string {
    const volumes = "{{range .Mounts}}{{.Name}}{{end}}";
    const format = this.engine === undefined ? `${volumes} {{.State.StartedAt}} {{.State.Status}}` : volumes;
    return this.#docker("inspect", "--format", format, ...this.#foreign);
  }

  #docker(...words: readonly string[]): string {
    return runDocker(this.#dockerHost, ...words);
  }
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split("\n");
}
