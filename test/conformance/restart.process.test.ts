import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsClients } from "../support/aws-clients.ts";
import { deleteQueue, makeEnvironment, makeQueue, setQueueState } from "../support/batch-resources.ts";
import { isAlive } from "../support/is-alive.ts";
import { JobRunner } from "../support/job-runner.ts";
import { linesOf } from "../support/lines-of.ts";
import { ServerEnded, ServerProcess } from "../support/server-process.ts";
import type { ServerOptions } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "batchyard-restart-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A server and its clients. Whatever runs is ended with it, unless the server has ended before. */
class Run implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly clients: AwsClients;
  readonly jobs: JobRunner;

  static async start(name: string, options: ServerOptions = {}): Promise<Run> {
    return new Run(await ServerProcess.start({ dataDir: join(folder, name), ...options }));
  }

  private constructor(server: ServerProcess) {
    this.server = server;
    this.clients = new AwsClients(server.url);
    this.jobs = new JobRunner(this.clients.batch);
  }

  async end(signal?: NodeJS.Signals): Promise<number | string> {
    this.clients.destroy();
    return this.server.end(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isAlive(this.server.pid)) await this.jobs.endAll();
    await this.end();
  }
}

async function startFailure(options: ServerOptions): Promise<ServerEnded> {
  const failure: unknown = await ServerProcess.start(options).catch((error: unknown) => error);
  if (failure instanceof ServerEnded) return failure;
  throw new Error("the server started", { cause: failure });
}

/** Shell text that waits for a file, and the making of it. */
function gate(name: string) {
  const path = join(folder, name);
  return { wait: `until [ -e '${path}' ]; do sleep 0.02; done`, open: () => writeFileSync(path, "") };
}

async function untilThere(path: string): Promise<string> {
  return waitFor(path, async () => (existsSync(path) ? readFileSync(path, "utf8").trim() : "") || undefined);
}

async function messagesOf({ clients, jobs }: Run, jobId: string): Promise<readonly string[]> {
  return linesOf(clients.logs, await jobs.describe(jobId));
}

/** An answer without what the client adds to it. */
function withoutMetadata(answer: object): object {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => name !== "$metadata"));
}

describe("the data folder", () => {
  test("is refused to a second server, with the pid of the first, which goes on", async () => {
    await using first = await Run.start("locked");
    const { exitCode, errorOutput } = await startFailure({ dataDir: first.server.dataDir });
    expect(exitCode).toBe(1);
    expect(errorOutput).toBe(
      `batchyard: the data folder ${first.server.dataDir} is in use by another Batchyard server (pid ${first.server.pid}); ` +
        "stop it, or give this one a folder of its own with --data\n",
    );
    expect(await first.jobs.run("true")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("is free again when its server was killed, though the lock is left", async () => {
    await using killed = await Run.start("killed");
    expect(await killed.end("SIGKILL")).toBe("SIGKILL");
    expect(readFileSync(join(killed.server.dataDir, "pid"), "utf8")).toBe(`${killed.server.pid}\n`);
    await using next = await Run.start("killed");
    expect(await next.jobs.run("true")).toMatchObject({ status: "SUCCEEDED" });
  });

  test("keeps the provider that it began with: another is refused, never replaced", async () => {
    await using first = await Run.start("provider");
    await first.end();
    const { dataDir } = first.server;
    const other = await startFailure({ dataDir, flags: ["--provider", "docker"] });
    expect(other.errorOutput).toContain("runs its jobs with the provider process: leave --provider out");
    const database = new DatabaseSync(join(dataDir, "batchyard.db"));
    const setting = database.prepare("SELECT value FROM settings WHERE name = 'provider'");
    expect(setting.get()).toEqual({ value: "process" });
    database.exec("UPDATE settings SET value = 'kubernetes' WHERE name = 'provider'");
    database.close();
    for (const provider of ["auto", "process"]) {
      const { exitCode, errorOutput } = await startFailure({ dataDir, flags: ["--provider", provider] });
      expect(exitCode).toBe(1);
      expect(errorOutput).toContain(
        `the data folder ${dataDir} runs its jobs with the provider kubernetes, which this version does not have`,
      );
    }
  });

  test("that cannot be made is refused in a sentence", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { exitCode, errorOutput } = await startFailure({ dataDir: join(file, "data") });
    expect(exitCode).toBe(1);
    expect(errorOutput).toMatch(/^batchyard: the data folder .* cannot be made: ENOTDIR/);
  });
});

describe("a server that is ended", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("by %s ends with 0, also if it comes twice", async (signal) => {
    await using run = await Run.start(`ended-by-${signal}`);
    await run.jobs.run("true");
    process.kill(run.server.pid, signal);
    expect(await run.end(signal)).toBe(0);
    expect(run.server.outputLines).toHaveLength(1);
  });

  test("answers what is in flight, and takes nothing new", async () => {
    await using run = await Run.start("in-flight");
    const { server } = run;
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ jobQueues: ["default"] });
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(
      `POST /v1/describejobqueues HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${body.length}\r\n\r\n{`,
    );
    // Answered behind the other: the server has the connection, and has read of it what was sent.
    await run.clients.batch.describeJobQueues({});
    const ended = run.end("SIGTERM");
    await waitFor("the refusal of new connections", async () => {
      const isTaken = await fetch(`${server.url}/health`).then(
        () => true,
        () => false,
      );
      return isTaken ? undefined : true;
    });
    socket.write(body.slice(1));
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"jobQueueName":"default"');
    expect(await ended).toBe(0);
  });
});

