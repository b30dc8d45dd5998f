import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobDefinition } from "../../batch/job-definition.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../../batch/log-stream.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { unreachable } from "../../lib/assert.ts";
import type { Change } from "../change.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type {
  JobDefinitionFilter,
  JobFilter,
  JobListEntry,
  LogStreamFilter,
  Page,
  PageRequest,
  Store,
  StoredJob,
  StoredState,
} from "../store.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { MemoryJobDefinitions } from "./memory-job-definitions.ts";
import { MemoryJobs } from "./memory-jobs.ts";
import { MemoryLogs } from "./memory-logs.ts";
import { firstOf, SortedTable } from "./sorted-table.ts";

/**
 * A store that ends with its process: for trials and for tests. What it is given is copied, what it returns is frozen.
 * Lists look at what a queue holds, job by job, which is quick for what fits into memory.
 */
export class MemoryStore implements Store {
  readonly #settings = new Map<string, string>();
  readonly #computeEnvironments = new SortedTable<ComputeEnvironment>();
  readonly #jobQueues = new SortedTable<JobQueue>();
  readonly #jobDefinitions = new MemoryJobDefinitions();
  readonly #instances = new SortedTable<Instance>();
  readonly #jobs = new MemoryJobs();
  readonly #logs = new MemoryLogs();

  /** Only the copying can fail, and it comes before the first change. */
  async commit(changes: readonly Change[]): Promise<void> {
    for (const change of frozenCopy(changes)) this.#apply(change);
  }

  async load(): Promise<StoredState> {
    return {
      computeEnvironments: this.#computeEnvironments.values(),
      jobQueues: this.#jobQueues.values(),
      jobDefinitions: this.#jobDefinitions.revisions(),
      liveJobs: this.#jobs.live(),
      liveChildren: [],
      instances: this.#instances.values().filter(({ terminatedAtMs }) => terminatedAtMs === undefined),
      logGroups: this.#logs.groups(),
    };
  }

  async readSetting(name: string): Promise<string | undefined> {
    return this.#settings.get(name);
  }

  async readComputeEnvironments(scope: Scope, names: readonly string[]): Promise<ComputeEnvironment[]> {
    return readNamed(this.#computeEnvironments, scope, names);
  }

  async listComputeEnvironments(scope: Scope, page: PageRequest): Promise<Page<ComputeEnvironment>> {
    return listNamed(this.#computeEnvironments, "compute environments", { ...page, scope });
  }

  async readJobQueues(scope: Scope, names: readonly string[]): Promise<JobQueue[]> {
    return readNamed(this.#jobQueues, scope, names);
  }

  async listJobQueues(scope: Scope, page: PageRequest): Promise<Page<JobQueue>> {
    return listNamed(this.#jobQueues, "job queues", { ...page, scope });
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
    return this.#jobs.read(scope, jobIds);
  }

  async listJobs(scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<JobListEntry>> {
    return this.#jobs.list(scope, filter, page);
  }

  async listChildJobs(): Promise<Page<JobListEntry>> {
    throw new Error("children come next");
  }

  async removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number> {
    return this.#jobs.removeStoppedBefore(stoppedBeforeMs, limit);
  }

  async removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number> {
    return this.#jobDefinitions.removeDeregisteredBefore(deregisteredBeforeMs, limit);
  }

  async readInstance(scope: Scope, instanceId: string): Promise<Instance | undefined> {
    return this.#instances.get(scopeKey(scope), [instanceId]);
  }

  async readLogGroup(scope: Scope, name: string): Promise<LogGroup | undefined> {
    return this.#logs.readGroup(scope, name);
  }

  async listLogGroups(scope: Scope, namePrefix: string, page: PageRequest): Promise<Page<LogGroup>> {
    return this.#logs.listGroups(scope, namePrefix, page);
  }

  async readLogStream(scope: Scope, groupName: string, name: string): Promise<LogStream | undefined> {
    return this.#logs.readStream(scope, groupName, name);
  }

  async listLogStreams(scope: Scope, filter: LogStreamFilter, page: PageRequest): Promise<Page<LogStream>> {
    return this.#logs.listStreams(scope, filter, page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open.
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case "compute-environment-put":
        return putNamed(this.#computeEnvironments, change.computeEnvironment);
      case "compute-environment-removed":
        return this.#computeEnvironments.delete(scopeKey(change.scope), [change.name]);
      case "job-queue-put":
        return putNamed(this.#jobQueues, change.jobQueue);
      case "job-queue-removed":
        return this.#jobQueues.delete(scopeKey(change.scope), [change.name]);
      case "job-definition-put":
        return this.#jobDefinitions.put(change.jobDefinition);
      case "job-submitted":
        return this.#jobs.submit(change.job, change.progress);
      case "job-changed":
        return this.#jobs.change(change.scope, change.jobId, change.patch);
      case "child-put":
        throw new Error("children come next");
      case "job-tagged":
        return this.#jobs.tag(change.scope, change.jobId, change.tags, change.cause);
      case "attempt-put":
        return this.#jobs.putAttempt(change.attempt);
      case "instance-put":
        return this.#putInstance(change.instance);
      case "log-group-put":
        return this.#logs.putGroup(change.logGroup);
      case "log-group-removed":
        return this.#logs.removeGroup(change.scope, change.name);
      case "log-stream-put":
        return this.#logs.putStream(change.logStream);
      case "log-stream-removed":
        return this.#logs.removeStream(change.scope, change.groupName, change.name);
      case "setting-put":
        this.#settings.set(change.name, change.value);
        return;
      default:
        return unreachable(change);
    }
  }

  #putInstance(instance: Instance): void {
    this.#instances.set(scopeKey(instance.scope), [instance.instanceId], instance);
  }
}

interface Named {
  readonly scope: Scope;
  readonly name: string;
}

function putNamed<Row extends Named>(table: SortedTable<Row>, row: Row): void {
  table.set(scopeKey(row.scope), [row.name], row);
}

function readNamed<Row extends Named>(
  table: SortedTable<Row>,
  scope: Scope,
  names: readonly string[],
): Row[] {
  return names.map((name) => table.get(scopeKey(scope), [name])).filter((row) => row !== undefined);
}

function listNamed<Row extends Named>(
  table: SortedTable<Row>,
  listName: string,
  { scope, after, limit }: PageRequest & { readonly scope: Scope },
): Page<Row> {
  const start = positionAfter<[string]>(listName, after, [""]);
  return pageOf(firstOf(table.after(scopeKey(scope), start), limit + 1), limit, {
    name: listName,
    item: (row) => row,
    position: (row) => [row.name],
  });
}
