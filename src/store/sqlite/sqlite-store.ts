import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobDefinition } from "../../batch/job-definition.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../../batch/log-stream.ts";
import type { Scope } from "../../batch/scope.ts";
import { unreachable } from "../../lib/assert.ts";
import type { Change } from "../change.ts";
import { StoreWriteError } from "../store.ts";
import type {
  JobDefinitionFilter,
  JobFilter,
  JobListEntry,
  LogStreamFilter,
  Page,
  PageRequest,
  Store,
  StoredJob,
  StoredLiveJob,
  StoredState,
} from "../store.ts";
import { InstanceTable } from "./instance-table.ts";
import { JobDefinitionTable } from "./job-definition-table.ts";
import { JobListIndex } from "./job-list-index.ts";
import { JobLists } from "./job-lists.ts";
import { JobReads } from "./job-reads.ts";
import { JobWrites } from "./job-writes.ts";
import { readLiveJobs } from "./live-jobs.ts";
import { LogStreamTable } from "./log-stream-table.ts";
import { mergeJobChanges } from "./merge-job-changes.ts";
import type { MergedChange } from "./merge-job-changes.ts";
import { NamedTable } from "./named-table.ts";
import { NumberedTexts } from "./numbered-texts.ts";
import { documentError } from "./document-error.ts";
import { openDatabase, openError } from "./open-database.ts";
import { SettingTable } from "./setting-table.ts";
import { isDamage, isSqliteError } from "./sqlite-error.ts";

