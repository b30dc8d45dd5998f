import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Attempt } from "../../batch/attempt.ts";
import { parseChildJobId } from "../../batch/child-job.ts";
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
import { unreachable } from "../../lib/assert.ts";
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
import { EventTable } from "./event-table.ts";
import { ChildJobLists } from "./child-job-lists.ts";
import { ChildJobWrites } from "./child-job-writes.ts";
import { ConsumableJobTable } from "./consumable-job-table.ts";
import { InstanceTable } from "./instance-table.ts";
import { JobDefinitionTable } from "./job-definition-table.ts";
import { JobListIndex } from "./job-list-index.ts";
import { JobLists } from "./job-lists.ts";
import { JobReads } from "./job-reads.ts";
import { JobWrites } from "./job-writes.ts";
import { LatestOutcomes } from "./latest-outcomes.ts";
import { LiveJobs } from "./live-jobs.ts";
import { LogStreamTable } from "./log-stream-table.ts";
import { mergeJobChanges } from "./merge-job-changes.ts";
import type { MergedChange } from "./merge-job-changes.ts";
import { NamedTable } from "./named-table.ts";
import { NumberedTexts } from "./numbered-texts.ts";
import { documentError } from "./document-error.ts";
import { openDatabase, openError } from "./open-database.ts";
import { PlainResourceTables } from "./plain-resource-tables.ts";
import { ServiceJobTable } from "./service-job-table.ts";
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
  readonly #childJobWrites: ChildJobWrites;
  readonly #jobReads: JobReads;
  readonly #jobLists: JobLists;
  readonly #childJobLists: ChildJobLists;
  readonly #logGroups: NamedTable<LogGroup>;
  readonly #logStreams: LogStreamTable;
  readonly #events: EventTable;
  readonly #plainResources: PlainResourceTables;
  readonly #serviceJobs: ServiceJobTable;
  readonly #consumableJobs: ConsumableJobTable;
  readonly #secrets: NamedTable<StoredSecret>;

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
    this.#childJobWrites = new ChildJobWrites(database, this.#texts);
    this.#jobReads = new JobReads(database, this.#texts);
    const outcomes = new LatestOutcomes(database);
    this.#jobLists = new JobLists(database, this.#texts, this.#jobListIndex, outcomes);
    this.#childJobLists = new ChildJobLists(database, this.#texts, outcomes);
    this.#logGroups = new NamedTable(database, "log_groups");
    this.#logStreams = new LogStreamTable(database);
    this.#events = new EventTable(database);
    this.#plainResources = new PlainResourceTables(database);
    this.#serviceJobs = new ServiceJobTable(database);
    this.#consumableJobs = new ConsumableJobTable(database);
    this.#secrets = new NamedTable(database, "secrets");
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.#inTransaction(() => {
      for (const change of mergeJobChanges(changes)) this.#apply(change);
    });
  }

  async load(): Promise<StoredState> {
    const live = new LiveJobs(this.#database, this.#texts, this.#jobListIndex);
    return this.#reading(() => ({
      computeEnvironments: this.#computeEnvironments.all(),
      jobQueues: this.#jobQueues.all(),
      jobDefinitions: this.#jobDefinitions.revisions(),
      liveJobs: this.#readAll(live.jobs()),
      liveChildren: this.#readAll(live.children()),
      instances: this.#instances.notTerminated(),
      logGroups: this.#logGroups.all(),
      lastEventSequence: this.#events.bounds()?.lastSequence ?? 0,
      plainResources: this.#plainResources.all(),
      requirements: this.#consumableJobs.live(),
      serviceJobs: this.#serviceJobs.live(),
    }));
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
    return this.#reading(() => this.#jobReads.read(scope, jobIds));
  }

  async listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>> {
    return this.#jobLists.list(scope, filter, page);
  }

  async listChildJobs(
    scope: Scope,
    parentJobId: string,
    filter: ChildJobFilter,
    page: PageRequest,
  ): Promise<Page<JobListEntry>> {
    return this.#childJobLists.list(scope, parentJobId, { ...filter, ...page });
  }

  async removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number> {
    return this.#inTransaction(() => {
      const removedCount = this.#jobWrites.removeStoppedBefore(stoppedBeforeMs, limit);
      return removedCount + this.#serviceJobs.removeStoppedBefore(stoppedBeforeMs, limit - removedCount);
    });
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

  async readPlainResources<Type extends PlainResourceType>(
    type: Type,
    scope: Scope,
    names: readonly string[],
  ): Promise<PlainResourceOf<Type>[]> {
    return this.#plainResources.read(type, scope, names);
  }

  async listPlainResources<Type extends PlainResourceType>(
    filter: PlainResourceFilter<Type>,
    page: PageRequest,
  ): Promise<Page<PlainResourceOf<Type>>> {
    return this.#plainResources.list(filter, page);
  }

  async listJobsByConsumable(filter: ConsumableJobFilter, page: PageRequest): Promise<Page<string>> {
    return this.#consumableJobs.list(filter, page);
  }

  async readServiceJobs(scope: Scope, jobIds: readonly string[]): Promise<ServiceJob[]> {
    return this.#serviceJobs.read(scope, jobIds);
  }

  async listServiceJobs(
    scope: Scope,
    filter: ServiceJobFilter,
    page: PageRequest,
  ): Promise<Page<ServiceJob>> {
    return this.#serviceJobs.list(scope, filter, page);
  }

  async readSecret(scope: Scope, name: string): Promise<StoredSecret | undefined> {
    return this.#secrets.read(scope, name);
  }

  async listSecrets(scope: Scope, page: PageRequest): Promise<Page<StoredSecret>> {
    return this.#secrets.list(scope, "", page);
  }

  async eventLogBounds(): Promise<EventLogBounds | undefined> {
    return this.#events.bounds();
  }

  async readEvents(afterSequence: number, limit: number): Promise<readonly SequencedEvent[]> {
    return this.#reading(() => this.#events.readAfter(afterSequence, limit));
  }

  async findEventsSince(sinceMs: number): Promise<number | undefined> {
    return this.#events.findSince(sinceMs);
  }

  async removeEvents(limits: EventLogLimits): Promise<boolean> {
    return this.#inTransaction(() => this.#events.removeBeyond(limits));
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
      this.#texts.forgetAll();
      this.#jobListIndex.forget();
      this.#events.forget();
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
        return this.#changeJob(change);
      case "child-put":
        return this.#childJobWrites.put(change);
      case "job-tagged":
        return this.#jobWrites.tag(change.scope, change.jobId, change.tags, change.cause);
      case "attempt-put":
        return this.#putAttempt(change.attempt);
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
      case "plain-resource-put":
        return this.#plainResources.put(change.resource);
      case "plain-resource-removed":
        return this.#plainResources.remove(change.resource);
      case "service-job-put":
        return this.#serviceJobs.put(change.serviceJob);
      case "secret-put":
        return this.#secrets.put(change.secret);
      case "secret-removed":
        return this.#secrets.remove(change.scope, change.name);
      case "events-appended":
        return this.#events.append(change.firstSequence, change.events);
      case "setting-put":
        return this.#settings.put(change.name, change.value);
      default:
        return unreachable(change);
    }
  }

  #changeJob({ scope, jobId, patch }: Extract<Change, { kind: "job-changed" }>): void {
    const child = parseChildJobId(jobId);
    if (child === undefined) this.#jobWrites.change(scope, jobId, patch);
    else this.#childJobWrites.change(scope, child, patch);
  }

  #putAttempt(attempt: Attempt): void {
    const child = parseChildJobId(attempt.jobId);
    if (child === undefined) this.#jobWrites.putAttempt(attempt);
    else this.#childJobWrites.putAttempt(child, attempt);
  }
}

function readNamed<Resource extends { readonly scope: Scope; readonly name: string }>(
  table: NamedTable<Resource>,
  scope: Scope,
  names: readonly string[],
): Resource[] {
  return names.map((name) => table.read(scope, name)).filter((resource) => resource !== undefined);
}
