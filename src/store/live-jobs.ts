import type { Attempt } from "../batch/attempt.ts";
import { childJobId, parseChildJobId } from "../batch/child-job.ts";
import { isTerminal } from "../batch/job.ts";
import type { Job, JobCounts, JobProgress, JobProgressPatch } from "../batch/job.ts";
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
import type { AttemptPlace } from "./live-attempts.ts";
import type { Standing } from "./live-dependencies.ts";
import { LiveChildJob, MutableLiveJob, nodeTerms, termsOf } from "./live-job.ts";
import type { LiveJob } from "./live-job.ts";
import { LiveQueues } from "./live-queues.ts";
import { NO_SHARE } from "./live-queues.ts";
import type { ReadyQueue } from "./live-queues.ts";
import type { LiveInstance, LiveInstances } from "./live-instances.ts";
import { LiveRelations } from "./live-relations.ts";
import type { LiveNodes, WaitingFor } from "./live-relations.ts";
import { LiveStandings } from "./live-standings.ts";
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
  readonly #queues = new LiveQueues();
  readonly #standings = new LiveStandings(this.#jobs, this.#relations);
  readonly #attempts: LiveAttempts;
  /** Ids of children and nodes that have their place and are about to come into being. */
  readonly #reserved = new Set<string>();

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
    for (const arrayJobId of this.#relations.arrays.keys())
      this.#standings.reconsiderAll(this.#mutable(arrayJobId));
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

  get waitingFor(): WaitingFor {
    return this.#relations;
  }

  /** Whether somebody cancelled or terminated the job. */
  isStopRequested({ jobId }: LiveJob): boolean {
    return this.#stopRequested.has(jobId);
  }

  /** Jobs in SUBMITTED, in the order of their submission, and those in PENDING that wait no more. */
  get toAdmit(): ReadonlySet<LiveJob> {
    return this.#standings.toAdmit;
  }

  /** Arrays with children that may have stopped waiting for other children: see `takeToSpawn`. */
  get toSpawn(): ReadonlySet<LiveJob> {
    return this.#standings.toSpawn;
  }

  /**
   * The index of a child of an array of `toSpawn` that waits for others no more, and what follows from that. Each is
   * given once; undefined when there is none left.
   */
  takeToSpawn(job: LiveJob): { readonly index: number; readonly standing: "ready" | "doomed" } | undefined {
    const found = this.#relations.arrays.get(job.jobId)?.takeDecided();
    if (found === undefined) this.#standings.toSpawn.delete(job);
    return found;
  }

  /** Arrays all of whose children have ended. */
  get endedArrays(): ReadonlySet<LiveJob> {
    return this.#standings.endedArrays;
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
    return this.#standings.lastPosition + 1;
  }

  /** A place before all others, for a job that is to be retried. */
  get frontQueuePosition(): number {
    return this.#standings.frontPosition - 1;
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

  /**
   * Gives a RUNNABLE job its place before the attempt of that is there, which has to follow in the same step: from now on
   * neither the job is waiting nor is what it takes free. Of an array its next child is placed.
   *
   * @param instances one for each attempt, a node after the other; empty on Fargate.
   * @returns the id of what was placed.
   */
  reserve(job: LiveJob, place: AttemptPlace, instances: readonly LiveInstance[]): string {
    assert(job instanceof MutableLiveJob, "a job that is not of this state was placed");
    if (job.nodeResources !== undefined) this.#reserveNodes(job, job.nodeResources, place, instances);
    else this.#attempts.reserve(job.share, job.resources, place, instances[0]);
    // An array is PENDING while its children are placed.
    const array = job.status === "RUNNABLE" ? undefined : this.#relations.arrays.get(job.jobId);
    if (array !== undefined) return this.#reserveChild(job, array);
    job.share.queue.removeRunnable(job);
    job.share.queue.addDemand(job.terms, -1);
    job.isReserved = true;
    return job.jobId;
  }

  #reserveNodes(
    { share, jobId }: MutableLiveJob,
    charges: readonly Resources[],
    place: AttemptPlace,
    instances: readonly LiveInstance[],
  ): void {
    const main = this.#relations.nodes.get(jobId)?.main;
    for (const [node, charge] of charges.entries()) {
      this.#attempts.reserve(share, charge, place, instances[node]);
      if (node !== main) this.#reserved.add(childJobId({ kind: "multi-node", jobId }, node));
    }
  }

  #reserveChild(job: MutableLiveJob, array: LiveArray): string {
    const index = array.nextUnspawned();
    this.#standings.reenter(job, () => array.spawn(index));
    const jobId = childJobId({ kind: "array", jobId: job.jobId }, index);
    this.#reserved.add(jobId);
    return jobId;
  }

  /** What a share has had was written down: it is known as of then. */
  noteShareUsage({ jobQueueArn, shareIdentifier, asOfMs }: StoredShareUsage): void {
    this.#queues.of(jobQueueArn).shares.get(shareIdentifier)?.bringTo(asOfMs);
  }

  /** A share without live jobs is as if it had never been. */
  forgetShare(jobQueueArn: string, shareIdentifier: string): void {
    this.#queues.of(jobQueueArn).forgetShare(shareIdentifier);
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
    const { jobId, jobQueueArn, shareIdentifier } = job;
    // Without shares the place alone counts.
    const schedulingPriority = shareIdentifier === undefined ? 0 : (job.schedulingPriority ?? 0);
    const terms = this.#terms.share(termsOf(job));
    const share = this.#queues.of(jobQueueArn).share(shareIdentifier ?? NO_SHARE);
    const live = new MutableLiveJob({ terms, share }, { ...progress, jobId, schedulingPriority });
    if (!this.#jobs.add(live)) return;
    this.#relations.relate(live, { arraySize: job.arraySize, dependsOn: job.dependsOn });
    this.#enterNew(live, job);
  }

  change(jobId: string, patch: JobProgressPatch): void {
    const job = this.#mutable(jobId);
    this.#standings.leave(job);
    if (patch.status !== undefined) job.status = patch.status;
    if (patch.queuePosition !== undefined) job.queuePosition = patch.queuePosition;
    if (patch.attemptCount !== undefined) job.attemptCount = patch.attemptCount;
    if (patch.isCancelled === true || patch.isTerminated === true) this.#stopRequested.add(jobId);
    if (patch.unspawned !== undefined) this.#standings.changeUnspawned(job, patch.unspawned);
    if (patch.stoppedAtMs !== undefined) job.share.lastEndAtMs = patch.stoppedAtMs;
    if (isTerminal(job.status)) this.#remove(job);
    else this.#standings.enter(job);
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
    if (job.status !== "RUNNABLE") job.isReserved = false;
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
    this.#standings.enter(job);
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
    this.#standings.reenter(parent, () => array?.spawn(index));
    if (isTerminal(stored.status))
      return this.#standings.noteChildEnd(parent, index, { jobId, status: stored.status });

    const terms = array === undefined ? this.#terms.share(nodeTerms(parent.terms, index)) : parent.terms;
    const child = new LiveChildJob(parent, index, terms, { ...stored, jobId });
    child.isReserved = this.#reserved.delete(jobId);
    (array?.liveChildren ?? this.#relations.nodes.get(parentJobId)?.active)?.set(index, child);
    this.#jobs.add(child);
    child.share.liveCount += 1;
    this.#standings.enter(child);
    this.#loadAttempt(child);
  }

  /** A child that comes into being anew: what there was of it is not charged any more. */
  #takeOut(child: MutableLiveJob): void {
    this.#standings.leave(child);
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
    if (job instanceof LiveChildJob) this.#standings.noteChildEnd(job.parent, job.childIndex, job);
    else this.#standings.tellDependents(job);
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
