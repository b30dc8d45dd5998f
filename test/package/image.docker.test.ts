import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { TEST_IMAGE } from "../support/docker-engine.ts";
import { waitFor } from "../support/wait-for.ts";
import { SERVER_IMAGE, buildServerImage, docker } from "./server-image.ts";

const HOST = inject("dockerHost");
const SOCKET = /^unix:\/\/(.*)$/.exec(HOST)?.[1];
const HAS_CLIENT = spawnSync("docker", ["--version"]).status === 0;
if (!HAS_CLIENT) process.stderr.write("SKIPPED: the tests of the image: missing is the program docker\n");

describe.skipIf(SOCKET === undefined || !HAS_CLIENT)("the image", () => {
  beforeAll(() => buildServerImage(HOST));

  test("asks how it is protected before it listens to a network", () => {
    const words = ["--host", HOST, "run", "--rm", "--network", "none", SERVER_IMAGE];
    const { status, stderr } = spawnSync("docker", words, { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("Use --auth sigv4 --credentials FILE, or say --insecure");
  });

  describe("that runs", () => {
    let server: RunningServer;

    beforeAll(async () => {
      server = await RunningServer.start(SOCKET ?? "");
      return () => server[Symbol.dispose]();
    });

    test("has a user of its own, who owns the data", () => {
      expect(server.exec(["id", "-u"])).toBe("10001");
      expect(server.exec(["stat", "-c", "%u %a", "/data"])).toMatch(/^10001 7\d\d$/);
    });

    test("is healthy by its own check", () => {
      const check = docker(HOST, ["inspect", "--format", "{{json .Config.Healthcheck.Test}}", SERVER_IMAGE]);
      const [kind, ...words] = JSON.parse(check) as string[];
      expect(kind).toBe("CMD");
      expect(server.exec(words)).toBe("");
      expect(() => server.exec(["env", "BATCHYARD_PORT=22825", ...words])).toThrow("Command failed");
    });

    test("runs a job in a container of the engine whose socket is mounted", () => {
      const script = "test -e /opt/batchyard || echo from a container of its own; exit 3";
      const words = ["exec", server.id, "batchyard", "run", "--image", TEST_IMAGE, "--", "sh", "-c", script];
      const { status, stdout, stderr } = spawnSync("docker", ["--host", HOST, ...words], {
        encoding: "utf8",
      });
      expect({ status, stdout }, stderr).toEqual({ status: 3, stdout: "from a container of its own\n" });
    });

    test("ends in peace when it is asked to", () => {
      docker(HOST, ["stop", "--time", "20", server.id]);
      expect(docker(HOST, ["inspect", "--format", "{{.State.ExitCode}}", server.id])).toBe("0");
    });
  });
});

/** A container of the image, started as the documentation says, on a network of its own. */
class RunningServer implements Disposable {
  readonly id: string;
  readonly url: string;
  readonly #network: string;

  static async start(socket: string): Promise<RunningServer> {
    const network = docker(HOST, ["network", "create", `batchyard-image-test-${process.pid}`]);
    const places = ["--network", network, "--publish", "127.0.0.1::22824"];
    const engine = ["--volume", `${socket}:/var/run/docker.sock`, "--group-add", `${statSync(socket).gid}`];
    const id = docker(HOST, ["run", "--detach", ...places, ...engine, SERVER_IMAGE, "serve", "--insecure"]);
    const server = new RunningServer(id, network);
    await waitFor("the server in the container", () => server.#isHealthy());
    return server;
  }

  private constructor(id: string, network: string) {
    this.id = id;
    this.#network = network;
    this.url = `http://${docker(HOST, ["port", id, "22824/tcp"]).split("\n")[0]}`;
  }

  exec(words: readonly string[]): string {
    return docker(HOST, ["exec", this.id, ...words]);
  }

  [Symbol.dispose](): void {
    docker(HOST, ["rm", "--force", "--volumes", this.id]);
    docker(HOST, ["network", "rm", this.#network]);
  }

  async #isHealthy(): Promise<true | undefined> {
    const answer = await fetch(new URL("/health", this.url)).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  }
}
