import type { Attempt } from "../batch/attempt.ts";
import { childJobId, parseChildJobId } from "../batch/child-job.ts";
import { isTerminal } from "../batch/job.ts";
import type { Job, JobCounts, JobProgress, JobProgressPatch, UnspawnedChildren } from "../batch/job.ts";
import type { Resources } from "../batch/resources.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import { assert } from "../lib/assert.ts";
import { LinkedTable } from "../lib/linked-table.ts";
import type { StoredShareUsage } from "../batch/fair-share.ts";
import type { FairsharePolicy } from "../model/batch.ts";
import type { Change } from "./change.ts";
import type { LiveArray } from "./live-array.ts";
import { LiveAttempts } from "./live-attempts.ts";
import type { Standing } from "./live-dependencies.ts";
import { LiveChildJob, MutableLiveJob } from "./live-job.ts";
import type { JobTerms, LiveJob } from "./live-job.ts";
import { LiveQueues } from "./live-queues.ts";
import { NO_SHARE } from "./live-queues.ts";
import type { MutableQueue, ReadyQueue } from "./live-queues.ts";
import type { LiveInstances } from "./live-instances.ts";
import { LiveRelations } from "./live-relations.ts";
import type { LiveNodes } from "./live-relations.ts";
import { SharedTerms } from "./shared-terms.ts";
import type { StoredLiveChild, StoredLiveJob } from "./store.ts";

/**
 * Every job that has not ended, and whatever decisions ask of them by: an order, a status, a task, a relation. Each job
 * stands in every index that its present state puts it in, and changing it takes it out of all and puts it back.
 */
export class LiveJobs {
  /** By job id: a UUID, so one of another scope is never the same. */
  readonly #jobs = new LinkedTable<MutableLiveJob>(jobIdOf);
  readonly #terms = new SharedTerms();
  readonly #relations = new LiveRelations((jobId) => this.#jobs.has(jobId));
  readonly #stopRequested = new Set<string>();
  readonly #toAdmit = new Set<LiveJob>();
  readonly #toSpawn = new Set<LiveJob>();
  readonly #endedArrays = new Set<LiveJob>();
  readonly #queues = new LiveQueues();
  readonly #attempts: LiveAttempts;
  #lastPosition = 0;
  #frontPosition = 0;

  constructor(instances: LiveInstances) {
    this.#attempts = new LiveAttempts(instances);
  }

  /** Takes up what a store holds. The instances are there already. */
  load(liveJobs: Iterable<StoredLiveJob>, liveChildren: Iterable<StoredLiveChild>): void {
    const endedArrays = new Map<string, LiveArray>();
    for (const stored of liveJobs) {
      const terms = this.#terms.share(stored);
      const share = this.#queues.of(stored.jobQueueArn).share(stored.shareIdentifier ?? NO_SHARE);
      const job = new MutableLiveJob({ terms, share }, stored, stored.activeAttempt);
      this.#relations.relate(
        job,
        { arraySize: stored.array?.size, dependsOn: stored.dependsOn },
        endedArrays,
      );
      const array = this.#relations.arrays.get(job.jobId);
      if (array !== undefined) array.unspawned = stored.array?.unspawned;
      this.#jobs.collect(job);
      this.#enterNew(job, stored);
    }
    this.#jobs.spread();
    for (const child of liveChildren) this.#loadChild(child, endedArrays);
    for (const arrayJobId of this.#relations.arrays.keys()) this.#reconsiderAll(this.#mutable(arrayJobId));
  }

  find(scope: Scope, jobId: string): LiveJob | undefined {
    const job = this.#jobs.get(jobId);
    return job !== undefined && isSameScope(job.scope, scope) ? job : undefined;
  }

  /** The children of an array; undefined where the job is none. */
  arrayOf({ jobId }: LiveJob): LiveArray | undefined {
    return this.#relations.arrays.get(jobId);
  }

