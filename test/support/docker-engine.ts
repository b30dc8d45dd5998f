import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEngineAddress } from "../../src/providers/docker/engine-address.ts";
import type { EngineAddress } from "../../src/providers/docker/engine-address.ts";
import { connectEngine } from "../../src/providers/docker/engine-client.ts";
import { createBusyboxArchive } from "./busybox-archive.ts";
import { endProcesses } from "./found-processes.ts";
import { waitFor } from "./wait-for.ts";

/** The image that tests run, made from this machine's own busybox. */
export const TEST_IMAGE = "busybox:1";

const START_MS_MAX = 60_000;

/** A container engine to try things on. One that it started itself goes, with all it made, when it is disposed of. */
export class DockerTestEngine implements AsyncDisposable {
  /** As in `DOCKER_HOST`. */
  readonly dockerHost: string;
  readonly address: EngineAddress;
  #daemon: ChildProcess | undefined;
  readonly #folder: string | undefined;

  private constructor(dockerHost: string, folder?: string) {
    this.dockerHost = dockerHost;
    this.address = parseTestAddress(dockerHost);
    this.#folder = folder;
  }

  /**
   * The engine that is given, or that `BATCHYARD_TEST_DOCKER_HOST` names, else a new one.
   *
   * @returns what is missing where there can be none.
   */
  static async find(
    given = process.env["BATCHYARD_TEST_DOCKER_HOST"] ?? "",
  ): Promise<DockerTestEngine | { readonly missing: string }> {
    if (given !== "") {
      const engine = new DockerTestEngine(given);
      await engine.#ready();
      return engine;
    }
    if (process.getuid?.() !== 0) return { missing: "root, or an engine in BATCHYARD_TEST_DOCKER_HOST" };
    const hasAll = ["dockerd", "busybox"].every((program) => spawnSync("which", [program]).status === 0);
    if (!hasAll) return { missing: "Debian's docker.io and busybox-static" };
    return DockerTestEngine.start();
  }

  /** A new engine, with a socket, a folder and nothing else of its own: no bridge, no rules of a firewall. */
  static async start(parent = tmpdir()): Promise<DockerTestEngine> {
    const folder = mkdtempSync(join(parent, "batchyard-docker-"));
    const engine = new DockerTestEngine(`unix://${join(folder, "docker.sock")}`, folder);
    await engine.restart();
    return engine;
  }

  /** An engine that the setup of the tests provided. */
  static at(dockerHost: string): DockerTestEngine {
    return new DockerTestEngine(dockerHost);
  }

  /** Puts the test image into a registry under this name, which the engine itself forgets. */
  async publish(reference: string): Promise<void> {
    const [name = "", tag = ""] = reference.split(/:(?=[^:/]+$)/);
    const query = new URLSearchParams({ repo: name, tag }).toString();
    await this.#ask("POST", `/v1.40/images/${TEST_IMAGE}/tag?${query}`);
    const auth = { "x-registry-auth": Buffer.from("{}").toString("base64url") };
    const answer = await this.#ask("POST", `/v1.40/images/${name}/push?tag=${tag}`, undefined, auth);
    if (answer.includes('"error"')) throw new Error(`the image cannot be published: ${answer}`);
    await this.removeImage(reference);
  }

  async removeImage(reference: string): Promise<void> {
    await this.#ask("DELETE", `/v1.40/images/${reference}`);
  }

  async removeNetwork(name: string): Promise<void> {
    await this.#ask("DELETE", `/v1.40/networks/${name}`);
  }

  /** Their names. */
  async listVolumes(): Promise<readonly string[]> {
    const { Volumes } = JSON.parse(await this.#ask("GET", "/v1.40/volumes")) as {
      readonly Volumes: readonly { readonly Name: string }[] | null;
    };
    return (Volumes ?? []).map(({ Name }) => Name).sort();
  }

