import type { Cause } from "../../batch/cause.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { FairsharePolicy } from "../../model/batch.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";
import { nodeResourcesOf } from "./node-resources.ts";
import { RunnableJobs } from "./runnable-jobs.ts";

/**
 * All shares have to have had jobs waiting for so long before they are looked at. Before, each gets whatever it asks for;
 * its jobs of that time run on, and then its average makes up for half of what it had too much.
 */
const SETTLING_MS = 2_700_000;

/** Shares are judged once all of a queue have had jobs waiting for as long. */
const SATURATED_MS_MIN = 3_600_000;

/** How far a share's part may be from what its weight entitles it to, as a part of that. */
const TOLERANCE = 0.02;

/**
 * Over a long time in which every share of a queue has jobs waiting each gets what its weight entitles it to: parts as one
 * over the weights (specification 7.3). For policies without prefixes and without reservation. Whenever somebody changes the
 * policy, the queue or an environment, all begins anew.
 */
export function checkFairShare({ fail, clock }: CheckerTools): Checker {
  const policies = new Map<string, FairsharePolicy>();
  /** Who changed each environment and queue last, by ARN. */
  const changedBy = new Map<string, Cause>();
  const queues = new Map<string, QueueShares>();
  const isChanged = ({ arn, cause }: { readonly arn: string; readonly cause: Cause }): boolean => {
    const before = changedBy.get(arn);
    changedBy.set(arn, cause);
    return before?.requestId !== cause.requestId;
  };
  const beginAnew = (policyArn?: string): void => {
    for (const queue of queues.values())
      if (policyArn === undefined || queue.policyArn === policyArn) queue.beginAnew();
  };
  const queueOf = ({ job }: KnownJob): QueueShares | undefined => queues.get(job.jobQueueArn);

  const putQueue = ({ arn, schedulingPolicyArn: policyArn }: JobQueue): void => {
    if (policyArn === undefined) return;
    const queue = queues.get(arn) ?? new QueueShares(policies);
    queue.policyArn = policyArn;
    queue.beginAnew();
    queues.set(arn, queue);
  };

  return {
    changed(change) {
      if (change.kind === "plain-resource-put" && change.resource.resourceType === "scheduling-policy") {
        const { arn, body } = change.resource;
        if ("fairsharePolicy" in body) policies.set(arn, body.fairsharePolicy);
        beginAnew(arn);
      }
      if (change.kind === "compute-environment-put" && isChanged(change.computeEnvironment)) beginAnew();
      if (change.kind === "job-queue-put" && isChanged(change.jobQueue)) putQueue(change.jobQueue);
    },
    appeared(job) {
      const queue = queueOf(job);
      queue?.passTo(clock.monotonicMs());
      queue?.runnable.appeared(job);
      queue?.know(job);
    },
    moved(job, before) {
      const queue = queueOf(job);
      queue?.passTo(clock.monotonicMs());
      queue?.runnable.moved(job, before);
    },
    attemptPut(job, attempt, before) {
      const queue = queueOf(job);
      queue?.passTo(clock.monotonicMs());
      const { vcpuMillis } = nodeResourcesOf(job);
      if (before?.taskId !== attempt.taskId) queue?.use(job, vcpuMillis);
      else if (attempt.outcome !== undefined && before.outcome === undefined) queue?.use(job, -vcpuMillis);
    },
    finished() {
      for (const [arn, queue] of queues) {
        if (queue.saturatedMs < SATURATED_MS_MIN || !queue.isJudged) continue;
        for (const { share, part, entitled } of queue.parts()) {
          if (Math.abs(part / entitled - 1) > TOLERANCE) {
            fail(`${share} of ${arn} had ${part.toFixed(4)} and is entitled to ${entitled.toFixed(4)}`);
          }
        }
      }
    },
  };
}

class QueueShares {
  readonly runnable = new RunnableJobs(shareOf);
  saturatedMs = 0;
  policyArn = "";
  readonly #policies: ReadonlyMap<string, FairsharePolicy>;
  readonly #known = new Set<string>();
  readonly #inUse = new Map<string, number>();
  /** Thousandths of a vCPU times milliseconds, while all had jobs waiting. */
  readonly #had = new Map<string, number>();
  #atMs = 0;
  #settlingLeftMs = SETTLING_MS;

  /** @param policies by ARN, as they are now. */
  constructor(policies: ReadonlyMap<string, FairsharePolicy>) {
    this.#policies = policies;
  }

  /** Whether the policy is of the kind of which parts are known. */
  get isJudged(): boolean {
    const { computeReservation = 0, shareDistribution = [] } = this.#policy;
    return computeReservation === 0 && shareDistribution.every((one) => !one.shareIdentifier.endsWith("*"));
  }

  /** What shares had until now counts no more. */
  beginAnew(): void {
    this.saturatedMs = 0;
    this.#had.clear();
    this.#settlingLeftMs = SETTLING_MS;
  }

  know(job: KnownJob): void {
    this.#known.add(shareOf(job));
  }

  use(job: KnownJob, vcpuMillis: number): void {
    const share = shareOf(job);
    this.#inUse.set(share, (this.#inUse.get(share) ?? 0) + vcpuMillis);
  }

  /** Counts what was in use until now. */
  passTo(nowMs: number): void {
    const elapsedMs = nowMs - this.#atMs;
    this.#atMs = nowMs;
    if (elapsedMs === 0) return;
    const isSaturated = this.#known.size >= 2 && this.runnable.counts.size === this.#known.size;
    this.#settlingLeftMs = isSaturated ? this.#settlingLeftMs - elapsedMs : SETTLING_MS;
    if (this.#settlingLeftMs > 0) return;
    this.saturatedMs += elapsedMs;
    for (const [share, vcpuMillis] of this.#inUse) {
      this.#had.set(share, (this.#had.get(share) ?? 0) + vcpuMillis * elapsedMs);
    }
  }

  parts(): { readonly share: string; readonly part: number; readonly entitled: number }[] {
    const shares = [...this.#known];
    const all = shares.reduce((sum, share) => sum + (this.#had.get(share) ?? 0), 0);
    const allEntitled = shares.reduce((sum, share) => sum + 1 / this.#weightOf(share), 0);
    return shares.map((share) => ({
      share,
      part: (this.#had.get(share) ?? 0) / all,
      entitled: 1 / this.#weightOf(share) / allEntitled,
    }));
  }

  get #policy(): FairsharePolicy {
    return this.#policies.get(this.policyArn) ?? {};
  }

  #weightOf(share: string): number {
    const { shareDistribution = [] } = this.#policy;
    return shareDistribution.find(({ shareIdentifier }) => shareIdentifier === share)?.weightFactor ?? 1;
  }
}

function shareOf({ job: { shareIdentifier = "" } }: KnownJob): string {
  return shareIdentifier;
}
