import { resourceName } from "../../batch/arn.ts";
import type { Attempt } from "../../batch/attempt.ts";
import type { Cause } from "../../batch/cause.ts";
import { childCountOf, parseChildJobId } from "../../batch/child-job.ts";
import { isTerminal } from "../../batch/job.ts";
import type { Job, JobProgress, JobProgressPatch } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { Change } from "../change.ts";
import { lastOutcomeOf } from "../last-outcome.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import { BEFORE_CHILDREN, BY_INDEX, childKindOf, firstIndexAfter, hasChild } from "../stored-child.ts";
import type {
  ChildJobFilter,
  ConsumableJobFilter,
  JobFilter,
  JobListEntry,
  LiveRequirements,
  Page,
  PageRequest,
  StoredJob,
  StoredState,
} from "../store.ts";
import { matchesText } from "../text-match.ts";
import { storedChild, storedJob } from "./memory-job.ts";
import type { MemoryChild, MemoryJob, MemoryRecord } from "./memory-job.ts";
import { liveChildren, liveJob } from "./memory-live-jobs.ts";
import { ScopedTable } from "./scoped-table.ts";
import { comparePositions, SortedTable } from "./sorted-table.ts";

/** Of jobs that can have none: nothing is ever put there. */
const NO_CHILDREN: MemoryJob["children"] = new Map();

/** Jobs with their attempts, by scope and id, and for each queue the newest first. What it is given it keeps. */
export class MemoryJobs {
  readonly #jobs = new ScopedTable<MemoryJob>();
  readonly #byQueue = new SortedTable<MemoryJob>();
  #submittedCount = 0;

