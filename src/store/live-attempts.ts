import type { Attempt } from "../batch/attempt.ts";
import type { Resources } from "../batch/resources.ts";
import type { LiveInstances } from "./live-instances.ts";
import type { LiveJob, MutableLiveJob } from "./live-job.ts";
import { LiveUsage } from "./live-usage.ts";

/** The attempts under way by their task ids, and whatever is charged for them: host, environment, instance, queue, share. */
export class LiveAttempts {
  readonly #active = new Map<string, LiveJob>();
  readonly #stopping = new Map<string, LiveJob>();
  readonly #usage = new LiveUsage();
  readonly #instances: LiveInstances;

  constructor(instances: LiveInstances) {
    this.#instances = instances;
  }

  get active(): ReadonlyMap<string, LiveJob> {
    return this.#active;
  }

  get stopping(): ReadonlyMap<string, LiveJob> {
    return this.#stopping;
  }

  get usage(): Pick<LiveUsage, "ofHost" | "ofEnvironment"> {
    return this.#usage;
  }

  /**
   * The job's attempt is this from now on, and was `job.activeAttempt`. One that has ended is not charged any more.
   *
   * @param charge what it is charged for.
   */
  put(job: MutableLiveJob, attempt: Attempt, charge: Resources): void {
    const before = job.activeAttempt;
    const wasActive = before !== undefined && before.outcome === undefined;
    const isSame = before?.taskId === attempt.taskId;
    if (wasActive && !(isSame && attempt.outcome === undefined)) {
      this.#giveBack(job, before, charge, attempt.stoppedAtMs ?? attempt.placedAtMs);
    }
    if (attempt.outcome !== undefined) return;
    if (!wasActive || !isSame) this.#take(job, attempt, charge);
    this.#active.set(attempt.taskId, job);
    if (attempt.stopping !== undefined) this.#stopping.set(attempt.taskId, job);
  }

  /** Nothing is known of the job's attempt any more, and nothing charged. */
  drop(job: MutableLiveJob, charge: Resources): void {
    const attempt = job.activeAttempt;
    if (attempt === undefined || attempt.outcome !== undefined) return;
    this.#giveBack(job, attempt, charge, attempt.placedAtMs);
  }

  forgetEnvironment(computeEnvironmentArn: string): void {
    this.#usage.forgetEnvironment(computeEnvironmentArn);
  }

  #take({ share }: MutableLiveJob, attempt: Attempt, charge: Resources): void {
    const { placedAtMs, computeEnvironmentArn } = attempt;
    this.#usage.take(computeEnvironmentArn, charge);
    this.#instances.take(attempt, charge);
    share.addUsage(charge.vcpuMillis, placedAtMs);
    share.queue.lastPlacedAtMs = Math.max(share.queue.lastPlacedAtMs, placedAtMs);
  }

  #giveBack({ share }: MutableLiveJob, attempt: Attempt, charge: Resources, atMs: number): void {
    this.#active.delete(attempt.taskId);
    this.#stopping.delete(attempt.taskId);
    this.#usage.giveBack(attempt.computeEnvironmentArn, charge);
    this.#instances.giveBack(attempt, charge, atMs);
    share.addUsage(-charge.vcpuMillis, atMs);
  }
}
