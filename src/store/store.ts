import type { Attempt } from "../batch/attempt.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { Instance } from "../batch/instance.ts";
import type { Job, JobProgress } from "../batch/job.ts";
import type { JobDefinition } from "../batch/job-definition.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../batch/log-stream.ts";
import type { Resources } from "../batch/resources.ts";
import type { RetryStrategy } from "../batch/retry-strategy.ts";
import type { Scope } from "../batch/scope.ts";
import type { JobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";

/**
 * Where everything that was acknowledged lives. One suite, `store-contract.ts`, holds for each implementation.
 *
 * Reads see what is committed and nothing else. Every list is answered by keys and pages: its cost grows with the
 * page, never with what is stored.
 */
export interface Store extends AsyncDisposable {
  /**
   * Makes the changes true, in their order, all of them or none. When it resolves they survive any crash; when it
   * rejects (`StoreWriteError`) nothing of them is there and the store can be asked again.
   */
  commit(changes: readonly Change[]): Promise<void>;

  /** What the live state is built from at start and after a commit that failed. */
  load(): Promise<StoredState>;

  readSetting(name: string): Promise<string | undefined>;

  /** Named ones in the order of the names, those that do not exist left out. */
  readComputeEnvironments(scope: Scope, names: readonly string[]): Promise<ComputeEnvironment[]>;
  /** By name, ascending. */
  listComputeEnvironments(scope: Scope, page: PageRequest): Promise<Page<ComputeEnvironment>>;
  readJobQueues(scope: Scope, names: readonly string[]): Promise<JobQueue[]>;
  /** By name, ascending. */
  listJobQueues(scope: Scope, page: PageRequest): Promise<Page<JobQueue>>;

  readJobDefinition(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined>;
  /** By name, then revision, ascending. */
  listJobDefinitions(
    scope: Scope,
    filter: JobDefinitionFilter,
    page: PageRequest,
  ): Promise<Page<JobDefinition>>;

  /** In the order of the ids, those that do not exist in the scope left out. Attempts by number, ascending. */
  readJobs(scope: Scope, jobIds: readonly string[]): Promise<StoredJob[]>;
  /** By `createdAtMs` descending, then by job id ascending. */
  listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>>;
  /** Removes ended jobs with their attempts that stopped before the instant, at most `limit`; says how many it removed. */
  removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number>;
  /** Removes INACTIVE definitions deregistered before the instant, at most `limit`; says how many it removed. */
  removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number>;

  readInstance(instanceId: string): Promise<Instance | undefined>;

  readLogGroup(scope: Scope, name: string): Promise<LogGroup | undefined>;
  /** Those whose name begins with the prefix (all, if it is empty), by name, ascending. */
  listLogGroups(scope: Scope, namePrefix: string, page: PageRequest): Promise<Page<LogGroup>>;
  readLogStream(scope: Scope, groupName: string, name: string): Promise<LogStream | undefined>;
  /** Those of the group whose name begins with the prefix, by name; `descending` turns the order round. */
  listLogStreams(
    scope: Scope,
    filter: { readonly groupName: string; readonly namePrefix: string; readonly descending: boolean },
    page: PageRequest,
  ): Promise<Page<LogStream>>;
}

/** Thrown by `commit` when the store could not write, as on a full disk. The cause is kept. */
export class StoreWriteError extends Error {
  override readonly name = "StoreWriteError";
}

/** Thrown when a store cannot be opened: damaged, of a newer schema, not a store at all. Its message says which and what to do. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
}

export interface PageRequest {
  /** The token of the page before; absent for the first page. */
  readonly after?: string;
  /** At least 1. */
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins: opaque, present only if there is one. */
  readonly next?: string;
}

export interface JobDefinitionFilter {
  readonly name?: string;
  readonly status?: string;
}

/** `status` absent: all. At most one of the other members. */
export interface JobFilter {
  readonly jobQueueArn: string;
  readonly status?: JobStatus;
  readonly nameEquals?: TextMatch;
  readonly definition?: DefinitionMatch;
  readonly createdBeforeMs?: number;
  readonly createdAfterMs?: number;
  readonly shareIdentifier?: string;
}

/** Job names compare without regard to case. */
export interface TextMatch {
  readonly text: string;
  readonly isPrefix: boolean;
}

/** By revision's ARN, by name (all its revisions), or by the beginning of the name. Case-sensitive. */
export type DefinitionMatch =
  | { readonly by: "arn"; readonly arn: string }
  | { readonly by: "name" | "name-prefix"; readonly name: string };

export interface StoredJob {
  readonly job: Job;
  readonly progress: JobProgress;
  readonly attempts: readonly Attempt[];
}

/** What a list shows of a job: its document is not read. `lastOutcome` is the container's end in the latest attempt. */
export interface JobListEntry {
  readonly jobId: string;
  readonly jobName: string;
  readonly jobDefinitionArn: string;
  readonly createdAtMs: number;
  readonly vcpuMillis: number;
  readonly shareIdentifier?: string;
  readonly progress: JobProgress;
  readonly lastOutcome?: { readonly exitCode?: number; readonly reason?: string };
}

export interface StoredState {
  readonly computeEnvironments: readonly ComputeEnvironment[];
  readonly jobQueues: readonly JobQueue[];
  /** For each name its highest revision (INACTIVE ones count) and the revisions that are ACTIVE. */
  readonly jobDefinitions: readonly JobDefinitionRevisions[];
  /** Every job that is not terminal. */
  readonly liveJobs: readonly StoredLiveJob[];
  /** Instances that are not terminated. */
  readonly instances: readonly Instance[];
  readonly logGroups: readonly LogGroup[];
}

export interface JobDefinitionRevisions {
  readonly scope: Scope;
  readonly name: string;
  readonly latestRevision: number;
  /** Ascending. */
  readonly activeRevisions: readonly number[];
}

/** A live job in slim form: what the scheduler reads, and for one under way what ends it. */
export interface StoredLiveJob {
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobQueueArn: string;
  readonly status: JobStatus;
  readonly queuePosition: number;
  readonly attemptCount: number;
  readonly resources: Resources;
  /** Set exactly when the status is STARTING or RUNNING. */
  readonly active?: ActiveAttempt;
}

export interface ActiveAttempt {
  readonly attempt: Attempt;
  readonly retryStrategy: RetryStrategy;
  readonly attemptDurationSeconds?: number;
}
