import { parseResourceArn } from "../../batch/arn.ts";
import type { ComputeEnvironment } from "../../batch/compute-environment.ts";
import type { SequencedEvent } from "../../batch/event.ts";
import type { StoredShareUsage } from "../../batch/fair-share.ts";
import type { Instance } from "../../batch/instance.ts";
import type { JobDefinition } from "../../batch/job-definition.ts";
import type { JobQueue } from "../../batch/job-queue.ts";
import type { LogGroup, LogStream } from "../../batch/log-stream.ts";
import type { PlainResourceOf, PlainResourceType } from "../../batch/plain-resource.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { StoredSecret } from "../../batch/secret.ts";
import type { ServiceJob } from "../../batch/service-job.ts";
import { unreachable } from "../../lib/assert.ts";
import type { Change } from "../change.ts";
import type { EventLogBounds, EventLogLimits } from "../event-log.ts";
import { pageOf, positionAfter } from "../page-token.ts";
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
import { frozen } from "./frozen.ts";
import { MemoryEvents } from "./memory-events.ts";
import { MemoryJobDefinitions } from "./memory-job-definitions.ts";
import { MemoryJobs } from "./memory-jobs.ts";
import { MemoryLogs } from "./memory-logs.ts";
import { MemoryPlainResources } from "./memory-plain-resources.ts";
import { MemoryServiceJobs } from "./memory-service-jobs.ts";
import { MemoryShareUsages } from "./memory-share-usages.ts";
import { ScopedTable } from "./scoped-table.ts";
import { firstOf, SortedTable } from "./sorted-table.ts";

/**
 * A store that ends with its process: for trials and for tests. What it is given is frozen, and is what it returns.
 * Lists look at what a queue holds, job by job, which is quick for what fits into memory.
 */
export class MemoryStore implements Store {
  readonly #settings = new Map<string, string>();
  readonly #computeEnvironments = new SortedTable<ComputeEnvironment>();
  readonly #jobQueues = new SortedTable<JobQueue>();
  readonly #shareUsages = new MemoryShareUsages();
  readonly #jobDefinitions = new MemoryJobDefinitions();
  readonly #instances = new ScopedTable<Instance>();
  readonly #jobs = new MemoryJobs();
  readonly #logs = new MemoryLogs();
  readonly #events = new MemoryEvents();
  readonly #plainResources = new MemoryPlainResources();
  readonly #serviceJobs = new MemoryServiceJobs();
  readonly #secrets = new SortedTable<StoredSecret>();

  /** Only the freezing can fail, and it comes before the first change. */
  async commit(changes: readonly Change[]): Promise<void> {
    for (const change of frozen(changes)) this.#apply(change);
  }