  /** Starts the daemon, once more where it has ended. Containers that it finds are as its end left them. */
  async restart(): Promise<void> {
    const folder = this.#folder;
    if (folder === undefined) throw new Error("only an engine of the test's own can be restarted");
    // A daemon that was killed leaves its containerd's id behind, and would wait for any process that has it now.
    rmSync(join(folder, "exec/containerd/containerd.pid"), { force: true });
    const log = openSync(join(folder, "log"), "a");
    const daemon = spawn("dockerd", daemonArguments(this.dockerHost, folder), {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#daemon = daemon;
    try {
      await this.#ready();
    } catch (error) {
      const lines = readFileSync(join(folder, "log"), "utf8").trim().split("\n").slice(-5);
      await this[Symbol.asyncDispose]();
      throw new Error(`dockerd did not come up:\n${lines.join("\n")}`, { cause: error });
    }
  }

  /** SIGTERM ends the daemon and its containers, SIGKILL the daemon alone. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, "exit");
    daemon.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder === undefined) return;
    if (this.#daemon !== undefined) await this.#removeNetworks();
    await this.end("SIGTERM");
    // One that was killed while it started a container does not know that container any more.
    endProcesses(this.#folder);
    unmountBelow(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ready(): Promise<void> {
    await using engine = connectEngine(this.address);
    const patience = AbortSignal.timeout(START_MS_MAX);
    await waitFor(
      `the container engine at ${this.dockerHost}`,
      () => {
        if (this.#daemon !== undefined && this.#daemon.exitCode !== null)
          throw new Error("dockerd has ended");
        return engine.describe(patience).catch(() => undefined);
      },
      START_MS_MAX,
    );
    if ((await engine.inspectImage(TEST_IMAGE, patience)) === undefined) await this.#importImage();
  }

  async #importImage(): Promise<void> {
    const parameters = { fromSrc: "-", repo: "busybox", tag: "1", changes: 'CMD ["sh"]' };
    const query = new URLSearchParams(parameters).toString();
    const answer = await this.#ask("POST", `/v1.40/images/create?${query}`, createBusyboxArchive());
    if (answer.includes('"error"')) throw new Error(`the image cannot be imported: ${answer}`);
  }

  /** A daemon that ends leaves the bridges of its networks behind. */
  async #removeNetworks(): Promise<void> {
    const filters = encodeURIComponent(JSON.stringify({ type: ["custom"] }));
    const networks = JSON.parse(await this.#ask("GET", `/v1.40/networks?filters=${filters}`)) as {
      Id: string;
    }[];
    await this.#ask("POST", "/v1.40/containers/prune");
    for (const { Id } of networks) await this.#ask("DELETE", `/v1.40/networks/${Id}`);
  }

  async #ask(
    method: string,
    path: string,
    body?: Buffer,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { address } = this;
    const target =
      address.kind === "socket" ? { socketPath: address.path } : { host: address.host, port: address.port };
    const headers = { "content-type": "application/x-tar", "content-length": body?.length ?? 0, ...more };
    const outgoing = request({ ...target, method, path, headers });
    outgoing.end(body);
    const [response] = (await once(outgoing, "response")) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }
}

/** A daemon that was killed leaves file systems of its containers mounted. */
function unmountBelow(folder: string): void {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const point of points.filter((each) => each.startsWith(`${folder}/`)).reverse()) {
    spawnSync("umount", ["--lazy", point]);
  }
}

function daemonArguments(dockerHost: string, folder: string): string[] {
  return [
    ["--host", dockerHost],
    ["--data-root", join(folder, "data")],
    ["--exec-root", join(folder, "exec")],
    ["--pidfile", join(folder, "pid")],
    // Without a bridge the daemon removes `docker0`, which may be that of the machine's own engine.
    existsSync("/sys/class/net/docker0") ? [] : ["--bridge", "none"],
    ["--iptables=false", "--ip-masq=false"],
  ].flat();
}

/** Of an engine that the setup of the tests provided. */
export function parseTestAddress(dockerHost: string): EngineAddress {
  const { env: environment } = process;
  const choice = chooseEngineAddress({ dockerHost, environment, homeDir: "/", exists: existsSync });
  if (!("address" in choice)) throw new Error("problem" in choice ? choice.problem : "no engine was named");
  return choice.address;
}
