import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { TEST_IMAGE, parseTestAddress } from "../support/docker-engine.ts";
import { isAlive } from "../support/is-alive.ts";
import { JobRunner } from "../support/job-runner.ts";
import { linesOf } from "../support/lines-of.ts";
import { ServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const dockerHost = inject("dockerHost");
const LINE_COUNT = 300;
const COUNT = `i=0; while [ $i -lt ${LINE_COUNT} ]; do i=$((i+1)); echo $i; usleep 10000; done`;

describe.skipIf(dockerHost === "")("a server of containers", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "batchyard-outages-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "restarted by %s goes on with a log without a gap or a double line",
    async (signal) => {
      const dataDir = join(folder, signal);
      await using first = await Run.start(dataDir, dockerHost);
      const jobId = await first.submit(["sh", "-c", COUNT]);
      await first.jobs.reached(jobId, "RUNNING");
      await waitFor("the first lines", async () =>
        (await first.linesOf(jobId)).length > 10 ? true : undefined,
      );
      await first.server.end(signal);
      await using second = await Run.start(dataDir, dockerHost);
      expect(await second.jobs.describe(jobId)).toMatchObject({ status: "RUNNING" });
      expect(await second.jobs.ended(jobId)).toMatchObject({
        status: "SUCCEEDED",
        attempts: [{ container: { exitCode: 0 } }],
      });
      const expected = Array.from({ length: LINE_COUNT }, (_, index) => String(index + 1));
      expect(await second.linesOf(jobId)).toEqual(expected);
    },
  );

  test("says in the first job that waits why it waits, and goes on when the engine is back", async () => {
    await using door = await EngineDoor.open(join(folder, "door.sock"));
    await using run = await Run.start(join(folder, "away"), door.dockerHost);
    const running = await run.submit([
      "sh",
      "-c",
      "echo begun; trap 'exit 7' TERM; while :; do sleep 0.1; done",
    ]);
    await run.jobs.reached(running, "RUNNING");

    await door.shut();
    const waiting = await run.submit(["echo", "ran"]);
    const behind = await run.submit(["echo", "ran"]);
    const reason = await waitFor("the reason", async () => (await run.jobs.describe(waiting)).statusReason);
    expect(reason).toMatch(
      /^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - .*the container engine at unix:.*door\.sock cannot be reached/,
    );
    expect((await run.jobs.describe(behind)).statusReason).toBeUndefined();
    expect(await run.jobs.describe(running)).toMatchObject({ status: "RUNNING" });

    await door.openAgain();
    for (const jobId of [waiting, behind]) {
      expect(await run.jobs.ended(jobId)).toMatchObject({ status: "SUCCEEDED" });
      expect(await run.linesOf(jobId)).toEqual(["ran"]);
    }
    await run.clients.batch.terminateJob({ jobId: running, reason: "enough" });
    expect(await run.jobs.ended(running)).toMatchObject({
      status: "FAILED",
      statusReason: "enough",
      attempts: [{ container: { exitCode: 7 } }],
    });
    expect(await run.linesOf(running)).toEqual(["begun"]);
    const told = run.server.errorOutput.match(
      /"reason":"the container engine at .*|the container engine is there again/g,
    );
    expect(told).toEqual([
      expect.stringMatching(/door\.sock cannot be reached: .*"the container engine is away: new jobs wait"/),
      "the container engine is there again",
    ]);
  });
});

/** A server of containers and its clients. Whatever runs is ended with it, unless the server has ended before. */
class Run implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly clients: AwsClients;
  readonly jobs: JobRunner;

  static async start(dataDir: string, engine: string): Promise<Run> {
    const flags = ["--provider", "docker", "--docker-host", engine, "--docker-network", "none"];
    return new Run(await ServerProcess.start({ dataDir, flags }));
  }

  private constructor(server: ServerProcess) {
    this.server = server;
    this.clients = new AwsClients(server.url);
    this.jobs = new JobRunner(this.clients.batch);
  }

  async submit(command: string[]): Promise<string> {
    const { batch } = this.clients;
    await batch.registerJobDefinition({
      jobDefinitionName: "busybox",
      type: "container",
      containerProperties: { image: TEST_IMAGE, vcpus: 1, memory: 64, command },
    });
    const { jobId = "" } = await batch.submitJob({
      jobName: "job",
      jobQueue: "default",
      jobDefinition: "busybox",
    });
    return jobId;
  }

  async linesOf(jobId: string): Promise<readonly string[]> {
    return linesOf(this.clients.logs, await this.jobs.describe(jobId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isAlive(this.server.pid)) await this.jobs.endAll();
    this.clients.destroy();
    await this.server[Symbol.asyncDispose]();
  }
}

/** A socket before the engine's own, by which an engine that others use too can be taken from one server. */
class EngineDoor implements AsyncDisposable {
  readonly dockerHost: string;
  readonly #path: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  static async open(path: string): Promise<EngineDoor> {
    const door = new EngineDoor(path);
    await door.openAgain();
    return door;
  }

  private constructor(path: string) {
    this.#path = path;
    this.dockerHost = `unix://${path}`;
  }

  async openAgain(): Promise<void> {
    this.#server = createServer((outer) => this.#join(outer));
    this.#server.listen(this.#path);
    await once(this.#server, "listening");
  }

  async shut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
  }

  #join(outer: Socket): void {
    const address = parseTestAddress(dockerHost);
    const inner = address.kind === "socket" ? connect(address.path) : connect(address.port, address.host);
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      this.#sockets.add(from);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on("error", () => from.destroy());
      from.pipe(to);
    }
  }
}
