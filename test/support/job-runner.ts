import type { Batch, JobDetail, JobStatus, SubmitJobCommandInput } from "@aws-sdk/client-batch";
import { assert } from "../../src/lib/assert.ts";
import { waitFor } from "./wait-for.ts";

/** What a submission says beyond its script. */
export type Submission = Partial<Omit<SubmitJobCommandInput, "containerOverrides">> & {
  /** Text of whole MiB. */
  readonly memory?: string;
  readonly vcpus?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** Submits commands as jobs, to the queue `default` where nothing else is said, and waits for their states. */
export class JobRunner {
  readonly #batch: Batch;
  #definition: Promise<unknown> | undefined;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  /**
   * Answers the job's id.
   *
   * @param script text for the shell, or a command without one.
   */
  async submit(script: string | readonly string[], submission: Submission = {}): Promise<string> {
    await (this.#definition ??= this.#registerDefinition());
    const { memory, vcpus, environment = {}, ...members } = submission;
    const { jobId } = await this.#batch.submitJob({
      jobName: "job",
      jobQueue: "default",
      jobDefinition: "shell",
      containerOverrides: {
        command: typeof script === "string" ? ["sh", "-c", script] : [...script],
        environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
        resourceRequirements: [
          ...(vcpus === undefined ? [] : [{ type: "VCPU" as const, value: vcpus }]),
          ...(memory === undefined ? [] : [{ type: "MEMORY" as const, value: memory }]),
        ],
      },
      ...members,
    });
    assert(jobId !== undefined, "the job has no id");
    return jobId;
  }

  async describe(jobId: string): Promise<JobDetail> {
    const { jobs = [] } = await this.#batch.describeJobs({ jobs: [jobId] });
    const [job] = jobs;
    assert(job !== undefined, `there is no job ${jobId}`);
    return job;
  }

  /** The job once it is SUCCEEDED or FAILED. */
  async ended(jobId: string, patienceMs?: number): Promise<JobDetail> {
    return waitFor(`the end of job ${jobId}`, () => this.#inStatus(jobId, ENDED), patienceMs);
  }

  async reached(jobId: string, status: JobStatus): Promise<JobDetail> {
    return waitFor(`job ${jobId} in ${status}`, () => this.#inStatus(jobId, [status]));
  }

  /** Submits and waits for the end. */
  async run(script: string | readonly string[], submission: Submission = {}): Promise<JobDetail> {
    return this.ended(await this.submit(script, submission));
  }

  /** Ends whatever goes on in any queue, so that nothing outlives the server. */
  async endAll(): Promise<void> {
    await waitFor("the end of all jobs", async () => {
      const jobIds = await this.#listUnended();
      for (const jobId of jobIds) await this.#batch.terminateJob({ jobId, reason: "end of the test" });
      return jobIds.length === 0 ? true : undefined;
    });
  }

  async #inStatus(jobId: string, wanted: readonly (JobStatus | undefined)[]): Promise<JobDetail | undefined> {
    const job = await this.describe(jobId);
    if (wanted.includes(job.status)) return job;
    assert(!ENDED.includes(job.status), `job ${jobId} ended ${job.status}: ${job.statusReason}`);
    return undefined;
  }

  async #listUnended(): Promise<readonly string[]> {
    const { jobQueues = [] } = await this.#batch.describeJobQueues({});
    const jobIds: string[] = [];
    for (const { jobQueueArn } of jobQueues) {
      for (const jobStatus of UNENDED) {
        const { jobSummaryList = [] } = await this.#batch.listJobs({ jobQueue: jobQueueArn, jobStatus });
        jobIds.push(...jobSummaryList.map(({ jobId = "" }) => jobId));
      }
    }
    return jobIds;
  }

  async #registerDefinition(): Promise<unknown> {
    return this.#batch.registerJobDefinition({
      jobDefinitionName: "shell",
      type: "container",
      containerProperties: {
        image: "busybox",
        command: ["true"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "64" },
        ],
      },
    });
  }
}

const ENDED: readonly (JobStatus | undefined)[] = ["SUCCEEDED", "FAILED"];
const UNENDED: readonly JobStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];
