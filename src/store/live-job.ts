import type { Attempt } from "../batch/attempt.ts";
import type { Resources } from "../batch/resources.ts";
import type { EvaluateOnExit, RetryStrategy } from "../batch/retry-strategy.ts";
import { isSameScope } from "../batch/scope.ts";
import type { Scope } from "../batch/scope.ts";
import type { Indexed } from "../lib/indexed-heap.ts";
import type { JobStatus } from "../model/batch.ts";
import type { LiveShare, MutableShare } from "./live-share.ts";
import type { StoredLiveJob } from "./store.ts";

/** A job that has not ended, as far as decisions need it; its document is in the store. */
export interface LiveJob
  extends
    Indexed,
    Omit<StoredLiveJob, "array" | "nodes" | "dependsOn" | "isStopRequested" | "shareIdentifier"> {
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

type LiveProgress = Pick<
  StoredLiveJob,
  "jobId" | "status" | "queuePosition" | "schedulingPriority" | "attemptCount"
>;

/** A million of these are in memory: what jobs have in common stands behind one reference. */
export class MutableLiveJob implements LiveJob {
  heapIndex = -1;
  readonly jobId: string;
  readonly terms: JobTerms;
  readonly share: MutableShare;
  readonly schedulingPriority: number;
  status: JobStatus;
  queuePosition: number;
  attemptCount: number;
  activeAttempt: Attempt | undefined;

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

/** How many different terms are remembered; beyond them equal ones may be held twice. */
const REMEMBERED_MAX = 10_000;

/** Gives equal terms as one object. */
export class SharedTerms {
  readonly #known = new Map<string, JobTerms>();
  #last: JobTerms | undefined;

  share(job: JobTerms): JobTerms {
    if (this.#last === undefined || !isSameTerms(this.#last, job)) this.#last = this.#find(job);
    return this.#last;
  }

  #find(job: JobTerms): JobTerms {
    const { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds } = job;
    const terms = { scope, jobQueueArn, resources, nodeResources, retryStrategy, attemptDurationSeconds };
    const key = JSON.stringify(terms);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(key, terms);
    return terms;
  }
}

function isSameTerms(a: JobTerms, b: JobTerms): boolean {
  return (
    a.jobQueueArn === b.jobQueueArn &&
    a.attemptDurationSeconds === b.attemptDurationSeconds &&
    a.nodeResources === b.nodeResources &&
    isSameScope(a.scope, b.scope) &&
    isSameResources(a.resources, b.resources) &&
    isSameStrategy(a.retryStrategy, b.retryStrategy)
  );
}

function isSameResources(a: Resources, b: Resources): boolean {
  return a.vcpuMillis === b.vcpuMillis && a.memoryMiB === b.memoryMiB && a.gpuCount === b.gpuCount;
}

function isSameStrategy(a: RetryStrategy, b: RetryStrategy): boolean {
  return (
    a.attempts === b.attempts &&
    a.evaluateOnExit.length === b.evaluateOnExit.length &&
    a.evaluateOnExit.every((rule, index) => isSameRule(rule, b.evaluateOnExit[index]))
  );
}

function isSameRule(a: EvaluateOnExit, b: EvaluateOnExit | undefined): boolean {
  return (
    a.action === b?.action &&
    a.onStatusReason === b.onStatusReason &&
    a.onReason === b.onReason &&
    a.onExitCode === b.onExitCode
  );
}
