import type { Attempt } from "../batch/attempt.ts";
import { childJobId } from "../batch/child-job.ts";
import { isTerminal } from "../batch/job.ts";
import type { Job, JobProgress, JobProgressPatch, UnspawnedChildren } from "../batch/job.ts";
import { assert } from "../lib/assert.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "../store/change.ts";

/** A job as far as what was committed tells. */
export interface KnownJob {
  readonly jobId: string;
  /** Of a child or a node its parent's. */
  readonly job: Job;
  readonly parent?: KnownJob;
  readonly childIndex?: number;
  /** By index: spawned children of an array, placed nodes of a multi-node job. */
  readonly children: ReadonlyMap<number, KnownJob>;
  readonly status: JobStatus;
  readonly queuePosition: number;
  readonly attemptCount: number;
  readonly stoppedAtMs: number | undefined;
  readonly unspawned: UnspawnedChildren | undefined;
  /** The latest. */
  readonly attempt: Attempt | undefined;
}

type MutableJob = {
  -readonly [Member in keyof KnownJob]: KnownJob[Member];
};

/** Who is told what a change means. */
export interface JobBookReader {
  appeared(job: KnownJob): void;
  moved(job: KnownJob, before: JobStatus): void;
  attemptPut(job: KnownJob, attempt: Attempt, before: Attempt | undefined): void;
}

const NO_CHILDREN: ReadonlyMap<number, KnownJob> = new Map();

/**
 * What was committed of jobs, written down once for all checkers: a fold over changes that shares no code with the live
 * state and knows nothing of queues, capacity and order.
 */
export class JobBook {
  readonly #reader: JobBookReader;
  readonly #jobs = new Map<string, MutableJob>();
  #liveCount = 0;
  #endedCount = 0;

  constructor(reader: JobBookReader) {
    this.#reader = reader;
  }

  /** Submitted jobs that have not ended. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** How often a job, a child or a node ended. */
  get endedCount(): number {
    return this.#endedCount;
  }

  /** Submitted jobs, children and nodes. */
  get jobs(): ReadonlyMap<string, KnownJob> {
    return this.#jobs;
  }

  find(jobId: string): KnownJob | undefined {
    return this.#jobs.get(jobId);
  }

  note(change: Change): void {
    if (change.kind === "job-submitted") this.#submit(change.job, change.progress);
    if (change.kind === "job-changed") this.#change(change.jobId, change.patch);
    if (change.kind === "child-put") this.#putChild(change);
    if (change.kind === "attempt-put") this.#putAttempt(change.attempt);
  }

  /** Strikes out an ended job that was removed, with its children. */
  forget({ jobId, children }: KnownJob): void {
    this.#jobs.delete(jobId);
    for (const child of children.values()) this.#jobs.delete(child.jobId);
  }

  #submit(job: Job, progress: JobProgress): void {
    if (this.#jobs.has(job.jobId)) return;
    const isComposite = job.arraySize !== undefined || job.nodes !== undefined;
    this.#liveCount += isTerminal(progress.status) ? 0 : 1;
    const children = isComposite ? new Map<number, KnownJob>() : NO_CHILDREN;
    this.#add({ ...standingOf(progress), jobId: job.jobId, job, children });
  }

  #putChild({ parentJobId, index, progress }: Extract<Change, { kind: "child-put" }>): void {
    const parent = this.#known(parentJobId);
    const { job } = parent;
    const jobId = childJobId(
      { kind: job.arraySize === undefined ? "multi-node" : "array", jobId: parentJobId },
      index,
    );
    const known = this.#jobs.get(jobId);
    if (known !== undefined) {
      const before = known.status;
      Object.assign(known, standingOf(progress), { attempt: known.attempt });
      this.#reader.moved(known, before);
      return;
    }
    const child = { ...standingOf(progress), jobId, job, parent, childIndex: index, children: NO_CHILDREN };
    // Parents are made with a map of their own.
    (parent.children as Map<number, KnownJob>).set(index, child);
    this.#add(child);
  }

  #add(job: MutableJob): void {
    this.#jobs.set(job.jobId, job);
    this.#reader.appeared(job);
  }

  #change(jobId: string, patch: JobProgressPatch): void {
    const known = this.#known(jobId);
    const before = known.status;
    if (patch.queuePosition !== undefined) known.queuePosition = patch.queuePosition;
    if (patch.attemptCount !== undefined) known.attemptCount = patch.attemptCount;
    if (patch.stoppedAtMs !== undefined) known.stoppedAtMs = patch.stoppedAtMs;
    if (patch.unspawned !== undefined) known.unspawned = patch.unspawned;
    if (patch.status !== undefined) known.status = patch.status;
    const hasEnded = isTerminal(known.status) && !isTerminal(before);
    if (hasEnded) this.#endedCount += 1;
    if (hasEnded && known.parent === undefined) this.#liveCount -= 1;
    this.#reader.moved(known, before);
  }

  #putAttempt(attempt: Attempt): void {
    const known = this.#known(attempt.jobId);
    const before = known.attempt;
    known.attempt = attempt;
    this.#reader.attemptPut(known, attempt, before);
  }

  #known(jobId: string): MutableJob {
    const known = this.#jobs.get(jobId);
    assert(known !== undefined, `a change is about ${jobId}, of which nothing was committed before`);
    return known;
  }
}

function standingOf({ status, queuePosition, attemptCount, stoppedAtMs, unspawned }: JobProgress) {
  return { status, queuePosition, attemptCount, stoppedAtMs, unspawned, attempt: undefined };
}
