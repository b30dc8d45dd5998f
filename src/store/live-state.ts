import type { Attempt } from "../batch/attempt.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { Instance } from "../batch/instance.ts";
import { isTerminal } from "../batch/job.ts";
import type { Job, JobProgress, JobProgressPatch } from "../batch/job.ts";
import type { JobDefinition } from "../batch/job-definition.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LogGroup } from "../batch/log-stream.ts";
import { addResources, NO_RESOURCES, subtractResources } from "../batch/resources.ts";
import type { Resources } from "../batch/resources.ts";
import { isSameScope, scopeKey } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { assert, unreachable } from "../lib/assert.ts";
import { IndexedHeap } from "../lib/indexed-heap.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";
import { MutableLiveJob, SharedTerms } from "./live-job.ts";
import type { LiveJob } from "./live-job.ts";
import type { StoredState } from "./store.ts";

export type { LiveJob } from "./live-job.ts";

export interface LiveJobDefinition {
  readonly latestRevision: number;
  /** Ascending. */
  readonly activeRevisions: readonly number[];
}

/** Live jobs of a queue by status. */
export type QueueCounts = Readonly<Record<JobStatus, number>>;

/**
 * All that decisions are made on, in memory: a fold over changes. It has one owner, the sequencer, and changes only
 * through `apply`; what it holds after a restart is what it held before.
 */
export class LiveState {
  readonly #computeEnvironments = new Map<string, ComputeEnvironment>();
  readonly #jobQueues = new Map<string, JobQueue>();
  readonly #jobDefinitions = new Map<string, LiveJobDefinition>();
  readonly #logGroups = new Map<string, LogGroup>();
  readonly #instances = new Map<string, Instance>();
  /** By job id: a UUID, so one of another scope is never the same. */
  readonly #jobs = new Map<string, MutableLiveJob>();
  readonly #terms = new SharedTerms();
  readonly #submitted = new Set<LiveJob>();
  readonly #active = new Map<string, LiveJob>();
  readonly #stopping = new Map<string, LiveJob>();
  readonly #queueJobs = new Map<string, QueueJobs>();
  readonly #usageByEnvironment = new Map<string, Resources>();
  readonly #unsettled = new Set<string>();
  #hostUsage = NO_RESOURCES;
  #lastPosition = 0;
  #frontPosition = 0;

  static from(stored: StoredState): LiveState {
    const state = new LiveState();
    for (const computeEnvironment of stored.computeEnvironments) state.#putEnvironment(computeEnvironment);
    for (const jobQueue of stored.jobQueues) state.#putQueue(jobQueue);
    for (const { scope, name, latestRevision, activeRevisions } of stored.jobDefinitions) {
      state.#jobDefinitions.set(jobDefinitionKey(scope, name), { latestRevision, activeRevisions });
    }
    for (const logGroup of stored.logGroups) state.#logGroups.set(logGroup.arn, logGroup);
    for (const instance of stored.instances) state.#putInstance(instance);
    for (const job of stored.liveJobs) {
      state.#addJob(new MutableLiveJob(state.#terms.share(job), job, job.activeAttempt));
    }
    return state;
  }

  /** By ARN. */
  get computeEnvironments(): ReadonlyMap<string, ComputeEnvironment> {
    return this.#computeEnvironments;
  }

  /** By ARN. */
  get jobQueues(): ReadonlyMap<string, JobQueue> {
    return this.#jobQueues;
  }

  /** By ARN. */
  get logGroups(): ReadonlyMap<string, LogGroup> {
    return this.#logGroups;
  }

  /** ARNs of compute environments and job queues whose status is CREATING, UPDATING or DELETING. */
  get unsettled(): ReadonlySet<string> {
    return this.#unsettled;
  }

  /** Jobs in SUBMITTED, in the order of their submission. */
  get submitted(): ReadonlySet<LiveJob> {
    return this.#submitted;
  }

  /** Jobs in STARTING and RUNNING, by the task id of their attempt. */
  get active(): ReadonlyMap<string, LiveJob> {
    return this.#active;
  }

  /** Those of `active` whose attempt somebody wants ended, by task id. */
  get stopping(): ReadonlyMap<string, LiveJob> {
    return this.#stopping;
  }

  /** What attempts under way hold of the host. */
  get hostUsage(): Resources {
    return this.#hostUsage;
  }

