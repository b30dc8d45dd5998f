import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { AwsClients } from "./aws-clients.ts";
import { JobRunner } from "./job-runner.ts";
import { ServerProcess } from "./server-process.ts";
import type { ServerOptions } from "./server-process.ts";

/**
 * What keeps jobs from waiting for each other where a test does not mean them to: many times the vCPUs that a small
 * machine has.
 */
export const ROOMY = ["--vcpu-overcommit", "64"] as const;

/** One server for all tests of a file, with AWS's own clients. Its jobs are ended with it. */
export class UsedServer {
  #parts: { server: ServerProcess; clients: AwsClients; jobs: JobRunner; folder: string } | undefined;

  get server(): ServerProcess {
    return this.#require().server;
  }

  get batch(): AwsClients["batch"] {
    return this.#require().clients.batch;
  }

  get logs(): AwsClients["logs"] {
    return this.#require().clients.logs;
  }

  get sts(): AwsClients["sts"] {
    return this.#require().clients.sts;
  }

  get jobs(): JobRunner {
    return this.#require().jobs;
  }

  /** A file that tests and jobs share: the jobs run on this machine. */
  path(name: string): string {
    return join(this.#require().folder, name);
  }

  /** Shell text that waits until the gate is opened. */
  waitAt(gate: string): string {
    return `until [ -e '${this.path(gate)}' ]; do sleep 0.02; done`;
  }

  open(gate: string): void {
    writeFileSync(this.path(gate), "");
  }

  async start(options: ServerOptions): Promise<void> {
    const server = await ServerProcess.start(options);
    const clients = new AwsClients(server.url);
    const folder = mkdtempSync(join(tmpdir(), "batchyard-shared-"));
    this.#parts = { server, clients, jobs: new JobRunner(clients.batch), folder };
  }

  async end(): Promise<void> {
    if (this.#parts === undefined) return;
    const { server, clients, jobs, folder } = this.#parts;
    try {
      await jobs.endAll();
    } finally {
      clients.destroy();
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #require() {
    if (this.#parts === undefined) throw new Error("the server is there inside of tests only");
    return this.#parts;
  }
}

/** Starts a server before the tests of the file and ends it behind them. */
export function useServer(options: ServerOptions = {}): UsedServer {
  const used = new UsedServer();
  beforeAll(() => used.start(options));
  afterAll(() => used.end());
  return used;
}
