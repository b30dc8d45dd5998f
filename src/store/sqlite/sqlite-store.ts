import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { SequencedEvent } from "../../batch/event.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobDefinition } from "../../batch/job-definition.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../../batch/log-stream.ts";
import type { PlainResourceOf, PlainResourceType } from "../../batch/plain-resource.ts";
import type { Scope } from "../../batch/scope.ts";
import type { StoredSecret } from "../../batch/secret.ts";
import type { ServiceJob } from "../../batch/service-job.ts";
import type { Change } from "../change.ts";
import type { EventLogBounds, EventLogLimits } from "../event-log.ts";
import { StoreWriteError } from "../store.ts";
import type {
  ChildJobFilter,
  ConsumableJobFilter,
  JobDefinitionFilter,
  JobFilter,
  JobListEntry,
  LogStreamFilter,
  Page,
  PageRequest,
  PlainResourceFilter,
  ServiceJobFilter,
  Store,
  StoredJob,
  StoredState,
} from "../store.ts";
import { applyChange } from "./apply-change.ts";
import { documentError } from "./document-error.ts";
import { LiveJobReads } from "./live-job-reads.ts";
import { mergeJobChanges } from "./merge-job-changes.ts";
import { openDatabase, openError } from "./open-database.ts";
import { isDamage, isSqliteError } from "./sqlite-error.ts";
import { Tables } from "./tables.ts";