  submit(job: Job, progress: JobProgress): void {
    if (this.#jobs.get(job.scope, job.jobId) !== undefined) return;
    this.#submittedCount += 1;
    const children = childCountOf(job) === 0 ? NO_CHILDREN : new Map<number, MemoryChild>();
    const added = { job, progress, order: this.#submittedCount, attempts: [], children };
    this.#jobs.set(job.scope, job.jobId, added);
    this.#byQueue.set(queueKey(job.scope, job.jobQueueArn), newestFirst(added), added);
  }

  /** The main node has no record: its job's is its own. */
  putChild({ scope, parentJobId, index, progress, atMs }: Extract<Change, { kind: "child-put" }>): void {
    const parent = this.#jobs.get(scope, parentJobId);
    if (parent === undefined || index >= childCountOf(parent.job) || index === parent.job.nodes?.main) return;
    const known = parent.children.get(index);
    if (known === undefined) parent.children.set(index, { createdAtMs: atMs, attempts: [], progress });
    else known.progress = progress;
  }

  change(scope: Scope, jobId: string, patch: JobProgressPatch): void {
    const found = this.#record(scope, jobId);
    if (found !== undefined) found.progress = Object.freeze({ ...found.progress, ...patch });
  }

  tag(scope: Scope, jobId: string, tags: Job["tags"], taggedBy: Cause): void {
    const found = this.#jobs.get(scope, jobId);
    if (found !== undefined) found.job = Object.freeze({ ...found.job, tags, taggedBy });
  }

  putAttempt(attempt: Attempt): void {
    const attempts = this.#record(attempt.scope, attempt.jobId)?.attempts;
    if (attempts === undefined) return;
    const index = attempts.findIndex(({ number }) => number >= attempt.number);
    if (index === -1) attempts.push(attempt);
    else if (attempts[index]?.number === attempt.number) attempts[index] = attempt;
    else attempts.splice(index, 0, attempt);
  }

  read(scope: Scope, jobIds: readonly string[]): StoredJob[] {
    return jobIds.map((jobId) => this.#read(scope, jobId)).filter((found) => found !== undefined);
  }

  list(scope: Scope, filter: JobFilter, page: PageRequest): Page<JobListEntry> {
    const groupOf = groupingOf(filter);
    return groupOf === undefined
      ? this.#listNewestFirst(scope, filter, page)
      : this.#listByGroup(scope, filter, { ...page, groupOf });
  }

  removeStoppedBefore(stoppedBeforeMs: number, limit: number): number {
    const stopped = this.#inOrder()
      .filter(({ progress }) => isTerminal(progress.status) && stoppedAtMs(progress) < stoppedBeforeMs)
      .sort((a, b) => stoppedAtMs(a.progress) - stoppedAtMs(b.progress));
    let removedCount = 0;
    for (const removed of stopped) {
      if (removedCount >= limit) break;
      const { scope, jobId, jobQueueArn } = removed.job;
      this.#jobs.delete(scope, jobId);
      this.#byQueue.delete(queueKey(scope, jobQueueArn), newestFirst(removed));
      removedCount += 1 + childCountOf(removed.job);
    }
    return removedCount;
  }

  listChildren(
    scope: Scope,
    parentJobId: string,
    { status, after, limit }: ChildJobFilter & PageRequest,
  ): Page<JobListEntry> {
    const [last] = positionAfter(BY_INDEX, after, BEFORE_CHILDREN);
    const parent = this.#jobs.get(scope, parentJobId);
    const found: StoredJob[] = [];
    const count = parent === undefined ? 0 : childCountOf(parent.job);
    for (let index = firstIndexAfter(last); index < count && found.length <= limit; index += 1) {
      const child = parent && childAt(parent, index);
      if (child !== undefined && (status === undefined || child.progress.status === status))
        found.push(child);
    }
    return pageOf(found, limit, {
      name: BY_INDEX,
      item: listEntry,
      position: ({ job }) => [job.childIndex ?? 0],
    });
  }

  load(): Pick<StoredState, "liveJobs" | "liveChildren"> {
    const jobs = this.#inOrder();
    const find = ({ job }: MemoryJob, jobId: string) => this.#jobs.get(job.scope, jobId);
    return {
      liveJobs: jobs.filter(({ progress }) => !isTerminal(progress.status)).map((job) => liveJob(job, find)),
      liveChildren: liveChildren(jobs, find),
    };
  }

  /** What live jobs need of consumable resources. */
  requirements(): LiveRequirements[] {
    return this.#inOrder().flatMap(({ job: { jobId, consumableResources }, progress }) =>
      consumableResources === undefined || isTerminal(progress.status) ? [] : { jobId, consumableResources },
    );
  }

  listByConsumable(filter: ConsumableJobFilter, { after, limit }: PageRequest): Page<string> {
    const { consumableResourceArn, status, nameEquals } = filter;
    const [last] = positionAfter<[number]>(BY_CONSUMABLE, after, [Number.MAX_SAFE_INTEGER]);
    const found = this.#inOrder()
      .filter(({ job: { consumableResources = [] } }) =>
        consumableResources.some(({ consumableResource }) => consumableResource === consumableResourceArn),
      )
      .filter(({ order, progress }) => order < last && (status === undefined || progress.status === status))
      .filter(({ job }) => nameEquals === undefined || matchesText(job.jobName, nameEquals))
      .reverse();
    return pageOf(found, limit, {
      name: BY_CONSUMABLE,
      item: ({ job }) => job.jobId,
      position: ({ order }) => [order],
    });
  }

  #read(scope: Scope, jobId: string): StoredJob | undefined {
    const found = this.#jobs.get(scope, jobId);
    if (found !== undefined) return storedJob(found);
    const child = parseChildJobId(jobId);
    const parent = child && this.#jobs.get(scope, child.parentJobId);
    return parent && storedChild(parent, child);
  }

  /** What changes of the job or child; undefined where it has no record. */
  #record(scope: Scope, jobId: string): MemoryRecord | undefined {
    const found = this.#jobs.get(scope, jobId);
    if (found !== undefined) return found;
    const child = parseChildJobId(jobId);
    const parent = child && this.#jobs.get(scope, child.parentJobId);
    return parent && hasChild(parent.job, child) ? parent.children.get(child.index) : undefined;
  }

