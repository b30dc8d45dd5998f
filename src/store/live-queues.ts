import { NO_JOBS } from "../batch/job.ts";
import type { JobCounts } from "../batch/job.ts";
import type { JobStatus } from "../model/batch.ts";
import { halfLifeMsOf, ShareWeights } from "../batch/fair-share.ts";
import type { FairsharePolicy } from "../model/batch.ts";
import type { JobTerms, LiveJob } from "./live-job.ts";
import { MutableShare } from "./live-share.ts";
import type { LiveShare } from "./live-share.ts";

/** How the shares of a queue compete. */
export interface FairShare {
  readonly policy: FairsharePolicy;
  readonly weights: ShareWeights;
  readonly halfLifeMs: number;
}

/** What the scheduler sees of a queue. */
export type ReadyQueue = Readonly<
  Pick<MutableQueue, "demandVcpuMillis" | "vcpuMillis" | "lastPlacedAtMs">
> & {
  /** Absent: first come, first served. */
  readonly fairShare?: FairShare | undefined;
  readonly shares: ReadonlyMap<string, LiveShare>;
  readonly ready: ReadonlySet<LiveShare>;
  readonly demand: ReadonlyMap<JobTerms, number>;
};

/** The live jobs of each queue: in order, waiting, and counted. */
export class LiveQueues {
  readonly #queues = new Map<string, MutableQueue>();

  find(jobQueueArn: string): ReadyQueue | undefined {
    return this.#queues.get(jobQueueArn);
  }

  waitingOf(jobQueueArn: string): ReadonlySet<LiveJob> {
    return this.#queues.get(jobQueueArn)?.waiting ?? NOBODY;
  }

  countsOf(jobQueueArn: string): JobCounts {
    return this.#queues.get(jobQueueArn)?.counts ?? NO_JOBS;
  }

  /** For changing it: made where it is not there yet. */
  of(jobQueueArn: string): MutableQueue {
    let jobs = this.#queues.get(jobQueueArn);
    if (jobs === undefined) {
      jobs = new MutableQueue(jobQueueArn);
      this.#queues.set(jobQueueArn, jobs);
    }
    return jobs;
  }

  forget(jobQueueArn: string): void {
    this.#queues.delete(jobQueueArn);
  }
}

/** The share of jobs that name none. */
export const NO_SHARE = "";

/** The live jobs of one queue. */
export class MutableQueue {
  readonly arn: string;
  /** By identifier. A queue that goes first come, first served has one, `NO_SHARE`. */
  readonly shares = new Map<string, MutableShare>();
  /** Those that have RUNNABLE jobs. */
  readonly ready = new Set<MutableShare>();
  /** Jobs in SUBMITTED and PENDING. */
  readonly waiting = new Set<LiveJob>();
  readonly counts: Record<JobStatus, number> = { ...NO_JOBS };
  /** How many jobs and children are RUNNABLE, by what they ask for. */
  readonly demand = new Map<JobTerms, number>();
  /** What these ask for together. */
  demandVcpuMillis = 0;
  /** What its attempts under way have. */
  vcpuMillis = 0;
  /** When one of its jobs was last placed; 0 while that is not known, as of none under way at a restart. */
  lastPlacedAtMs = 0;
  fairShare: FairShare | undefined;

  constructor(arn: string) {
    this.arn = arn;
  }

  /** 0 where nobody asks what shares had. */
  get halfLifeMs(): number {
    return this.fairShare?.halfLifeMs ?? 0;
  }

  /** Until now, which is the latest instant that any share is known as of, what they have had counts by the policy before. */
  setPolicy(policy: FairsharePolicy | undefined): void {
    if (policy === this.fairShare?.policy) return;
    let nowMs = 0;
    for (const { asOfMs } of this.shares.values()) nowMs = Math.max(nowMs, asOfMs);
    for (const share of this.shares.values()) share.bringTo(nowMs);
    this.fairShare = policy && {
      policy,
      weights: new ShareWeights(policy),
      halfLifeMs: halfLifeMsOf(policy),
    };
    for (const share of this.shares.values()) {
      share.weightEntry = this.fairShare?.weights.entryOf(share.identifier);
    }
  }

  share(identifier: string): MutableShare {
    let share = this.shares.get(identifier);
    if (share === undefined) {
      share = new MutableShare(this, identifier);
      this.shares.set(identifier, share);
    }
    return share;
  }

  /** One with live jobs stays. */
  forgetShare(identifier: string): void {
    if (this.shares.get(identifier)?.liveCount === 0) this.shares.delete(identifier);
  }

  addRunnable(job: LiveJob & { readonly share: MutableShare }): void {
    job.share.addRunnable(job);
    this.ready.add(job.share);
  }

  removeRunnable(job: LiveJob & { readonly share: MutableShare }): void {
    job.share.removeRunnable(job);
    if (job.share.runnable.size === 0) this.ready.delete(job.share);
  }

  addDemand(terms: JobTerms, count: number): void {
    const sum = (this.demand.get(terms) ?? 0) + count;
    if (sum === 0) this.demand.delete(terms);
    else this.demand.set(terms, sum);
    this.demandVcpuMillis += count * terms.resources.vcpuMillis;
  }
}

const NOBODY: ReadonlySet<LiveJob> = new Set();
