import type { Attempt } from "../batch/attempt.ts";
import type { Job } from "../batch/job.ts";
import type { Resources } from "../batch/resources.ts";
import type { RetryStrategy } from "../batch/retry-strategy.ts";
import type { Scope } from "../batch/scope.ts";
import { assert } from "../lib/assert.ts";
import type { Linked } from "../lib/linked-table.ts";
import type { JobStatus } from "../model/batch.ts";
import type { LiveShare, MutableShare } from "./live-share.ts";
import type { StoredLiveJob } from "./store.ts";

/** A job that has not ended, as far as decisions need it; its document is in the store. */
export interface LiveJob extends Omit<
  StoredLiveJob,
  "array" | "nodes" | "dependsOn" | "isStopRequested" | "shareIdentifier"
> {
  readonly share: LiveShare;
  /** What it asks for: one object for all jobs that agree in it, mostly. */
  readonly terms: JobTerms;
  /** Of a spawned child of an array, or of a placed node other than the main one. */
  readonly parent?: LiveJob;
  readonly childIndex?: number;
}

/** What never changes of a live job and is the same for most: one object for all jobs that agree in it. */
export type JobTerms = Pick<
  StoredLiveJob,
  "scope" | "jobQueueArn" | "resources" | "nodeResources" | "retryStrategy" | "attemptDurationSeconds"
>;

/** What a submitted job asks for. */
export function termsOf(job: Job): JobTerms {
  const { scope, jobQueueArn, resources, retryStrategy, attemptDurationSeconds, workload } = job;
  const nodeResources =
    workload.kind === "multi-node" ? workload.nodes.map((node) => node.resources) : undefined;
  return { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds };
}

/** What a node asks for of the job whose terms these are. The time limit is the job's. */
export function nodeTerms(terms: JobTerms, index: number): JobTerms {
  const resources = terms.nodeResources?.[index];
  assert(resources !== undefined, `a multi-node job has no node ${index}`);
  return { ...terms, resources, nodeResources: undefined, attemptDurationSeconds: undefined };
}

type LiveProgress = Pick<
  StoredLiveJob,
  "jobId" | "status" | "queuePosition" | "schedulingPriority" | "attemptCount"
>;

/** A million of these are in memory: what jobs have in common stands behind one reference. */
export class MutableLiveJob implements LiveJob, Linked<MutableLiveJob> {
  nextInBucket: MutableLiveJob | undefined;
  keyHash = 0;
  readonly jobId: string;
  readonly terms: JobTerms;
  readonly share: MutableShare;
  readonly schedulingPriority: number;
  status: JobStatus;
  queuePosition: number;
  attemptCount: number;
  activeAttempt: Attempt | undefined;
  /** It has its place, and is charged for it; the attempt is about to follow. */
  isReserved = false;

  constructor(
    { terms, share }: { readonly terms: JobTerms; readonly share: MutableShare },
    stored: LiveProgress,
    activeAttempt?: Attempt,
  ) {
    this.jobId = stored.jobId;
    this.terms = terms;
    this.share = share;
    this.schedulingPriority = stored.schedulingPriority;
    this.status = stored.status;
    this.queuePosition = stored.queuePosition;
    this.attemptCount = stored.attemptCount;
    this.activeAttempt = activeAttempt;
  }

  get scope(): Scope {
    return this.terms.scope;
  }

  get jobQueueArn(): string {
    return this.terms.jobQueueArn;
  }

  get resources(): Resources {
    return this.terms.resources;
  }

  /** What each node of a multi-node job asks for, by index; undefined where the job is none. */
  get nodeResources(): readonly Resources[] | undefined {
    return this.terms.nodeResources;
  }

  get retryStrategy(): RetryStrategy {
    return this.terms.retryStrategy;
  }

  get attemptDurationSeconds(): number | undefined {
    return this.terms.attemptDurationSeconds;
  }
}

/** A spawned child of an array, or a placed node. Its terms are its parent's, but that a node has resources of its own. */
export class LiveChildJob extends MutableLiveJob {
  readonly parent: MutableLiveJob;
  readonly childIndex: number;

  constructor(
    parent: MutableLiveJob,
    childIndex: number,
    terms: JobTerms,
    stored: Omit<LiveProgress, "schedulingPriority"> & Pick<StoredLiveJob, "activeAttempt">,
  ) {
    const { share, schedulingPriority } = parent;
    super({ terms, share }, { ...stored, schedulingPriority }, stored.activeAttempt);
    this.parent = parent;
    this.childIndex = childIndex;
  }
}