  /** All jobs in the order of submission. */
  #inOrder(): MemoryJob[] {
    const jobs = this.#jobs.values();
    return this.#jobs.scopeCount === 1 ? jobs : jobs.sort((a, b) => a.order - b.order);
  }

  #listNewestFirst(scope: Scope, filter: JobFilter, { after, limit }: PageRequest): Page<JobListEntry> {
    const list = { name: "jobs", item: jobEntry, position: newestFirst };
    const found: MemoryJob[] = [];
    const start = positionAfter(list.name, after, NEWEST);
    for (const job of this.#byQueue.after(queueKey(scope, filter.jobQueueArn), start)) {
      if (matches(job, filter)) found.push(job);
      if (found.length > limit) break;
    }
    return pageOf(found, limit, list);
  }

  /** Sorts all that match for each page: a plain answer to a rare question. */
  #listByGroup(
    scope: Scope,
    filter: JobFilter,
    { after, limit, groupOf }: PageRequest & { readonly groupOf: Grouping },
  ): Page<JobListEntry> {
    const position = (job: MemoryJob): GroupedPosition => [groupOf(job.job), ...newestFirst(job)];
    const list = { name: "jobs by name", item: jobEntry, position };
    const start = positionAfter<GroupedPosition>(list.name, after, ["", ...NEWEST]);
    const found = [...this.#byQueue.after(queueKey(scope, filter.jobQueueArn), NEWEST)]
      .filter((job) => matches(job, filter) && comparePositions(position(job), start) > 0)
      .sort((a, b) => comparePositions(position(a), position(b)));
    return pageOf(found.slice(0, limit + 1), limit, list);
  }
}

function childAt(parent: MemoryJob, index: number): StoredJob | undefined {
  return storedChild(parent, { parentJobId: parent.job.jobId, kind: childKindOf(parent.job), index });
}

/** Before every job of a queue. */
const NEWEST: [number, number] = [-Infinity, -Infinity];

function newestFirst({ job, order }: MemoryJob): [number, number] {
  return [-job.createdAtMs, -order];
}

function stoppedAtMs({ stoppedAtMs: at }: JobProgress): number {
  return at ?? Infinity;
}

function queueKey(scope: Scope, jobQueueArn: string): string {
  return `${scopeKey(scope)} ${jobQueueArn}`;
}

type Grouping = (job: Job) => string;
type GroupedPosition = [group: string, newest: number, order: number];

/** What a list is ordered by before the time, if anything. */
function groupingOf({ nameEquals, definition }: JobFilter): Grouping | undefined {
  if (nameEquals?.isPrefix === true) return ({ jobName }) => jobName.toLowerCase();
  if (definition?.by === "name-prefix") return ({ jobDefinitionArn }) => resourceName(jobDefinitionArn);
  return undefined;
}

function matches({ job, progress }: MemoryJob, filter: JobFilter): boolean {
  const { status, shareIdentifier, nameEquals } = filter;
  const { createdBeforeMs = Infinity, createdAfterMs = -Infinity } = filter;
  return (
    (status === undefined || progress.status === status) &&
    (shareIdentifier === undefined || job.shareIdentifier === shareIdentifier) &&
    job.createdAtMs < createdBeforeMs &&
    job.createdAtMs > createdAfterMs &&
    (nameEquals === undefined || matchesText(job.jobName, nameEquals)) &&
    matchesDefinition(job.jobDefinitionArn, filter.definition)
  );
}

const BY_CONSUMABLE = "jobs by consumable resource";

function matchesDefinition(jobDefinitionArn: string, match: JobFilter["definition"]): boolean {
  if (match === undefined) return true;
  if (match.by === "arn") return jobDefinitionArn === match.arn;
  const name = resourceName(jobDefinitionArn);
  return match.by === "name" ? name === match.name : name.startsWith(match.name);
}

function jobEntry(found: MemoryJob): JobListEntry {
  return listEntry(storedJob(found));
}

function listEntry({ job, progress, attempts, childCounts }: StoredJob): JobListEntry {
  const { jobId, jobName, jobDefinitionArn, createdAtMs, resources, shareIdentifier } = job;
  const { arraySize, nodes, childIndex } = job;
  return {
    jobId,
    jobName,
    jobDefinitionArn,
    createdAtMs,
    vcpuMillis: resources.vcpuMillis,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    progress,
    ...lastOutcomeOf(attempts.at(-1)?.outcome),
    ...(arraySize !== undefined && { arraySize }),
    ...(nodes !== undefined && { nodes }),
    ...(childIndex !== undefined && { childIndex }),
    ...(childCounts !== undefined && { childCounts }),
  };
}
