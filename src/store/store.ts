import type { Attempt } from "../batch/attempt.ts";
import type { ComputeEnvironment } from "../batch/compute-environment.ts";
import type { ConsumableRequirement } from "../batch/consumable-resource.ts";
import type { StoredShareUsage } from "../batch/fair-share.ts";
import type { Instance } from "../batch/instance.ts";
import type {
  Job,
  JobCounts,
  JobDependency,
  JobNodes,
  JobProgress,
  UnspawnedChildren,
} from "../batch/job.ts";
import type { JobDefinition } from "../batch/job-definition.ts";
import type { JobQueue } from "../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../batch/log-stream.ts";
import type { PlainResource, PlainResourceOf, PlainResourceType } from "../batch/plain-resource.ts";
import type { Resources } from "../batch/resources.ts";
import type { RetryStrategy } from "../batch/retry-strategy.ts";
import type { Scope } from "../batch/scope.ts";
import type { StoredSecret } from "../batch/secret.ts";
import type { ServiceJob } from "../batch/service-job.ts";
import type { JobStatus, ServiceJobStatus } from "../model/batch.ts";
import type { Change } from "./change.ts";
import type { EventLog } from "./event-log.ts";

/**
 * Where everything that was acknowledged lives. One suite, `store-contract.ts`, holds for each implementation.
 *
 * Reads see what is committed and nothing else, and what they return is the caller's only to read. Every list is
 * answered by keys and pages: its cost grows with the page, never with what is stored. While a list is paged through,
 * what was there all the time is shown exactly once. Text is ordered by its code points. A page token that is not one
 * of the list rejects with `BadPageTokenError`.
 */
export interface Store extends EventLog, AsyncDisposable {
  /**
   * Makes the changes true, in their order, all of them or none. When it resolves they survive any crash; when it
   * rejects (`StoreWriteError`) nothing of them is there and the store can be asked again.
   */
  commit(changes: readonly Change[]): Promise<void>;

  /** What the live state is built from at start and after a commit that failed. Damage rejects with `StoreOpenError`. */
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

  /**
   * In the order of the ids, those that do not exist in the scope left out. Attempts by number, ascending. A child of
   * an array and a node are found by their ids, too, whether spawned or not: see `StoredJob`.
   */
  readJobs(scope: Scope, jobIds: readonly string[]): Promise<StoredJob[]>;
  /**
   * By `createdAtMs` descending; jobs of the same millisecond in the reverse order of their commits. Where the filter is
   * the beginning of a name, by that name first: AWS groups such results by name.
   */
  listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>>;
  /** The children of the array, or the nodes of the multi-node job, in the order of their indexes. */
  listChildJobs(
    scope: Scope,
    parentJobId: string,
    filter: ChildJobFilter,
    page: PageRequest,
  ): Promise<Page<JobListEntry>>;
  /**
   * Removes ended jobs that stopped before the instant with their attempts, those that stopped first before others, and
   * service jobs after all others, until it has removed `limit`. Children and nodes count, and go with their job: the
   * last may be more than was left. Says how many it removed. Rejects as `commit` does.
   */
  removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number>;
  /** The same for INACTIVE definitions deregistered before the instant. Their revision numbers are not given again. */
  removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number>;

  readInstance(scope: Scope, instanceId: string): Promise<Instance | undefined>;
  /** Removes at most `limit` instances that were terminated before the instant, first ones first; says how many. */
  removeInstancesTerminatedBefore(terminatedBeforeMs: number, limit: number): Promise<number>;

  readLogGroup(scope: Scope, name: string): Promise<LogGroup | undefined>;
  /** Those whose name begins with the prefix (all, if it is empty), by name, ascending. */
  listLogGroups(scope: Scope, namePrefix: string, page: PageRequest): Promise<Page<LogGroup>>;
  readLogStream(scope: Scope, groupName: string, name: string): Promise<LogStream | undefined>;
  /** Those of the group whose name begins with the prefix, by name. */
  listLogStreams(scope: Scope, filter: LogStreamFilter, page: PageRequest): Promise<Page<LogStream>>;