describe("after a restart", () => {
  test.each(["SIGTERM", "SIGKILL"] as const)(
    "by %s everything is as it was, and what waited goes on",
    async (signal) => {
      const name = `kept-${signal}`;
      const seen = async ({ clients: { batch }, jobs }: Run, jobIds: readonly string[]) => {
        const tagged = "arn:aws:batch:us-east-1:000000000000:job-queue/mine";
        const answers = [
          await batch.describeComputeEnvironments({}),
          await batch.describeJobQueues({}),
          await batch.describeJobDefinitions({}),
          await batch.listTagsForResource({ resourceArn: tagged }),
          await batch.listJobs({ jobQueue: "mine", filters: [{ name: "JOB_NAME", values: ["*"] }] }),
        ];
        const details = [];
        for (const jobId of jobIds) details.push(await jobs.describe(jobId));
        return [...answers.map(withoutMetadata), ...details];
      };

      await using first = await Run.start(name);
      await makeEnvironment(first.clients.batch, "mine", { maxvCpus: 1, tags: { a: "b" } });
      await makeQueue(first.clients.batch, "mine", ["mine"], { tags: { c: "d" } });
      const ended = await first.jobs.run("echo before; exit 3", { jobQueue: "mine", tags: { e: "f" } });
      const tooLarge = await first.jobs.submit("true", { jobQueue: "mine", vcpus: "2" });
      const waiting = await first.jobs.submit("true", { jobQueue: "mine" });
      await first.jobs.reached(waiting, "RUNNABLE");
      const jobIds = [ended.jobId ?? "", tooLarge, waiting];
      const before = await seen(first, jobIds);
      await first.end(signal);

      await using second = await Run.start(name);
      expect(await seen(second, jobIds)).toEqual(before);
      expect(await messagesOf(second, ended.jobId ?? "")).toEqual(["before"]);
      await second.clients.batch.terminateJob({ jobId: tooLarge, reason: "too large" });
      expect(await second.jobs.ended(waiting)).toMatchObject({ status: "SUCCEEDED" });
    },
  );

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "by %s a running job is found again; one that ended meanwhile has its exit code",
    async (signal) => {
      const name = `running-${signal}`;
      const meanwhile = gate(`${name}-meanwhile`);
      const later = gate(`${name}-later`);
      const pidFile = join(folder, `${name}-pid`);
      await using first = await Run.start(name);
      const endsMeanwhile = await first.jobs.submit(
        `echo $$ >'${pidFile}'; echo begun; ${meanwhile.wait}; echo alone; exit 5`,
      );
      const goesOn = await first.jobs.submit(`echo begun; ${later.wait}; echo found; exit 6`);
      const pid = Number(await untilThere(pidFile));
      const running = await first.jobs.reached(goesOn, "RUNNING");
      await first.jobs.reached(endsMeanwhile, "RUNNING");
      await first.end(signal);
      expect(isAlive(pid)).toBe(true);
      meanwhile.open();
      await waitFor(`the end of process ${pid}`, async () => (isAlive(pid) ? undefined : true));

      await using second = await Run.start(name);
      expect(await second.jobs.ended(endsMeanwhile)).toMatchObject({
        status: "FAILED",
        statusReason: "Essential container in task exited",
        container: { exitCode: 5 },
        attempts: [{ container: { exitCode: 5 } }],
      });
      expect(await messagesOf(second, endsMeanwhile)).toEqual(["begun", "alone"]);

      expect(await second.jobs.describe(goesOn)).toEqual(running);
      later.open();
      const ended = await second.jobs.ended(goesOn);
      expect(ended).toMatchObject({
        status: "FAILED",
        startedAt: running.startedAt,
        container: { exitCode: 6 },
      });
      expect(ended.container?.taskArn).toBe(running.container?.taskArn);
      expect(await messagesOf(second, goesOn)).toEqual(["begun", "found"]);
    },
  );

  test("a running job can still be terminated", async () => {
    await using first = await Run.start("terminated");
    const jobId = await first.jobs.submit("exec sleep 600");
    await first.jobs.reached(jobId, "RUNNING");
    await first.end();
    await using second = await Run.start("terminated");
    await second.clients.batch.terminateJob({ jobId, reason: "enough" });
    expect(await second.jobs.ended(jobId)).toMatchObject({
      statusReason: "enough",
      container: { exitCode: 143 },
    });
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "an array goes on from where it was when the server got %s, and so does what waits for it",
    async (signal) => {
      const name = `array-${signal}`;
      const { wait, open } = gate(`${name}-gate`);
      const journal = join(folder, `${name}-journal`);
      const noting = (what: string): string =>
        `echo "${what} $AWS_BATCH_JOB_ARRAY_INDEX" >>'${journal}'; ` +
        `test "$AWS_BATCH_JOB_ARRAY_INDEX" = 0 || { ${wait}; }`;
      await using run = await Run.start(name, { flags: ["--vcpu-overcommit", "64"] });
      const array = await run.jobs.submit(noting("first"), { arrayProperties: { size: 3 } });
      const pairs = await run.jobs.submit(noting("second"), {
        arrayProperties: { size: 3 },
        dependsOn: [{ jobId: array, type: "N_TO_N" }],
      });
      const last = await run.jobs.submit("true", { dependsOn: [{ jobId: array }, { jobId: `${pairs}:2` }] });
      await run.jobs.ended(`${pairs}:0`);
      for (const index of [1, 2]) await run.jobs.reached(`${array}:${index}`, "RUNNING");
      await run.end(signal);

      await using next = await Run.start(name, { flags: ["--vcpu-overcommit", "64"] });
      expect((await next.jobs.describe(pairs)).arrayProperties?.statusSummary).toMatchObject({
        SUCCEEDED: 1,
        PENDING: 2,
      });
      open();
      for (const jobId of [array, pairs, last]) {
        expect((await next.jobs.ended(jobId)).status).toBe("SUCCEEDED");
      }
      const lines = ["first", "second"].flatMap((what) => [0, 1, 2].map((index) => `${what} ${index}`));
      expect(readFileSync(journal, "utf8").trim().split("\n").sort()).toEqual(lines);
    },
  );

  test("what a user deleted of the first resources stays deleted", async () => {
    await using first = await Run.start("deleted");
    const { batch } = first.clients;
    await setQueueState(batch, "default", "DISABLED");
    await deleteQueue(batch, "default");
    await first.end();
    await using second = await Run.start("deleted");
    expect((await second.clients.batch.describeJobQueues({})).jobQueues).toEqual([]);
  });

  test("a store in memory has forgotten everything", async () => {
    const flags = ["--store", "memory"];
    await using first = await Run.start("memory", { flags });
    const { jobId = "" } = await first.jobs.run("echo x");
    expect(await messagesOf(first, jobId)).toEqual(["x"]);
    await first.end();
    await using second = await Run.start("memory", { flags });
    const { batch } = second.clients;
    expect((await batch.describeJobs({ jobs: [jobId] })).jobs).toEqual([]);
    expect((await batch.describeJobDefinitions({})).jobDefinitions).toEqual([]);
    expect((await batch.describeJobQueues({})).jobQueues).toHaveLength(1);
  });
});