  /** Environments and queues are other objects each time, as from a disk: `IdleInstances` remembers by object. */
  async load(): Promise<StoredState> {
    return {
      computeEnvironments: this.#computeEnvironments.values().map((environment) => ({ ...environment })),
      jobQueues: this.#jobQueues.values().map((jobQueue) => ({ ...jobQueue })),
      shareUsages: this.#shareUsages.all(),
      jobDefinitions: this.#jobDefinitions.revisions(),
      ...this.#jobs.load(),
      instances: this.#instances.values().filter(({ terminatedAtMs }) => terminatedAtMs === undefined),
      logGroups: this.#logs.groups(),
      lastEventSequence: this.#events.bounds()?.lastSequence ?? 0,
      plainResources: this.#plainResources.all(),
      requirements: this.#jobs.requirements(),
      serviceJobs: this.#serviceJobs.live(),
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

  async listChildJobs(
    scope: Scope,
    parentJobId: string,
    filter: ChildJobFilter,
    page: PageRequest,
  ): Promise<Page<JobListEntry>> {
    return this.#jobs.listChildren(scope, parentJobId, { ...filter, ...page });
  }

  async removeJobsStoppedBefore(stoppedBeforeMs: number, limit: number): Promise<number> {
    const removedCount = this.#jobs.removeStoppedBefore(stoppedBeforeMs, limit);
    const restMax = Math.max(0, limit - removedCount);
    return removedCount + this.#serviceJobs.removeStoppedBefore(stoppedBeforeMs, restMax);
  }

  async removeJobDefinitionsDeregisteredBefore(deregisteredBeforeMs: number, limit: number): Promise<number> {
    return this.#jobDefinitions.removeDeregisteredBefore(deregisteredBeforeMs, limit);
  }

  async readInstance(scope: Scope, instanceId: string): Promise<Instance | undefined> {
    return this.#instances.get(scope, instanceId);
  }

  async removeInstancesTerminatedBefore(terminatedBeforeMs: number, limit: number): Promise<number> {
    const removed = this.#instances
      .values()
      .filter((instance) => goneSinceMs(instance) < terminatedBeforeMs)
      .sort((a, b) => goneSinceMs(a) - goneSinceMs(b))
      .slice(0, limit);
    for (const instance of removed) this.#instances.delete(instance.scope, instance.instanceId);
    return removed.length;
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
    return this.#jobs.listByConsumable(filter, page);
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
    return this.#secrets.get(scopeKey(scope), [name]);
  }

  async listSecrets(scope: Scope, page: PageRequest): Promise<Page<StoredSecret>> {
    return listNamed(this.#secrets, "secrets", { ...page, scope });
  }

  async hasSecrets(): Promise<boolean> {
    return this.#secrets.values().length > 0;
  }

  async eventLogBounds(): Promise<EventLogBounds | undefined> {
    return this.#events.bounds();
  }

  async readEvents(afterSequence: number, limit: number): Promise<readonly SequencedEvent[]> {
    return this.#events.readAfter(afterSequence, limit);
  }

  async findEventsSince(sinceMs: number): Promise<number | undefined> {
    return this.#events.findSince(sinceMs);
  }

  async removeEvents(limits: EventLogLimits): Promise<boolean> {
    return this.#events.removeBeyond(limits);
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
        this.#jobQueues.delete(scopeKey(change.scope), [change.name]);
        return this.#shareUsages.removeQueue(change.scope, change.name);
      case "share-usage-put":
        return this.#putShareUsage(change);
      case "share-usage-removed":
        return this.#shareUsages.remove(change);
      case "job-definition-put":
        return this.#jobDefinitions.put(change.jobDefinition);
      case "job-submitted":
        return this.#jobs.submit(change.job, change.progress);
      case "job-changed":
        return this.#jobs.change(change.scope, change.jobId, change.patch);
      case "child-put":
        return this.#jobs.putChild(change);
      case "job-tagged":
        return this.#jobs.tag(change.scope, change.jobId, change.tags, change.cause);
      case "attempt-put":
        return this.#jobs.putAttempt(change.attempt);
      case "instance-put":
        return this.#instances.set(change.instance.scope, change.instance.instanceId, change.instance);
      case "log-group-put":
        return this.#logs.putGroup(change.logGroup);
      case "log-group-removed":
        return this.#logs.removeGroup(change.scope, change.name);
      case "log-stream-put":
        return this.#logs.putStream(change.logStream);
      case "log-stream-removed":
        return this.#logs.removeStream(change.scope, change.groupName, change.name);
      case "plain-resource-put":
        return this.#plainResources.put(change.resource);
      case "plain-resource-removed":
        return this.#plainResources.remove(change.resource);
      case "service-job-put":
        return this.#serviceJobs.put(change.serviceJob);
      case "secret-put":
        return putNamed(this.#secrets, change.secret);
      case "secret-removed":
        return this.#secrets.delete(scopeKey(change.scope), [change.name]);
      case "events-appended":
        return this.#events.append(change.firstSequence, change.events);
      case "setting-put":
        this.#settings.set(change.name, change.value);
        return;
      default:
        return unreachable(change);
    }
  }

  /** Of a queue that is not there nothing is kept. */
  #putShareUsage(usage: StoredShareUsage): void {
    const queue = parseResourceArn(usage.jobQueueArn);
    const isThere =
      queue !== undefined && this.#jobQueues.get(scopeKey(queue.scope), [queue.name]) !== undefined;
    if (isThere) this.#shareUsages.put(usage);
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

function goneSinceMs({ terminatedAtMs }: Instance): number {
  return terminatedAtMs ?? Infinity;
}
