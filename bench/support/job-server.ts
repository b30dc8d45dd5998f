import { setTimeout as pause } from "node:timers/promises";
import { AwsClients } from "../../test/support/aws-clients.ts";
import { makeEnvironment, makeQueue } from "../../test/support/batch-resources.ts";
import { ServerProcess } from "../../test/support/server-process.ts";
import { BatchConnection } from "./batch-connection.ts";
import { BenchFolder } from "./bench-folder.ts";

export interface JobServerOptions {
  readonly flags?: readonly string[];
  /** Jobs that run at one time at most. */
  readonly slots: number;
  /** Connections that `submitMany` uses. */
  readonly connections?: number;
}

export interface JobNeeds {
  readonly memoryMiB?: number;
  /** What containers see of the machine, at the same path. */
  readonly folder?: string;
}

const WAIT_MS_MAX = 120_000;

/** A server with its data on a disk, whose jobs run. */
export class JobServer implements AsyncDisposable {
  readonly folder: BenchFolder;
  readonly server: ServerProcess;
  readonly #connections: readonly BatchConnection[];

  static async start({ flags = [], slots, connections = 1 }: JobServerOptions): Promise<JobServer> {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(new BenchFolder());
    const server = opened.use(
      await ServerProcess.start({
        dataDir: folder.path,
        flags: ["--bare", "--log-level", "warn", "--vcpu-overcommit", String(slots), ...flags],
      }),
    );
    const clients = new AwsClients(server.url);
    await makeEnvironment(clients.batch, "bench", { maxvCpus: slots });
    await makeQueue(clients.batch, "bench", ["bench"]);
    clients.destroy();
    const lanes = Array.from({ length: connections }, () => BatchConnection.open(server.url));
    const jobServer = new JobServer(folder, server, await Promise.all(lanes));
    opened.move();
    return jobServer;
  }

  private constructor(folder: BenchFolder, server: ServerProcess, connections: readonly BatchConnection[]) {
    this.folder = folder;
    this.server = server;
    this.#connections = connections;
  }

  get connection(): BatchConnection {
    const [first] = this.#connections;
    if (first === undefined) throw new Error("a job server has at least one connection");
    return first;
  }

  /** Makes the definition that jobs are submitted with from now on. */
  async define(command: readonly string[], { memoryMiB = 16, folder }: JobNeeds = {}): Promise<void> {
    const mounted = folder !== undefined && {
      volumes: [{ name: "shared", host: { sourcePath: folder } }],
      mountPoints: [{ sourceVolume: "shared", containerPath: folder }],
    };
    await this.connection.call("/v1/registerjobdefinition", {
      jobDefinitionName: "bench",
      type: "container",
      containerProperties: {
        image: "busybox:1",
        command,
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: String(memoryMiB) },
        ],
        ...mounted,
      },
    });
  }

  /** Submits one job, with these members besides; answers its id. */
  async submit(connection = this.connection, members: object = {}): Promise<string> {
    const input = { jobName: "bench", jobQueue: "bench", jobDefinition: "bench", ...members };
    return (await connection.call<{ jobId: string }>("/v1/submitjob", input)).jobId;
  }

  /** Submits so many jobs over all connections, with these members besides; answers the id of the last. */
  async submitMany(count: number, members: object = {}): Promise<string> {
    let submittedCount = 0;
    let lastId = "";
    const submitInTurns = async (connection: BatchConnection): Promise<void> => {
      while (submittedCount < count) {
        submittedCount += 1;
        lastId = await this.submit(connection, members);
      }
    };
    await Promise.all(this.#connections.map(submitInTurns));
    return lastId;
  }

  async describe(jobId: string): Promise<DescribedJob> {
    const { jobs } = await this.connection.call<DescribedJobs>("/v1/describejobs", { jobs: [jobId] });
    const [job] = jobs;
    if (job === undefined) throw new Error(`there is no job ${jobId}`);
    return job;
  }

  async countNodes(multiNodeJobId: string, jobStatus: string): Promise<number> {
    const input = { multiNodeJobId, jobStatus };
    return (await this.connection.call<ListedJobs>("/v1/listjobs", input)).jobSummaryList.length;
  }

  async terminate(jobId: string): Promise<void> {
    await this.connection.call("/v1/terminatejob", { jobId, reason: "not needed" });
  }

  /** Resolves when the job has ended, well or badly, asking again after so many milliseconds. */
  async ended(jobId: string, askAgainMs: number): Promise<void> {
    while (!["SUCCEEDED", "FAILED"].includes((await this.describe(jobId)).status)) await pause(askAgainMs);
  }

  /** Terminates all jobs that are RUNNABLE. */
  async terminateRunnable(): Promise<void> {
    const input = { jobQueue: "bench", jobStatus: "RUNNABLE" };
    for (;;) {
      const { jobSummaryList } = await this.connection.call<ListedJobs>("/v1/listjobs", input);
      if (jobSummaryList.length === 0) return;
      for (const { jobId } of jobSummaryList) {
        await this.terminate(jobId);
      }
    }
  }

  /** Resolves when the job is SUCCEEDED, asking again after so many milliseconds; throws where it is FAILED. */
  async succeeded(jobId: string, askAgainMs: number): Promise<void> {
    const deadlineMs = performance.now() + WAIT_MS_MAX;
    while (performance.now() < deadlineMs) {
      const { status, statusReason } = await this.describe(jobId);
      if (status === "SUCCEEDED") return;
      if (status === "FAILED") throw new Error(`job ${jobId} failed: ${statusReason}`);
      await pause(askAgainMs);
    }
    throw new Error(`job ${jobId} has not ended in ${WAIT_MS_MAX / 1000} s`);
  }

  /** How many jobs of the queue are in one of these statuses, up to 100. */
  async count(...statuses: readonly string[]): Promise<number> {
    let count = 0;
    for (const jobStatus of statuses) {
      const input = { jobQueue: "bench", jobStatus };
      count += (await this.connection.call<ListedJobs>("/v1/listjobs", input)).jobSummaryList.length;
    }
    return count;
  }

  /** Whether a job of the queue is in the status. */
  async isAny(jobStatus: string): Promise<boolean> {
    const input = { jobQueue: "bench", jobStatus, maxResults: 1 };
    return (await this.connection.call<ListedJobs>("/v1/listjobs", input)).jobSummaryList.length > 0;
  }

  /** Resolves when every job has ended; throws where one of them is FAILED. */
  async allSucceeded(askAgainMs: number): Promise<void> {
    while ((await this.count("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")) > 0)
      await pause(askAgainMs);
    if ((await this.count("FAILED")) > 0) throw new Error("a job failed that should not");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

interface DescribedJob {
  readonly status: string;
  readonly statusReason?: string;
  readonly stoppedAt: number;
}

interface DescribedJobs {
  readonly jobs: readonly DescribedJob[];
}

interface ListedJobs {
  readonly jobSummaryList: readonly { readonly jobId: string }[];
}
