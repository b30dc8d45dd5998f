import { computeEnvironmentArn, jobQueueArn } from "../../batch/arn.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import { isTerminal } from "../../batch/job.ts";
import type { Attempt } from "../../batch/attempt.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";
import { SCOPE } from "../server-life.ts";

/** So long an environment may have less than its `minvCpus`: while the provider or the server is away nothing is launched. */
const KEPT_WITHIN_MS = 2_700_000;

/** What an environment has, as far as what was committed tells. */
interface Held {
  readonly instances: Map<string, Instance>;
  vcpuMillis: number;
  /** Whose attempts are under way there, by task id. */
  readonly jobs: Map<string, KnownJob>;
}

/**
 * Environments and queues do what their state, status and settings say at the time (specification 5.2, 5.7, 5.8, 5.11, 6.2):
 *
 * - a job is placed in an environment that its queue has, that is ENABLED, and VALID or UPDATING;
 * - instances are launched for jobs there, and elsewhere up to `minvCpus` only; idle ones go, but never below it;
 * - what runs on an instance that is to leave is stopped when its time is up;
 * - an update is over when no instance of an earlier configuration is left, and an environment or queue is gone when it
 *   holds nothing any more;
 * - an environment on demand is not without its `minvCpus` for long.
 */
export function checkEnvironments({ fail, clock }: CheckerTools): Checker {
  const known = new Environments(fail);
  let overstayed: ReadonlySet<string> = new Set();
  return {
    changed(change) {
      if (change.kind === "compute-environment-put") known.putEnvironment(change.computeEnvironment);
      if (change.kind === "compute-environment-removed") known.removeEnvironment(change.name);
      if (change.kind === "job-queue-put") known.queues.set(change.jobQueue.arn, change.jobQueue);
      if (change.kind === "job-queue-removed") known.removeQueue(change.name);
      if (change.kind === "instance-put") known.putInstance(change.instance);
    },
    appeared({ job, parent, status }) {
      if (parent === undefined && !isTerminal(status)) known.countJobs(job.jobQueueArn, 1);
    },
    moved({ job, parent, status }, before) {
      const hasEnded = isTerminal(status) && !isTerminal(before);
      if (parent === undefined && hasEnded) known.countJobs(job.jobQueueArn, -1);
    },
    attemptPut(job, attempt, before) {
      known.putAttempt(job, attempt, before?.taskId !== attempt.taskId);
    },
    ticked() {
      known.checkKept(clock.monotonicMs());
      if (known.leaving.size + overstayed.size === 0) return;
      // A time that came, or a clock that was set, after the tick had begun is for the next.
      const found = known.overstaying(clock.nowMs());
      for (const taskId of found)
        if (overstayed.has(taskId)) fail(`the attempt ${taskId} runs on where its instance is to be gone`);
      overstayed = found;
    },
  };
}

class Environments {
  readonly queues = new Map<string, JobQueue>();
  /** Instances that are to leave, by id. */
  readonly leaving = new Map<string, Instance>();
  readonly #fail: (message: string) => void;
  readonly #environments = new Map<string, ComputeEnvironment>();
  /** Submitted jobs that have not ended, by the ARN of their queue. */
  readonly #liveCounts = new Map<string, number>();
  readonly #held = new Map<string, Held>();
  /** Environments that can keep their `minvCpus` whatever the market and the sizes of instances. */
  readonly #keeping = new Map<string, ComputeEnvironment>();
  /** On the monotonic clock, by ARN. */
  readonly #lackingSince = new Map<string, number>();

  constructor(fail: (message: string) => void) {
    this.#fail = fail;
  }