  /** The place of the next job to be submitted: behind all others. */
  get nextQueuePosition(): number {
    return this.#lastPosition + 1;
  }

  /** A place before all others, for a job that is to be retried. */
  get frontQueuePosition(): number {
    return this.#frontPosition - 1;
  }

  job(scope: Scope, jobId: string): LiveJob | undefined {
    const job = this.#jobs.get(jobId);
    return job !== undefined && isSameScope(job.scope, scope) ? job : undefined;
  }

  jobDefinition(scope: Scope, name: string): LiveJobDefinition | undefined {
    return this.#jobDefinitions.get(jobDefinitionKey(scope, name));
  }

  /** What attempts under way hold of a compute environment. */
  environmentUsage(computeEnvironmentArn: string): Resources {
    return this.#usageByEnvironment.get(computeEnvironmentArn) ?? NO_RESOURCES;
  }

  /** The instance of the environment that attempts are placed on now. */
  instanceOf(computeEnvironmentArn: string): Instance | undefined {
    return this.#instances.get(computeEnvironmentArn);
  }

  /** The RUNNABLE job of the queue that is next in order. */
  headOf(jobQueueArn: string): LiveJob | undefined {
    return this.#queueJobs.get(jobQueueArn)?.runnable.peek();
  }

  countsOf(jobQueueArn: string): QueueCounts {
    return this.#queueJobs.get(jobQueueArn)?.counts ?? NO_JOBS;
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "compute-environment-put":
        return this.#putEnvironment(change.computeEnvironment);
      case "compute-environment-removed":
        return this.#removeNamed(this.#computeEnvironments, change);
      case "job-queue-put":
        return this.#putQueue(change.jobQueue);
      case "job-queue-removed":
        return this.#removeNamed(this.#jobQueues, change);
      case "job-definition-put":
        return this.#putJobDefinition(change.jobDefinition);
      case "job-submitted":
        return this.#submit(change.job, change.progress);
      case "job-changed":
        return this.#changeJob(change.jobId, change.patch);
      case "child-put":
        throw new Error("children come next");
      case "attempt-put":
        return this.#putAttempt(change.attempt);
      case "instance-put":
        return this.#putInstance(change.instance);
      case "log-group-put":
        this.#logGroups.set(change.logGroup.arn, change.logGroup);
        return;
      case "log-group-removed":
        return this.#removeNamed(this.#logGroups, change);
      case "job-tagged":
      case "log-stream-put":
      case "log-stream-removed":
      case "setting-put":
        return; // in the store only: no decision reads them
      default:
        return unreachable(change);
    }
  }

  #putEnvironment(environment: ComputeEnvironment): void {
    this.#computeEnvironments.set(environment.arn, environment);
    this.#noteStatus(environment);
  }

  #putQueue(queue: JobQueue): void {
    this.#jobQueues.set(queue.arn, queue);
    this.#noteStatus(queue);
  }

  #noteStatus({ arn, status }: { readonly arn: string; readonly status: string }): void {
    if (status === "VALID" || status === "INVALID") this.#unsettled.delete(arn);
    else this.#unsettled.add(arn);
  }

  #removeNamed(
    resources: Map<string, { readonly scope: Scope; readonly name: string; readonly arn: string }>,
    { scope, name }: { readonly scope: Scope; readonly name: string },
  ): void {
    for (const { arn, ...resource } of resources.values()) {
      if (resource.name !== name || !isSameScope(resource.scope, scope)) continue;
      resources.delete(arn);
      this.#unsettled.delete(arn);
      this.#queueJobs.delete(arn);
      this.#usageByEnvironment.delete(arn);
      return;
    }
  }

  #putJobDefinition({ scope, jobDefinitionName, revision, status }: JobDefinition): void {
    const key = jobDefinitionKey(scope, jobDefinitionName);
    const known = this.#jobDefinitions.get(key);
    const others = (known?.activeRevisions ?? []).filter((other) => other !== revision);
    const activeRevisions = status === "ACTIVE" ? [...others, revision].sort((a, b) => a - b) : others;
    const latestRevision = Math.max(known?.latestRevision ?? 0, revision);
    this.#jobDefinitions.set(key, { latestRevision, activeRevisions });
  }

  #putInstance(instance: Instance): void {
    const current = this.#instances.get(instance.computeEnvironmentArn);
    if (instance.terminatedAtMs === undefined) this.#instances.set(instance.computeEnvironmentArn, instance);
    else if (current?.instanceId === instance.instanceId) {
      this.#instances.delete(instance.computeEnvironmentArn);
    }
  }

  #submit(job: Job, progress: JobProgress): void {
    const { scope, jobQueueArn, resources, retryStrategy, attemptDurationSeconds } = job;
    const terms = this.#terms.share({ scope, jobQueueArn, resources, retryStrategy, attemptDurationSeconds });
    this.#addJob(new MutableLiveJob(terms, { ...progress, jobId: job.jobId }));
  }

  #addJob(job: MutableLiveJob): void {
    if (this.#jobs.has(job.jobId)) return;
    this.#jobs.set(job.jobId, job);
    this.#enter(job);
  }

  #changeJob(jobId: string, patch: JobProgressPatch): void {
    const job = this.#jobs.get(jobId);
    assert(job !== undefined, `job ${jobId} is not live`);
    this.#leave(job);
    if (patch.status !== undefined) job.status = patch.status;
    if (patch.queuePosition !== undefined) job.queuePosition = patch.queuePosition;
    if (patch.attemptCount !== undefined) job.attemptCount = patch.attemptCount;
    if (isTerminal(job.status)) this.#jobs.delete(jobId);
    else this.#enter(job);
  }

  /** An attempt under way belongs to its job and is charged; one that has ended is neither any more. */
  #putAttempt(attempt: Attempt): void {
    const job = this.#jobs.get(attempt.jobId);
    assert(job !== undefined, `job ${attempt.jobId} is not live`);
    this.#leave(job);
    job.activeAttempt = attempt.outcome === undefined ? attempt : undefined;
    this.#enter(job);
  }

  /** Puts a job into every index that it belongs to by its present state. */
  #enter(job: MutableLiveJob): void {
    const queue = this.#jobsOfQueue(job.jobQueueArn);
    queue.counts[job.status] += 1;
    this.#lastPosition = Math.max(this.#lastPosition, job.queuePosition);
    this.#frontPosition = Math.min(this.#frontPosition, job.queuePosition);
    if (job.status === "SUBMITTED") this.#submitted.add(job);
    if (job.status === "RUNNABLE") queue.runnable.add(job);
    const attempt = job.activeAttempt;
    if (attempt === undefined) return;
    this.#active.set(attempt.taskId, job);
    if (attempt.stopping !== undefined) this.#stopping.set(attempt.taskId, job);
    this.#charge(attempt.computeEnvironmentArn, job.resources, addResources);
  }

  /** Takes a job out of every index; the counterpart of `#enter`. */
  #leave(job: MutableLiveJob): void {
    const queue = this.#jobsOfQueue(job.jobQueueArn);
    queue.counts[job.status] -= 1;
    this.#submitted.delete(job);
    queue.runnable.remove(job);
    const attempt = job.activeAttempt;
    if (attempt === undefined) return;
    this.#active.delete(attempt.taskId);
    this.#stopping.delete(attempt.taskId);
    this.#charge(attempt.computeEnvironmentArn, job.resources, subtractResources);
  }

  #charge(
    environmentArn: string,
    resources: Resources,
    combine: (a: Resources, b: Resources) => Resources,
  ): void {
    this.#hostUsage = combine(this.#hostUsage, resources);
    this.#usageByEnvironment.set(environmentArn, combine(this.environmentUsage(environmentArn), resources));
  }

  #jobsOfQueue(jobQueueArn: string): QueueJobs {
    let jobs = this.#queueJobs.get(jobQueueArn);
    if (jobs === undefined) {
      jobs = { runnable: new IndexedHeap(isBefore), counts: { ...NO_JOBS } };
      this.#queueJobs.set(jobQueueArn, jobs);
    }
    return jobs;
  }
}

interface QueueJobs {
  readonly runnable: IndexedHeap<LiveJob>;
  readonly counts: Record<JobStatus, number>;
}

const NO_JOBS: QueueCounts = {
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  STARTING: 0,
  RUNNING: 0,
  SUCCEEDED: 0,
  FAILED: 0,
};

function isBefore(a: LiveJob, b: LiveJob): boolean {
  return a.queuePosition < b.queuePosition;
}

function jobDefinitionKey(scope: Scope, name: string): string {
  return `${scopeKey(scope)}/${name}`;
}