/**
 * A store in one SQLite file (beside it SQLite keeps `-wal`, and may leave a `-shm` that holds nothing). A commit is one
 * transaction, on the disk when it returns. SQLite runs in this thread: measured, a thread of its own is no faster.
 */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #transaction: Readonly<Record<"begin" | "commit", StatementSync>>;
  readonly #texts: NumberedTexts;
  readonly #settings: SettingTable;
  readonly #computeEnvironments: NamedTable<ComputeEnvironment>;
  readonly #jobQueues: NamedTable<JobQueue>;
  readonly #jobDefinitions: JobDefinitionTable;
  readonly #instances: InstanceTable;
  readonly #jobListIndex: JobListIndex;
  readonly #jobWrites: JobWrites;
  readonly #jobReads: JobReads;
  readonly #jobLists: JobLists;
  readonly #logGroups: NamedTable<LogGroup>;
  readonly #logStreams: LogStreamTable;

  /** Throws `StoreOpenError`. The folder of the file must exist; the file is made if it does not. */
  static open(path: string): SqliteStore {
    const database = openDatabase(path);
    try {
      return new SqliteStore(path, database);
    } catch (error) {
      database.close();
      throw openError(path, error);
    }
  }

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
    this.#transaction = { begin: database.prepare("BEGIN IMMEDIATE"), commit: database.prepare("COMMIT") };
    this.#texts = new NumberedTexts(database);
    this.#settings = new SettingTable(database);
    this.#computeEnvironments = new NamedTable(database, "compute_environments");
    this.#jobQueues = new NamedTable(database, "job_queues");
    this.#jobDefinitions = new JobDefinitionTable(database);
    this.#instances = new InstanceTable(database);
    this.#jobListIndex = new JobListIndex(database);
    this.#jobWrites = new JobWrites(database, this.#texts, this.#jobListIndex);
    this.#jobReads = new JobReads(database, this.#texts);
    this.#jobLists = new JobLists(database, this.#texts, this.#jobListIndex);
    this.#logGroups = new NamedTable(database, "log_groups");
    this.#logStreams = new LogStreamTable(database);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#inTransaction(() => {
      for (const change of mergeJobChanges(changes)) this.#apply(change);
    });
  }

  async load(): Promise<StoredState> {
    try {
      return {
        computeEnvironments: this.#computeEnvironments.all(),
        jobQueues: this.#jobQueues.all(),
        jobDefinitions: this.#jobDefinitions.revisions(),
        liveJobs: this.#liveJobs(),
        liveChildren: [],
        instances: this.#instances.notTerminated(),
        logGroups: this.#logGroups.all(),
      };
    } catch (error) {
      throw this.#readError(error);
    }
  }

  async readSetting(name: string): Promise<string | undefined> {
    return this.#settings.read(name);
  }

  async readComputeEnvironments(scope: Scope, names: readonly string[]): Promise<ComputeEnvironment[]> {
    return readNamed(this.#computeEnvironments, scope, names);
  }

  async listComputeEnvironments(scope: Scope, page: PageRequest): Promise<Page<ComputeEnvironment>> {
    return this.#computeEnvironments.list(scope, "", page);
  }

  async readJobQueues(scope: Scope, names: readonly string[]): Promise<JobQueue[]> {
    return readNamed(this.#jobQueues, scope, names);
  }

  async listJobQueues(scope: Scope, page: PageRequest): Promise<Page<JobQueue>> {
    return this.#jobQueues.list(scope, "", page);
  }

  async readJobDefinition(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    return this.#jobDefinitions.read(scope, name, revision);
  }

  async listJobDefinitions(
    scope: Scope,
    filter: JobDefinitionFilter,
    page: PageRequest,
  ): Promise<Page<JobDefinition>> {
    return this.#jobDefinitions.list(scope, filter, page);
  }

  async readJobs(scope: Scope, jobIds: readonly string[]): Promise<StoredJob[]> {
    try {
      return this.#jobReads.read(scope, jobIds);
    } catch (error) {
      throw this.#readError(error);
    }
  }

  async listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>> {
    return this.#jobLists.list(scope, filter, page);
  }

  async listChildJobs(): Promise<Page<JobListEntry>> {
    throw new Error("children come next");
  }

  async removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() => this.#jobWrites.removeStoppedBefore(stoppedBeforeMs, limit));
  }

  async removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() =>
      this.#jobDefinitions.removeDeregisteredBefore(deregisteredBeforeMs, limit),
    );
  }

  async readInstance(scope: Scope, instanceId: string): Promise<Instance | undefined> {
    return this.#instances.read(scope, instanceId);
  }

  async readLogGroup(scope: Scope, name: string): Promise<LogGroup | undefined> {
    return this.#logGroups.read(scope, name);
  }

  async listLogGroups(scope: Scope, namePrefix: string, page: PageRequest): Promise<Page<LogGroup>> {
    return this.#logGroups.list(scope, namePrefix, page);
  }

  async readLogStream(scope: Scope, groupName: string, name: string): Promise<LogStream | undefined> {
    return this.#logStreams.read(scope, groupName, name);
  }

  async listLogStreams(scope: Scope, filter: LogStreamFilter, page: PageRequest): Promise<Page<LogStream>> {
    return this.#logStreams.list(scope, filter, page);
  }

  /** SQLite moves what is in the WAL into the file as it closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#database[Symbol.dispose]();
  }

  *#liveJobs(): Generator<StoredLiveJob> {
    try {
      yield* readLiveJobs(this.#database, this.#texts, this.#jobListIndex);
    } catch (error) {
      throw this.#readError(error);
    }
  }

  #readError(error: unknown): unknown {
    if (isDamage(error)) return openError(this.#path, error);
    // Only a document that is no JSON throws it.
    return error instanceof SyntaxError ? documentError(this.#path, this.#database, error) : error;
  }

  #inTransaction<Result>(work: () => Result): Result {
    try {
      this.#transaction.begin.run();
      const result = work();
      this.#transaction.commit.run();
      return result;
    } catch (error) {
      // SQLite has rolled back by itself where the disk was full or failed.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#texts.forgetAll();
      this.#jobListIndex.forget();
      if (!isSqliteError(error)) throw error;
      throw new StoreWriteError(`the store cannot write to ${this.#path}: ${error.message}`, {
        cause: error,
      });
    }
  }

  #apply(change: MergedChange): void {
    switch (change.kind) {
      case "compute-environment-put":
        return this.#computeEnvironments.put(change.computeEnvironment);
      case "compute-environment-removed":
        return this.#computeEnvironments.remove(change.scope, change.name);
      case "job-queue-put":
        return this.#jobQueues.put(change.jobQueue);
      case "job-queue-removed":
        return this.#jobQueues.remove(change.scope, change.name);
      case "job-definition-put":
        return this.#jobDefinitions.put(change.jobDefinition);
      case "job-submitted":
        return this.#jobWrites.submit(change.job, change.progress, "patch" in change ? change.patch : {});
      case "job-changed":
        return this.#jobWrites.change(change.scope, change.jobId, change.patch);
      case "child-put":
        throw new Error("children come next");
      case "job-tagged":
        return this.#jobWrites.tag(change.scope, change.jobId, change.tags, change.cause);
      case "attempt-put":
        return this.#jobWrites.putAttempt(change.attempt);
      case "instance-put":
        return this.#instances.put(change.instance);
      case "log-group-put":
        return this.#logGroups.put(change.logGroup);
      case "log-group-removed":
        this.#logGroups.remove(change.scope, change.name);
        return this.#logStreams.removeGroup(change.scope, change.name);
      case "log-stream-put":
        return this.#logStreams.put(change.logStream);
      case "log-stream-removed":
        return this.#logStreams.remove(change.scope, change.groupName, change.name);
      case "setting-put":
        return this.#settings.put(change.name, change.value);
      default:
        return unreachable(change);
    }
  }
}

function readNamed<Resource extends { readonly scope: Scope; readonly name: string }>(
  table: NamedTable<Resource>,
  scope: Scope,
  names: readonly string[],
): Resource[] {
  return names.map((name) => table.read(scope, name)).filter((resource) => resource !== undefined);
}