  putEnvironment(environment: ComputeEnvironment): void {
    const { arn, status, configurationVersion } = environment;
    if (status === "VALID" && this.#environments.get(arn)?.status === "UPDATING") {
      for (const instance of this.#heldBy(arn).instances.values())
        if (instance.configurationVersion < configurationVersion)
          this.#fail(`${arn} is ${status}, and ${instance.instanceId} is of an earlier configuration`);
    }
    const { minvCpus = 0, maxvCpus = 0, desiredvCpus = minvCpus } = environment.computeResources ?? {};
    if (desiredvCpus < minvCpus || desiredvCpus > maxvCpus)
      this.#fail(`${arn} wants ${desiredvCpus} vCPUs, which is not between ${minvCpus} and ${maxvCpus}`);
    this.#environments.set(arn, environment);
    if (canKeep(environment)) this.#keeping.set(arn, environment);
    else this.#forgetKept(arn);
  }

  removeEnvironment(name: string): void {
    const arn = computeEnvironmentArn(SCOPE, name);
    const { instances, jobs } = this.#heldBy(arn);
    if (instances.size + jobs.size > 0)
      this.#fail(`${arn} is gone, and has ${instances.size} instances and ${jobs.size} attempts`);
    this.#environments.delete(arn);
    this.#forgetKept(arn);
  }

  removeQueue(name: string): void {
    const arn = jobQueueArn(SCOPE, name);
    const liveCount = this.#liveCounts.get(arn) ?? 0;
    if (liveCount > 0) this.#fail(`${arn} is gone, and has ${liveCount} jobs`);
    this.queues.delete(arn);
  }

  putInstance(instance: Instance): void {
    const { instanceId, computeEnvironmentArn: arn } = instance;
    const all = this.#heldBy(arn);
    const environment = this.#environments.get(arn);
    const before = all.instances.get(instanceId);
    all.vcpuMillis -= before?.resources.vcpuMillis ?? 0;
    const problem = environment && !before ? refuseLaunch(environment, all.vcpuMillis) : undefined;
    if (problem !== undefined) this.#fail(`${instanceId} is launched in ${arn}, which ${problem}`);
    if (instance.terminatedAtMs === undefined) {
      all.instances.set(instanceId, instance);
      all.vcpuMillis += instance.resources.vcpuMillis;
      if (instance.leaving !== undefined) this.leaving.set(instanceId, instance);
      return;
    }
    all.instances.delete(instanceId);
    this.leaving.delete(instanceId);
    if (instance.terminatedBecause === "idle" && all.vcpuMillis < minMillisOf(environment))
      this.#fail(`${instanceId} was idle, and ${arn} has less than its minvCpus without it`);
  }

  countJobs(arn: string, change: number): void {
    this.#liveCounts.set(arn, (this.#liveCounts.get(arn) ?? 0) + change);
  }

  putAttempt(job: KnownJob, { taskId, computeEnvironmentArn: arn, outcome }: Attempt, isNew: boolean): void {
    const { jobs } = this.#heldBy(arn);
    if (isNew) this.#checkPlace(job, arn);
    if (outcome === undefined) jobs.set(taskId, job);
    else jobs.delete(taskId);
  }

  /** What runs on instances whose time is up, and nobody has said that it is to stop: task ids. */
  overstaying(nowMs: number): ReadonlySet<string> {
    const taskIds = new Set<string>();
    for (const { instanceId, computeEnvironmentArn: arn, leaving } of this.leaving.values()) {
      if ((leaving?.atMs ?? Infinity) > nowMs) continue;
      for (const [taskId, { attempt }] of this.#heldBy(arn).jobs)
        if (attempt?.instance?.instanceId === instanceId && attempt.stopping === undefined)
          taskIds.add(taskId);
    }
    return taskIds;
  }

  /** To be called after each tick. */
  checkKept(nowMs: number): void {
    for (const [arn, environment] of this.#keeping) {
      const isLacking = this.#heldBy(arn).vcpuMillis < minMillisOf(environment);
      const sinceMs = isLacking ? (this.#lackingSince.get(arn) ?? nowMs) : undefined;
      if (sinceMs === undefined) this.#lackingSince.delete(arn);
      else this.#lackingSince.set(arn, sinceMs);
      if (sinceMs === undefined || nowMs - sinceMs < KEPT_WITHIN_MS) continue;
      this.#fail(`${arn} has had less than its minvCpus for ${nowMs - sinceMs} ms`);
    }
  }

  #forgetKept(arn: string): void {
    this.#keeping.delete(arn);
    this.#lackingSince.delete(arn);
  }

  #checkPlace({ jobId, job }: KnownJob, arn: string): void {
    const environment = this.#environments.get(arn);
    if (environment === undefined || !isOpen(environment))
      this.#fail(`${jobId} is placed in ${arn}, which is ${environment?.state} and ${environment?.status}`);
    const { computeEnvironmentOrder = [], status } = this.queues.get(job.jobQueueArn) ?? {};
    if (!computeEnvironmentOrder.some(({ computeEnvironment }) => computeEnvironment === arn))
      this.#fail(`${jobId} is placed in ${arn}, which ${job.jobQueueArn} does not have`);
    if (status === "DELETING") this.#fail(`${jobId} is placed, and ${job.jobQueueArn} is being deleted`);
  }

  #heldBy(arn: string): Held {
    let held = this.#held.get(arn);
    if (held === undefined) {
      held = { instances: new Map(), vcpuMillis: 0, jobs: new Map() };
      this.#held.set(arn, held);
    }
    return held;
  }
}

/** What has no fixed price may be too dear, and BEST_FIT may have no room for another. */
function canKeep(environment: ComputeEnvironment): boolean {
  const { type, allocationStrategy = "BEST_FIT" } = environment.computeResources ?? {};
  return type === "EC2" && allocationStrategy !== "BEST_FIT" && minMillisOf(environment) > 0;
}

/** Whether jobs are placed there. */
function isOpen({ state, status }: ComputeEnvironment): boolean {
  return state === "ENABLED" && (status === "VALID" || status === "UPDATING");
}

/** Why an environment gets no instance besides those that it has. */
function refuseLaunch(environment: ComputeEnvironment, othersVcpuMillis: number): string | undefined {
  if (isOpen(environment)) return undefined;
  const { state, status } = environment;
  const isKept = status === "VALID" || status === "UPDATING";
  if (isKept && othersVcpuMillis < minMillisOf(environment)) return undefined;
  return `is ${state} and ${status}`;
}

function minMillisOf(environment: ComputeEnvironment | undefined): number {
  const status = environment?.status;
  if (environment === undefined || (status !== "VALID" && status !== "UPDATING")) return 0;
  return 1000 * (environment.computeResources?.minvCpus ?? 0);
}