describe("with --drain", () => {
  const flags = ["--drain"];

  test("a server waits for running jobs and starts no others", async () => {
    const done = gate("drained");
    await using first = await Run.start("drain", { flags });
    await makeEnvironment(first.clients.batch, "one", { maxvCpus: 1 });
    await makeQueue(first.clients.batch, "one", ["one"]);
    const running = await first.jobs.submit(`${done.wait}; exit 4`, { jobQueue: "one" });
    const waiting = await first.jobs.submit("true", { jobQueue: "one" });
    await first.jobs.reached(running, "RUNNING");
    const ended = first.end();
    await waitFor("the drain", async () =>
      /waiting for running jobs/.test(first.server.errorOutput) ? true : undefined,
    );
    expect(isAlive(first.server.pid)).toBe(true);
    done.open();
    expect(await ended).toBe(0);

    await using second = await Run.start("drain");
    expect(await second.jobs.describe(running)).toMatchObject({
      status: "FAILED",
      container: { exitCode: 4 },
    });
    expect(await second.jobs.ended(waiting)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("a second signal leaves what runs to the next start", async () => {
    await using first = await Run.start("drain-twice", { flags });
    const running = await first.jobs.submit("exec sleep 600");
    await first.jobs.reached(running, "RUNNING");
    const ended = first.end();
    await waitFor("the drain", async () =>
      /waiting for running jobs/.test(first.server.errorOutput) ? true : undefined,
    );
    process.kill(first.server.pid, "SIGTERM");
    expect(await ended).toBe(0);
    await using second = await Run.start("drain-twice");
    expect(await second.jobs.describe(running)).toMatchObject({ status: "RUNNING" });
  });
});
