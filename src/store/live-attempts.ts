import type { Attempt } from "../batch/attempt.ts";
import type { Resources } from "../batch/resources.ts";
import type { LiveInstance, LiveInstances } from "./live-instances.ts";
import type { LiveJob, MutableLiveJob } from "./live-job.ts";
import type { MutableShare } from "./live-share.ts";
import { LiveUsage } from "./live-usage.ts";

/** Where an attempt goes, and when that was decided. */
export type AttemptPlace = Pick<Attempt, "computeEnvironmentArn" | "placedAtMs">;

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
   * @param charge what it is charged for, if it has not been by `reserve`.
   */
  put(job: MutableLiveJob, attempt: Attempt, charge: Resources): void {
    const before = job.activeAttempt;
    const wasActive = before !== undefined && before.outcome === undefined;
    const isSame = before?.taskId === attempt.taskId;
    if (wasActive && !(isSame && attempt.outcome === undefined)) {
      this.#giveBack(job, before, charge, attempt.stoppedAtMs ?? attempt.placedAtMs);
    }
    if (attempt.outcome !== undefined) return;
    if (!wasActive || !isSame) {
      const instance = this.#instances.find(attempt.instance?.instanceId ?? "");
      if (!job.isReserved) this.reserve(job.share, charge, attempt, instance);
      this.#instances.addTask(attempt);
    }
    this.#active.set(attempt.taskId, job);
    if (attempt.stopping !== undefined) this.#stopping.set(attempt.taskId, job);
  }

  /** Charges for an attempt that is about to be put. */
  reserve(
    share: MutableShare,
    charge: Resources,
    { placedAtMs, computeEnvironmentArn }: AttemptPlace,
    instance: LiveInstance | undefined,
  ): void {
    this.#usage.take(computeEnvironmentArn, charge);
    if (instance !== undefined) this.#instances.take(instance, charge);
    share.addUsage(charge.vcpuMillis, placedAtMs);
    share.queue.lastPlacedAtMs = Math.max(share.queue.lastPlacedAtMs, placedAtMs);
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

  #giveBack({ share }: MutableLiveJob, attempt: Attempt, charge: Resources, atMs: number): void {
    this.#active.delete(attempt.taskId);
    this.#stopping.delete(attempt.taskId);
    this.#usage.giveBack(attempt.computeEnvironmentArn, charge);
    this.#instances.giveBack(attempt, charge, atMs);
    share.addUsage(-charge.vcpuMillis, atMs);
  }
}