  /** The child of an array, spawned or not, that the id names, by its array. */
  findArrayChild(scope: Scope, jobId: string): ArrayChild | undefined {
    const child = parseChildJobId(jobId);
    if (child?.kind !== "array-child") return undefined;
    const parent = this.find(scope, child.parentJobId);
    const array = parent && this.arrayOf(parent);
    return array && child.index < array.size ? { parent, array, index: child.index } : undefined;
  }

  /** The nodes of a multi-node job; undefined where the job is none. */
  nodesOf({ jobId }: LiveJob): LiveNodes | undefined {
    return this.#relations.nodes.get(jobId);
  }

  /** Whether a job waits for others. */
  standingOf(job: LiveJob): Standing {
    return this.#relations.dependencies.standingOf(job);
  }

  /** Whether somebody cancelled or terminated the job. */
  isStopRequested({ jobId }: LiveJob): boolean {
    return this.#stopRequested.has(jobId);
  }

  /** Jobs in SUBMITTED, in the order of their submission, and those in PENDING that wait no more. */
  get toAdmit(): ReadonlySet<LiveJob> {
    return this.#toAdmit;
  }

  /** Arrays with children that may have stopped waiting for other children: see `takeToSpawn`. */
  get toSpawn(): ReadonlySet<LiveJob> {
    return this.#toSpawn;
  }

  /**
   * The index of a child of an array of `toSpawn` that waits for others no more, and what follows from that. Each is
   * given once; undefined when there is none left.
   */
  takeToSpawn(job: LiveJob): { readonly index: number; readonly standing: "ready" | "doomed" } | undefined {
    const found = this.#relations.arrays.get(job.jobId)?.takeDecided();
    if (found === undefined) this.#toSpawn.delete(job);
    return found;
  }

  /** Arrays all of whose children have ended. */
  get endedArrays(): ReadonlySet<LiveJob> {
    return this.#endedArrays;
  }

  /** Jobs and nodes in STARTING and RUNNING whose attempt has not ended, by the task id of that. */
  get active(): ReadonlyMap<string, LiveJob> {
    return this.#attempts.active;
  }

  /** Those of `active` whose attempt somebody wants ended, by task id. */
  get stopping(): ReadonlyMap<string, LiveJob> {
    return this.#attempts.stopping;
  }

  /** What attempts under way hold of the host. */
  get hostUsage(): Resources {
    return this.#attempts.usage.ofHost;
  }

  /** The place of the next job to be submitted: behind all others. */
  get nextQueuePosition(): number {
    return this.#lastPosition + 1;
  }

  /** A place before all others, for a job that is to be retried. */
  get frontQueuePosition(): number {
    return this.#frontPosition - 1;
  }

  /** What attempts under way hold of a compute environment. */
  environmentUsage(computeEnvironmentArn: string): Resources {
    return this.#attempts.usage.ofEnvironment(computeEnvironmentArn);
  }

  /** The shares of a queue with their RUNNABLE jobs in order; undefined while nothing was submitted to it. */
  readyQueue(jobQueueArn: string): ReadyQueue | undefined {
    return this.#queues.find(jobQueueArn);
  }

