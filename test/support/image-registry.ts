import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What stands before the registry answers instead of it; undefined: the registry answers. */
export type Gate = (path: string, headers: IncomingMessage["headers"]) => GateAnswer | undefined;

export interface GateAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Debian's `docker-registry` on a free port of this machine, behind a gate that sees each request. */
export class ImageRegistry implements AsyncDisposable {
  /** Host and port. */
  readonly name: string;
  /** The paths that were asked for, in order. */
  readonly requests: string[] = [];
  gate: Gate = () => undefined;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #front: Server;

  private constructor(folder: string, registry: ChildProcess, port: number, front: Server) {
    this.#folder = folder;
    this.#process = registry;
    this.#front = front;
    this.name = `127.0.0.1:${(front.address() as AddressInfo).port}`;
    front.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      const path = incoming.url ?? "";
      this.requests.push(path);
      const answer = this.gate(path, incoming.headers);
      if (answer === undefined) forward(incoming, response, port);
      else response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body ?? {}));
    });
  }

  static async start(): Promise<ImageRegistry> {
    const folder = mkdtempSync(join(tmpdir(), "batchyard-registry-"));
    const configuration = {
      version: 0.1,
      log: { level: "info", formatter: "json" },
      storage: { filesystem: { rootdirectory: join(folder, "images") } },
      http: { addr: "127.0.0.1:0" },
    };
    // YAML takes JSON as it is.
    writeFileSync(join(folder, "config.yml"), JSON.stringify(configuration));
    const registry = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const port = await portOf(registry);
    const front = createServer();
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    return new ImageRegistry(folder, registry, port, front);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#front.closeAllConnections();
    this.#front.close();
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function portOf({ stderr }: ChildProcess): Promise<number> {
  if (stderr === null) throw new Error("the registry's output is not read");
  for await (const line of createInterface({ input: stderr })) {
    const [, port] = /listening on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    stderr.resume();
    return Number(port);
  }
  throw new Error("the registry did not come up");
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  incoming.pipe(outgoing);
}
