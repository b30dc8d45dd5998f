import type { ArrayPropertiesDetail, JobDetail } from "@aws-sdk/client-batch";
import { JOB_STATUSES } from "../../src/batch/job.ts";
import type { Answer } from "./ask.ts";
import type { CompositePlan } from "./composite-plans.ts";
import type { JobPlan } from "./job-plans.ts";
import type { Outage } from "./outages.ts";
import { PossibleStates } from "./possible-states.ts";

/** A call that the server took: it was answered, or the answer was lost. */
export type Fate = "answered" | "lost";

export type AnyPlan = JobPlan | CompositePlan;

export interface Submission {
  readonly plan: AnyPlan;
  readonly fate: Fate;
  /** Known exactly if it was answered. */
  readonly jobId?: string;
}

/** That a job be cancelled or terminated. */
export interface Wish {
  readonly kind: "cancel" | "terminate";
  readonly jobId: string;
  readonly reason: string;
  readonly fate: Fate;
  /** By the clock of this machine, which is the server's too. */
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

/** All that a resource is by what was asked of it; `null` where it must not exist. */
export type ResourceState = object | null;

/** What was asked of the server and what it acknowledged, and what went wrong on the way. */
export class CrashRecord {
  /** Acknowledged jobs that were not seen ended, by id. */
  readonly openJobs = new Map<string, AnyPlan>();
  readonly wishes: Wish[] = [];
  /** Tags of jobs, queues, environments, definitions, events: by a key of the form `kind/name`. */
  readonly resources = new Map<string, PossibleStates<ResourceState>>();
  /** When the engine was taken away. */
  readonly outages: Outage[] = [];
  readonly mistakes: string[] = [];
  readonly #submissions: Submission[] = [];
  readonly #views = new Map<string, JobView>();

  get submissions(): readonly Submission[] {
    return this.#submissions;
  }

  addSubmission(submission: Submission): void {
    this.#submissions.push(submission);
    if (submission.jobId !== undefined) this.openJobs.set(submission.jobId, submission.plan);
  }

  resource(key: string): PossibleStates<ResourceState> {
    let states = this.resources.get(key);
    if (states === undefined) {
      states = new PossibleStates<ResourceState>(null);
      this.resources.set(key, states);
    }
    return states;
  }

  /** Takes note of how a resource was found; a mistake if it cannot be so. */
  see(key: string, state: ResourceState): void {
    const states = this.resource(key);
    const expected = String(states);
    if (!states.see(state)) this.mistakes.push(`${key} is ${JSON.stringify(state)}, must be ${expected}`);
  }

  /** Every call is expected to be taken, so a refusal is a mistake. Undefined where the call did nothing. */
  fateOf(what: string, answer: Answer<unknown>): Fate | undefined {
    if (answer.fate === "refused") this.mistakes.push(`${what} was refused: ${answer.because}`);
    return answer.fate === "answered" || answer.fate === "lost" ? answer.fate : undefined;
  }

  /** Takes note of an answer to a question for jobs that are all acknowledged. */
  seeJobs(askedIds: readonly string[], jobs: readonly JobDetail[]): void {
    const found = new Set(jobs.map(({ jobId }) => jobId));
    const missing = askedIds.filter((jobId) => !found.has(jobId));
    this.mistakes.push(...missing.map((jobId) => `job ${jobId} was acknowledged and is not there`));
    for (const job of jobs) this.seeJob(job);
  }

  /** What is shown of a job is durable, so it is never taken back: a life goes forward only. */
  seeJob(job: JobDetail): void {
    const { jobId = "", jobName = "", status, attempts = [] } = job;
    this.#seeSummary(jobName, job.arrayProperties);
    const view = { jobName, status: status ?? "", place: placeOf(job) };
    const before = this.#views.get(jobId);
    const isTakenBack =
      before !== undefined &&
      (view.place < before.place || (isEnded(before) && view.status !== before.status));
    if (isTakenBack) {
      const attemptCount = attempts.length;
      this.mistakes.push(
        `${jobName} was shown ${before.status} and then ${status} (${attemptCount} attempts)`,
      );
    }
    this.#views.set(jobId, view);
    if (isEnded(view)) this.openJobs.delete(jobId);
  }

  statusOf(jobId: string): string | undefined {
    return this.#views.get(jobId)?.status;
  }

  /** Each child of an array is in one status. */
  #seeSummary(jobName: string, { size, statusSummary }: ArrayPropertiesDetail = {}): void {
    if (statusSummary === undefined) return;
    const sum = Object.values(statusSummary).reduce((total, count) => total + count, 0);
    if (sum === size) return;
    this.mistakes.push(`${jobName} has ${size} children, and tells of ${JSON.stringify(statusSummary)}`);
  }
}

/** Of several nodes the main one's attempt is shown as ended while its job, still RUNNING, waits for the others. */
function placeOf({ status, attempts = [], nodeProperties }: JobDetail): number {
  const place = JOB_STATUSES.findIndex((known) => known === status);
  const isToldByAttempts = nodeProperties !== undefined && place < JOB_STATUSES.indexOf("SUCCEEDED");
  return attempts.length * JOB_STATUSES.length + (isToldByAttempts ? 0 : place);
}

interface JobView {
  readonly jobName: string;
  readonly status: string;
  /** Counts up through a job's life. */
  readonly place: number;
}

function isEnded({ status }: JobView): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}