/**
 * A store in one SQLite file (beside it SQLite keeps `-wal`, and may leave a `-shm` that holds nothing). A commit is one
 * transaction, on the disk when it returns. SQLite runs in this thread: measured, a thread of its own is no faster.
 */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #transaction: Readonly<Record<"begin" | "commit", StatementSync>>;
  readonly #tables: Tables;

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
    this.#tables = new Tables(database);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#inTransaction(() => {
      for (const change of mergeJobChanges(changes)) applyChange(this.#tables, change);
    });
  }

  async load(): Promise<StoredState> {
    const live = new LiveJobReads(this.#database, this.#tables.texts, this.#tables.jobListIndex);
    return this.#reading(() => ({
      computeEnvironments: this.#tables.computeEnvironments.all(),
      jobQueues: this.#tables.jobQueues.all(),
      shareUsages: this.#tables.shareUsages.all(),
      jobDefinitions: this.#tables.jobDefinitions.revisions(),
      liveJobs: this.#readAll(live.jobs()),
      liveChildren: this.#readAll(live.children()),
      instances: this.#tables.instances.notTerminated(),
      logGroups: this.#tables.logGroups.all(),
      lastEventSequence: this.#tables.events.bounds()?.lastSequence ?? 0,
      plainResources: this.#tables.plainResources.all(),
      requirements: this.#tables.consumableJobs.live(),
      serviceJobs: this.#tables.serviceJobs.live(),
    }));
  }

  async readSetting(name: string): Promise<string | undefined> {
    return this.#tables.settings.read(name);
  }

  async readComputeEnvironments(scope: Scope, names: readonly string[]): Promise<ComputeEnvironment[]> {
    return this.#tables.computeEnvironments.readMany(scope, names);
  }

  async listComputeEnvironments(scope: Scope, page: PageRequest): Promise<Page<ComputeEnvironment>> {
    return this.#tables.computeEnvironments.list(scope, "", page);
  }

  async readJobQueues(scope: Scope, names: readonly string[]): Promise<JobQueue[]> {
    return this.#tables.jobQueues.readMany(scope, names);
  }

  async listJobQueues(scope: Scope, page: PageRequest): Promise<Page<JobQueue>> {
    return this.#tables.jobQueues.list(scope, "", page);
  }

  async readJobDefinition(scope: Scope, name: string, revision: number): Promise<JobDefinition | undefined> {
    return this.#tables.jobDefinitions.read(scope, name, revision);
  }

  async listJobDefinitions(
    scope: Scope,
    filter: JobDefinitionFilter,
    page: PageRequest,
  ): Promise<Page<JobDefinition>> {
    return this.#tables.jobDefinitions.list(scope, filter, page);
  }

  async readJobs(scope: Scope, jobIds: readonly string[]): Promise<StoredJob[]> {
    return this.#reading(() => this.#tables.jobReads.read(scope, jobIds));
  }

  async listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>> {
    return this.#tables.jobLists.list(scope, filter, page);
  }

  async listChildJobs(
    scope: Scope,
    parentJobId: string,
    filter: ChildJobFilter,
    page: PageRequest,
  ): Promise<Page<JobListEntry>> {
    return this.#tables.childJobLists.list(scope, parentJobId, { ...filter, ...page });
  }

  async removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() => {
      const removedCount = this.#tables.jobWrites.removeStoppedBefore(stoppedBeforeMs, limit);
      const restMax = Math.max(0, limit - removedCount);
      return removedCount + this.#tables.serviceJobs.removeStoppedBefore(stoppedBeforeMs, restMax);
    });
  }

  async removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() =>
      this.#tables.jobDefinitions.removeDeregisteredBefore(deregisteredBeforeMs, limit),
    );
  }

  async readInstance(scope: Scope, instanceId: string): Promise<Instance | undefined> {
    return this.#tables.instances.read(scope, instanceId);
  }

  async removeInstancesTerminatedBefore(terminatedBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() =>
      this.#tables.instances.removeTerminatedBefore(terminatedBeforeMs, limit),
    );
  }

  async readLogGroup(scope: Scope, name: string): Promise<LogGroup | undefined> {
    return this.#tables.logGroups.read(scope, name);
  }

  async listLogGroups(scope: Scope, namePrefix: string, page: PageRequest): Promise<Page<LogGroup>> {
    return this.#tables.logGroups.list(scope, namePrefix, page);
  }

  async readLogStream(scope: Scope, groupName: string, name: string): Promise<LogStream | undefined> {
    return this.#tables.logStreams.read(scope, groupName, name);
  }

  async listLogStreams(scope: Scope, filter: LogStreamFilter, page: PageRequest): Promise<Page<LogStream>> {
    return this.#tables.logStreams.list(scope, filter, page);
  }

  async readPlainResources<Type extends PlainResourceType>(
    type: Type,
    scope: Scope,
    names: readonly string[],
  ): Promise<PlainResourceOf<Type>[]> {
    return this.#tables.plainResources.read(type, scope, names);
  }

  async listPlainResources<Type extends PlainResourceType>(
    filter: PlainResourceFilter<Type>,
    page: PageRequest,
  ): Promise<Page<PlainResourceOf<Type>>> {
    return this.#tables.plainResources.list(filter, page);
  }

  async listJobsByConsumable(filter: ConsumableJobFilter, page: PageRequest): Promise<Page<string>> {
    return this.#tables.consumableJobs.list(filter, page);
  }

  async readServiceJobs(scope: Scope, jobIds: readonly string[]): Promise<ServiceJob[]> {
    return this.#tables.serviceJobs.read(scope, jobIds);
  }

  async listServiceJobs(
    scope: Scope,
    filter: ServiceJobFilter,
    page: PageRequest,
  ): Promise<Page<ServiceJob>> {
    return this.#tables.serviceJobs.list(scope, filter, page);
  }

  async readSecret(scope: Scope, name: string): Promise<StoredSecret | undefined> {
    return this.#tables.secrets.read(scope, name);
  }

  async listSecrets(scope: Scope, page: PageRequest): Promise<Page<StoredSecret>> {
    return this.#tables.secrets.list(scope, "", page);
  }

  async hasSecrets(): Promise<boolean> {
    return !this.#tables.secrets.isEmpty();
  }

  async eventLogBounds(): Promise<EventLogBounds | undefined> {
    return this.#tables.events.bounds();
  }

  async readEvents(afterSequence: number, limit: number): Promise<readonly SequencedEvent[]> {
    return this.#reading(() => this.#tables.events.readAfter(afterSequence, limit));
  }

  async findEventsSince(sinceMs: number): Promise<number | undefined> {
    return this.#tables.events.findSince(sinceMs);
  }

  async removeEvents(limits: EventLogLimits): Promise<boolean> {
    return this.#inTransaction(() => this.#tables.events.removeBeyond(limits));
  }

  /** SQLite moves what is in the WAL into the file as it closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#database[Symbol.dispose]();
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw this.#readError(error);
    }
  }

  *#readAll<Row>(rows: Iterable<Row>): Generator<Row> {
    try {
      yield* rows;
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
      this.#tables.forget();
      if (!isSqliteError(error)) throw error;
      throw new StoreWriteError(`the store cannot write to ${this.#path}: ${error.message}`, {
        cause: error,
      });
    }
  }
}