  /** Some RUNNABLE job of the queue, or array whose next child is: where there is no order but by place, the first. */
  someRunnableOf(jobQueueArn: string): LiveJob | undefined {
    for (const { runnable } of this.#queues.find(jobQueueArn)?.ready ?? []) return runnable.peek();
    return undefined;
  }

  /** What a share has had, from before the jobs are taken up. */
  setShareUsage({
    jobQueueArn,
    shareIdentifier,
    averageVcpus,
    asOfMs,
    activeUntilMs,
  }: StoredShareUsage): void {
    const queue = this.#queues.of(jobQueueArn);
    const share = queue.share(shareIdentifier);
    share.averageVcpuMillis = averageVcpus * 1000;
    share.asOfMs = asOfMs;
    if (activeUntilMs !== undefined) share.lastEndAtMs = activeUntilMs - queue.halfLifeMs;
  }

  /** The shares of the queue compete by this policy from now on; undefined: first come, first served. */
  setPolicy(jobQueueArn: string, policy: FairsharePolicy | undefined): void {
    this.#queues.of(jobQueueArn).setPolicy(policy);
  }

  /** Jobs of the queue in SUBMITTED and PENDING: those that `headOf` never shows, and arrays. */
  waitingOf(jobQueueArn: string): ReadonlySet<LiveJob> {
    return this.#queues.waitingOf(jobQueueArn);
  }

  /** Live jobs of the queue by status. An array counts once for itself, and its children count each. */
  countsOf(jobQueueArn: string): JobCounts {
    return this.#queues.countsOf(jobQueueArn);
  }

  forgetQueue(jobQueueArn: string): void {
    this.#queues.forget(jobQueueArn);
  }

  forgetEnvironment(computeEnvironmentArn: string): void {
    this.#attempts.forgetEnvironment(computeEnvironmentArn);
  }

  submit(job: Job, progress: JobProgress): void {
    if (this.#jobs.has(job.jobId)) return;
    const { jobId, jobQueueArn, shareIdentifier } = job;
    // Without shares the place alone counts.
    const schedulingPriority = shareIdentifier === undefined ? 0 : (job.schedulingPriority ?? 0);
    const terms = this.#terms.share(termsOf(job));
    const share = this.#queues.of(jobQueueArn).share(shareIdentifier ?? NO_SHARE);
    const live = new MutableLiveJob({ terms, share }, { ...progress, jobId, schedulingPriority });
    this.#relations.relate(live, { arraySize: job.arraySize, dependsOn: job.dependsOn });
    this.#jobs.add(live);
    this.#enterNew(live, job);
  }

  change(jobId: string, patch: JobProgressPatch): void {
    const job = this.#mutable(jobId);
    this.#leave(job);
    if (patch.status !== undefined) job.status = patch.status;
    if (patch.queuePosition !== undefined) job.queuePosition = patch.queuePosition;
    if (patch.attemptCount !== undefined) job.attemptCount = patch.attemptCount;
    if (patch.isCancelled === true || patch.isTerminated === true) this.#stopRequested.add(jobId);
    if (patch.unspawned !== undefined) this.#changeUnspawned(job, patch.unspawned);
    if (patch.stoppedAtMs !== undefined) job.share.lastEndAtMs = patch.stoppedAtMs;
    if (isTerminal(job.status)) this.#remove(job);
    else this.#enter(job);
  }

  putChild({ parentJobId, index, progress }: Extract<Change, { kind: "child-put" }>): void {
    const { status, queuePosition, attemptCount } = progress;
    this.#putChild({ parentJobId, index, status, queuePosition, attemptCount, activeAttempt: undefined });
  }

  /**
   * An attempt under way belongs to its job and is charged; one that has ended is not charged any more. That of a main
   * node stays its job's until the other nodes have ended, too.
   */
  putAttempt(attempt: Attempt): void {
    const job = this.#mutable(attempt.jobId);
    this.#attempts.put(job, attempt, this.#chargeOf(job));
    const isOver =
      attempt.outcome !== undefined && (this.#relations.nodes.get(job.jobId)?.active.size ?? 0) === 0;
    job.activeAttempt = isOver ? undefined : attempt;
  }

  #mutable(jobId: string): MutableLiveJob {
    const job = this.#jobs.get(jobId);
    assert(job !== undefined, `job ${jobId} is not live`);
    return job;
  }

  #enterNew(job: MutableLiveJob, { nodes, isStopRequested }: Partial<StoredLiveJob>): void {
    if (nodes !== undefined) this.#relations.nodes.set(job.jobId, { ...nodes, active: new Map() });
    if (isStopRequested === true) this.#stopRequested.add(job.jobId);
    job.share.liveCount += 1;
    this.#enter(job);
    this.#loadAttempt(job);
  }

  #loadAttempt(job: MutableLiveJob): void {
    const attempt = job.activeAttempt;
    if (attempt === undefined) return;
    job.activeAttempt = undefined;
    this.#attempts.put(job, attempt, this.#chargeOf(job));
    job.activeAttempt = attempt;
  }