  /** Named ones in the order of the names, those that do not exist left out. */
  readPlainResources<Type extends PlainResourceType>(
    type: Type,
    scope: Scope,
    names: readonly string[],
  ): Promise<PlainResourceOf<Type>[]>;
  /** By name, ascending. */
  listPlainResources<Type extends PlainResourceType>(
    filter: PlainResourceFilter<Type>,
    page: PageRequest,
  ): Promise<Page<PlainResourceOf<Type>>>;

  /** Ids of the jobs that need the resource, those committed last first. */
  listJobsByConsumable(filter: ConsumableJobFilter, page: PageRequest): Promise<Page<string>>;

  /** In the order of the ids, those that do not exist in the scope left out. */
  readServiceJobs(scope: Scope, jobIds: readonly string[]): Promise<ServiceJob[]>;
  /** By `createdAtMs` descending; jobs of the same millisecond in the reverse order of their commits. */
  listServiceJobs(scope: Scope, filter: ServiceJobFilter, page: PageRequest): Promise<Page<ServiceJob>>;

  readSecret(scope: Scope, name: string): Promise<StoredSecret | undefined>;
  /** By name, ascending. */
  listSecrets(scope: Scope, page: PageRequest): Promise<Page<StoredSecret>>;
  /** Whether there is one, in any scope. */
  hasSecrets(): Promise<boolean>;
}

/** Thrown by `commit` when the store could not write, as on a full disk. The cause is kept. */
export class StoreWriteError extends Error {
  override readonly name = "StoreWriteError";
}

/**
 * Thrown when a store cannot be opened: damaged, of a newer schema, not a store at all. Its message says which and what
 * to do; the files are as they were.
 */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
}

/** Thrown for a page token that is not one of the list that it was given to. */
export class BadPageTokenError extends Error {
  override readonly name = "BadPageTokenError";

