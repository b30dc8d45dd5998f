import type { ArrayJobDependency, JobStatus, PlatformCapability } from "../model/batch.ts";
import type { Cause } from "./cause.ts";
import type { ConsumableRequirement } from "./consumable-resource.ts";
import type { Resources } from "./resources.ts";
import type { RetryStrategy } from "./retry-strategy.ts";
import type { Scope } from "./scope.ts";
import type { MultiNodeWorkload, Workload } from "./workload.ts";

/** A job as it was submitted: everything about it that never changes, but for its tags. */
export interface Job {
  /** An `array` runs nothing itself but has children; a `multi-node` job runs on several hosts at once. */
  readonly kind: "single" | "array" | "multi-node";
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobName: string;
  readonly jobQueueArn: string;
  /** With its revision: the one chosen at submission. */
  readonly jobDefinitionArn: string;
  readonly createdAtMs: number;
  /** The definition with parameters and overrides applied. */
  readonly workload: Workload | MultiNodeWorkload;
  /** What `workload` asks for: of a multi-node job all nodes together. */
  readonly resources: Resources;
  readonly parameters: Readonly<Record<string, string>>;
  readonly retryStrategy: RetryStrategy;
  /** From RUNNING on, for each attempt; at least 60. Absent: no limit. */
  readonly attemptDurationSeconds?: number;
  readonly dependsOn: readonly JobDependency[];
  /** How many children an array has, from 2 to 10,000; its children have it too. */
  readonly arraySize?: number;
  /** Multi-node jobs: how many nodes there are, and the index of the one whose end is the job's. */
  readonly nodes?: JobNodes;
  /** The index of an array's child or of a node. Such a job is not stored: it is made from its parent when read. */
  readonly childIndex?: number;
  readonly propagateTags: boolean;
  readonly platformCapabilities: readonly PlatformCapability[];
  readonly schedulingPriority?: number;
  readonly shareIdentifier?: string;
  /** What each attempt holds while it is under way; absent where it needs nothing. */
  readonly consumableResources?: readonly ConsumableRequirement[];
  readonly tags: Readonly<Record<string, string>>;
  /** Who submitted it. */
  readonly cause: Cause;
  /** Who last changed its tags; absent while they are those of the submission. */
  readonly taggedBy?: Cause;
}

export interface JobNodes {
  readonly count: number;
  readonly main: number;
}

/**
 * What has to succeed before a job may run: a job, an array as a whole, or one child (`id:3`). In an array job, with
 * `N_TO_N` each child waits for the one of the same index in the other array, and with `SEQUENTIAL`, which names no
 * job, for the one before it.
 */
export interface JobDependency {
  readonly jobId?: string;
  readonly type?: ArrayJobDependency;
}

/** What changes in a job's life. */
export interface JobProgress {
  readonly status: JobStatus;
  readonly statusReason?: string;
  /**
   * Its place among the RUNNABLE jobs of its queue: lowest first. New jobs count up in the order of their commits;
   * a retried job gets a place before all others, so places can be negative.
   */
  readonly queuePosition: number;
  /** Attempts made so far, the one under way included. */
  readonly attemptCount: number;
  /** When the latest attempt was placed. */
  readonly scheduledAtMs?: number;
  /** When the latest attempt went to RUNNING; absent until one did. */
  readonly startedAtMs?: number;
  /** Set exactly when the job is terminal. */
  readonly stoppedAtMs?: number;
  readonly isCancelled: boolean;
  readonly isTerminated: boolean;
  /** Who cancelled or terminated it; absent where nobody did. */
  readonly stoppedBy?: Cause;
  /** Arrays only: what the children are that have not been spawned. Absent until its dependencies are met. */
  readonly unspawned?: UnspawnedChildren;
}

/** The progress of a job, child or node of which no attempt has been made. */
export function newProgress(status: JobStatus, queuePosition: number): JobProgress {
  return { status, queuePosition, attemptCount: 0, isCancelled: false, isTerminated: false };
}

/**
 * An array is one record: its children are spawned, each as a record of its own, only when there is something to say
 * of them. Those that are not are all alike.
 *
 * - `RUNNABLE`: they wait for capacity, in the order of their indexes; one is spawned when it is placed.
 * - `PENDING`: each waits for another child; one is spawned when that has ended.
 * - `FAILED`: they ended together and will never be spawned.
 */
export interface UnspawnedChildren {
  readonly status: "RUNNABLE" | "PENDING" | "FAILED";
  /** Of `FAILED` only, as is the next. */
  readonly statusReason?: string;
  readonly stoppedAtMs?: number;
}

/**
 * What becomes of a job that fails without having been placed. All children of an array fail with it, and none of them is
 * ever spawned.
 *
 * @param arraySize absent where the job is no array.
 */
export function failedBeforePlacement(
  statusReason: string,
  stoppedAtMs: number,
  arraySize?: number,
): JobProgressPatch {
  const end = { status: "FAILED", statusReason, stoppedAtMs } as const;
  return arraySize === undefined ? end : { ...end, unspawned: end };
}

/** All statuses in the order in which a job goes through them, the live ones first. */
export const JOB_STATUSES = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const satisfies readonly JobStatus[];

/** How many of some jobs, or children, are in each status. */
export type JobCounts = Readonly<Record<JobStatus, number>>;

export const NO_JOBS: JobCounts = {
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 0,
  STARTING: 0,
  RUNNING: 0,
  SUCCEEDED: 0,
  FAILED: 0,
};

/** The members of a job's progress that a change sets; those it leaves out stay as they are. */
export type JobProgressPatch = Partial<JobProgress>;

export function isTerminal(status: JobStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** Tells whether a job of that status has an attempt that is not over. */
export function isUnderWay(status: JobStatus): boolean {
  return status === "STARTING" || status === "RUNNING";
}

/** At most this many ids in one DescribeJobs. */
export const DESCRIBE_JOBS_MAX = 100;