  #loadChild(child: StoredLiveChild, endedArrays: ReadonlyMap<string, LiveArray>): void {
    const ended = endedArrays.get(child.parentJobId);
    if (ended === undefined) return this.#putChild(child);
    ended.spawn(child.index);
    ended.noteEnd(child.index, child.status);
  }

  #putChild({ parentJobId, index, ...stored }: StoredLiveChild): void {
    const parent = this.#mutable(parentJobId);
    const array = this.#relations.arrays.get(parentJobId);
    const kind = array === undefined ? "multi-node" : "array";
    const jobId = childJobId({ kind, jobId: parentJobId }, index);
    const placedBefore = this.#jobs.get(jobId);
    if (placedBefore !== undefined) this.#takeOut(placedBefore);
    this.#reenter(parent, () => array?.spawn(index));
    if (isTerminal(stored.status)) return this.#noteChildEnd(parent, index, { jobId, status: stored.status });

    const terms = array === undefined ? this.#terms.share(nodeTerms(parent, index)) : parent.terms;
    const child = new LiveChildJob(parent, index, terms, { ...stored, jobId });
    (array?.liveChildren ?? this.#relations.nodes.get(parentJobId)?.active)?.set(index, child);
    this.#jobs.add(child);
    child.share.liveCount += 1;
    this.#enter(child);
    this.#loadAttempt(child);
  }

  /** A child that comes into being anew: what there was of it is not charged any more. */
  #takeOut(child: MutableLiveJob): void {
    this.#leave(child);
    this.#jobs.delete(child.jobId);
    child.share.liveCount -= 1;
    this.#attempts.drop(child, this.#chargeOf(child));
  }

  /** Takes out a job that has ended, for good, and tells those that waited for it. */
  #remove(job: MutableLiveJob): void {
    const { jobId } = job;
    this.#jobs.delete(jobId);
    job.share.liveCount -= 1;
    this.#stopRequested.delete(jobId);
    this.#relations.remove(job);
    if (job instanceof LiveChildJob) this.#noteChildEnd(job.parent, job.childIndex, job);
    else this.#tellDependents(job);
  }

  #noteChildEnd(parent: MutableLiveJob, index: number, child: Pick<LiveJob, "jobId" | "status">): void {
    this.#relations.nodes.get(parent.jobId)?.active.delete(index);
    const array = this.#relations.arrays.get(parent.jobId);
    if (array === undefined) return;
    this.#reenter(parent, () => array.noteEnd(index, child.status));
    for (const paired of this.#relations.pairedWith(parent.jobId)) {
      this.#reenter(paired, () => this.#relations.arrays.get(paired.jobId)?.reconsider(index));
    }
    this.#tellDependents(child);
  }

  #tellDependents({ jobId, status }: Pick<LiveJob, "jobId" | "status">): void {
    for (const dependent of this.#relations.dependencies.noteEnd(jobId, status === "SUCCEEDED"))
      this.#reenter(dependent);
  }

  #changeUnspawned({ jobId }: LiveJob, unspawned: UnspawnedChildren): void {
    const array = this.#relations.arrays.get(jobId);
    assert(array !== undefined, `job ${jobId} is no array`);
    array.unspawned = unspawned;
    array.reconsiderAll();
    if (unspawned.status !== "FAILED") return;
    for (const paired of this.#relations.pairedWith(jobId)) this.#reconsiderAll(paired);
    for (const childId of this.#relations.dependencies.awaitedChildrenOf(jobId)) {
      const index = parseChildJobId(childId)?.index;
      if (index === undefined || array.isSpawned(index)) continue;
      this.#tellDependents({ jobId: childId, status: "FAILED" });
    }
  }

  #reconsiderAll(job: LiveJob): void {
    this.#reenter(job, () => this.#relations.arrays.get(job.jobId)?.reconsiderAll());
  }

  /** Changes something about a job on which its place in the indexes depends. One that has ended is in none. */
  #reenter({ jobId }: LiveJob, change?: () => void): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return;
    this.#leave(job);
    change?.();
    this.#enter(job);
  }

  /** Puts a job into every index that it belongs to by its present state. */
  #enter(job: MutableLiveJob): void {
    const { queue } = job.share;
    queue.counts[job.status] += 1;
    this.#lastPosition = Math.max(this.#lastPosition, job.queuePosition);
    this.#frontPosition = Math.min(this.#frontPosition, job.queuePosition);
    if (job.status === "RUNNABLE") {
      queue.addRunnable(job);
      queue.addDemand(job.terms, 1);
      return;
    }
    if (job.status !== "SUBMITTED" && job.status !== "PENDING") return;
    queue.waiting.add(job);
    const array = this.#relations.arrays.get(job.jobId);
    if (array !== undefined) this.#enterArray(job, array, queue);
    const isWaiting = job.status === "PENDING" && this.#relations.dependencies.standingOf(job) === "waiting";
    if (!isWaiting && array?.unspawned === undefined) this.#toAdmit.add(job);
  }

  #enterArray(job: MutableLiveJob, array: LiveArray, queue: MutableQueue): void {
    queue.counts[array.unspawned?.status ?? job.status] += array.unspawnedCount;
    if (array.hasRunnable) {
      queue.addRunnable(job);
      queue.addDemand(job.terms, array.unspawnedCount);
    }
    if (array.isReconsidered) this.#toSpawn.add(job);
    if (array.isOver) this.#endedArrays.add(job);
  }

  /** Takes a job out of every index; the counterpart of `#enter`. */
  #leave(job: MutableLiveJob): void {
    const { queue } = job.share;
    queue.counts[job.status] -= 1;
    if (job.status === "RUNNABLE") {
      queue.removeRunnable(job);
      queue.addDemand(job.terms, -1);
      return;
    }
    if (job.status !== "SUBMITTED" && job.status !== "PENDING") return;
    queue.waiting.delete(job);
    this.#toAdmit.delete(job);
    const array = this.#relations.arrays.get(job.jobId);
    if (array !== undefined) this.#leaveArray(job, array, queue);
  }

  #leaveArray(job: MutableLiveJob, array: LiveArray, queue: MutableQueue): void {
    queue.counts[array.unspawned?.status ?? job.status] -= array.unspawnedCount;
    if (array.hasRunnable) {
      queue.removeRunnable(job);
      queue.addDemand(job.terms, -array.unspawnedCount);
    }
    this.#toSpawn.delete(job);
    this.#endedArrays.delete(job);
  }

  /** What an attempt of the job is charged for: of a multi-node job those of its main node. */
  #chargeOf(job: MutableLiveJob): Resources {
    const main = this.#relations.nodes.get(job.jobId)?.main;
    return (main === undefined ? undefined : job.nodeResources?.[main]) ?? job.resources;
  }
}

function jobIdOf({ jobId }: LiveJob): string {
  return jobId;
}

interface ArrayChild {
  readonly parent: LiveJob;
  readonly array: LiveArray;
  readonly index: number;
}

/** The time limit is the job's. */
function nodeTerms({ terms, nodeResources }: MutableLiveJob, index: number): JobTerms {
  const resources = nodeResources?.[index];
  assert(resources !== undefined, `a multi-node job has no node ${index}`);
  return { ...terms, resources, nodeResources: undefined, attemptDurationSeconds: undefined };
}

function termsOf({ workload, ...job }: Job): JobTerms {
  const { scope, jobQueueArn, resources, retryStrategy, attemptDurationSeconds } = job;
  const nodeResources =
    workload.kind === "multi-node" ? workload.nodes.map((node) => node.resources) : undefined;
  return { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds };
}