  constructor(token: string) {
    super(`not a page token of this list: ${token}`);
  }
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

/** At most one of the members after the queue, or a status with a share. Without a status jobs of any are meant. */
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

export interface PlainResourceFilter<Type extends PlainResourceType> {
  readonly type: Type;
  readonly scope: Scope;
  /** Empty: all. */
  readonly namePrefix: string;
}

/** All that is given has to hold. Jobs are submitted ones: no children, no nodes. */
export interface ConsumableJobFilter {
  readonly consumableResourceArn: string;
  readonly status?: JobStatus;
  readonly nameEquals?: TextMatch;
}

/** All that is given has to hold. */
export interface ServiceJobFilter {
  readonly jobQueueArn: string;
  readonly status?: ServiceJobStatus;
  readonly nameEquals?: TextMatch;
  readonly createdBeforeMs?: number;
  readonly createdAfterMs?: number;
  readonly shareIdentifier?: string;
  readonly quotaShareName?: string;
}

/** By revision's ARN, by name (all its revisions), or by the beginning of the name. Case-sensitive. */
export type DefinitionMatch =
  | { readonly by: "arn"; readonly arn: string }
  | { readonly by: "name" | "name-prefix"; readonly name: string };

export interface LogStreamFilter {
  readonly groupName: string;
  /** Empty: all. */
  readonly namePrefix: string;
  /** Turns the order round. */
  readonly descending: boolean;
}

/** Without a status children of any are meant. */
export interface ChildJobFilter {
  readonly status?: JobStatus;
}

/**
 * A job with what became of it. That of a child or node is its parent's with `jobId` and `childIndex` of its own, the
 * `createdAtMs` of its spawning, no tags and no dependencies. A child that has not been spawned has the progress that
 * `unspawnedProgress` derives, and the main node, or one that was never placed, the progress of its job; the attempts
 * of the main node are those of its job.
 */
export interface StoredJob {
  readonly job: Job;
  readonly progress: JobProgress;
  readonly attempts: readonly Attempt[];
  /** Of an array: all of its children by status, those not spawned included. */
  readonly childCounts?: JobCounts;
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
  readonly arraySize?: number;
  readonly nodes?: JobNodes;
  readonly childIndex?: number;
  readonly childCounts?: JobCounts;
}

export interface StoredState {
  readonly computeEnvironments: readonly ComputeEnvironment[];
  readonly jobQueues: readonly JobQueue[];
  /** As they were last kept, by queue and share. */
  readonly shareUsages: readonly StoredShareUsage[];
  /** For each name the highest revision that there ever was and the revisions that are ACTIVE. */
  readonly jobDefinitions: readonly JobDefinitionRevisions[];
  /** Every job that is not terminal, in the order of submission: to be read at once and once, as there may be a million. */
  readonly liveJobs: Iterable<StoredLiveJob>;
  /**
   * Spawned children of the arrays among them, ended ones included, and of ended arrays on which a live one depends by
   * `N_TO_N`; and the placed nodes of multi-node jobs that are STARTING or RUNNING. Read after `liveJobs`, likewise once.
   */
  readonly liveChildren: Iterable<StoredLiveChild>;
  /** Instances that are not terminated. */
  readonly instances: readonly Instance[];
  readonly logGroups: readonly LogGroup[];
  readonly plainResources: readonly PlainResource[];
  /** Of live jobs that need any. */
  readonly requirements: readonly LiveRequirements[];
  /** Those that have not ended. */
  readonly serviceJobs: readonly ServiceJob[];
  /** 0 until there was the first event. */
  readonly lastEventSequence: number;
}

/** What each attempt of a job, or of its children, holds of consumable resources. */
export interface LiveRequirements {
  readonly jobId: string;
  readonly consumableResources: readonly ConsumableRequirement[];
}

export interface JobDefinitionRevisions {
  readonly scope: Scope;
  readonly name: string;
  readonly latestRevision: number;
  /** Ascending. */
  readonly activeRevisions: readonly number[];
}

/** A live job in slim form: what the scheduler reads, and what decides about its end. */
export interface StoredLiveJob {
  readonly scope: Scope;
  readonly jobId: string;
  readonly jobQueueArn: string;
  readonly status: JobStatus;
  readonly queuePosition: number;
  readonly attemptCount: number;
  /** Equal ones may be one object: there are few, and a million jobs. */
  readonly resources: Resources;
  /** Of a multi-node job: what each node asks for, by index. */
  readonly nodeResources: readonly Resources[] | undefined;
  readonly shareIdentifier: string | undefined;
  /** Higher goes first within the share. 0 where nobody said otherwise, and without a share. */
  readonly schedulingPriority: number;
  /** Likewise shared. */
  readonly retryStrategy: RetryStrategy;
  readonly attemptDurationSeconds: number | undefined;
  /** The latest attempt; set exactly when the status is STARTING or RUNNING. */
  readonly activeAttempt: Attempt | undefined;
  /** Absent where the job is none of the kind, or waits for nothing. */
  readonly array?: StoredLiveArray;
  readonly nodes?: JobNodes;
  readonly dependsOn?: readonly StoredDependency[];
  /** Somebody cancelled or terminated it. */
  readonly isStopRequested: boolean;
}

export interface StoredLiveArray {
  readonly size: number;
  readonly unspawned: UnspawnedChildren | undefined;
}

/** A dependency, and what has become of the job it names; no status where that is not stored any more. */
export interface StoredDependency extends JobDependency {
  readonly status?: JobStatus;
}

export interface StoredLiveChild {
  readonly parentJobId: string;
  readonly index: number;
  readonly status: JobStatus;
  readonly queuePosition: number;
  readonly attemptCount: number;
  /** As of a job; of a node the latest attempt, ended or not. */
  readonly activeAttempt: Attempt | undefined;
}
