import { resourceName } from "../../batch/arn.ts";
import type { Attempt } from "../../batch/attempt.ts";
import { isTerminal } from "../../batch/job.ts";
import type { Cause } from "../../batch/cause.ts";
import type { Job, JobProgress, JobProgressPatch } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { JobStatus } from "../../model/batch.ts";
import { lastOutcomeOf } from "../last-outcome.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type {
  JobFilter,
  JobListEntry,
  Page,
  PageRequest,
  StoredJob,
  StoredLiveJob,
  TextMatch,
} from "../store.ts";
import { comparePositions, SortedTable } from "./sorted-table.ts";

/** Jobs with their attempts, by scope and id, and for each queue the newest first. What it is given it keeps. */
export class MemoryJobs {
  /** In the order of submission. */
  readonly #jobs = new Map<string, MemoryJob>();
  readonly #byQueue = new SortedTable<MemoryJob>();
  #submittedCount = 0;

  submit(job: Job, progress: JobProgress): void {
    const id = jobKey(job.scope, job.jobId);
    if (this.#jobs.has(id)) return;
    this.#submittedCount += 1;
    const added = { job, progress, order: this.#submittedCount, attempts: new Map<number, Attempt>() };
    this.#jobs.set(id, added);
    this.#byQueue.set(queueKey(job.scope, job.jobQueueArn), newestFirst(added), added);
  }

  change(scope: Scope, jobId: string, patch: JobProgressPatch): void {
    const found = this.#jobs.get(jobKey(scope, jobId));
    if (found !== undefined) found.progress = Object.freeze({ ...found.progress, ...patch });
  }

  tag(scope: Scope, jobId: string, tags: Job["tags"], taggedBy: Cause): void {
    const found = this.#jobs.get(jobKey(scope, jobId));
    if (found !== undefined) found.job = Object.freeze({ ...found.job, tags, taggedBy });
  }

  putAttempt(attempt: Attempt): void {
    this.#jobs.get(jobKey(attempt.scope, attempt.jobId))?.attempts.set(attempt.number, attempt);
  }

  read(scope: Scope, jobIds: readonly string[]): StoredJob[] {
    return jobIds
      .map((jobId) => this.#jobs.get(jobKey(scope, jobId)))
      .filter((found) => found !== undefined)
      .map((found) => ({ job: found.job, progress: found.progress, attempts: attemptsOf(found) }));
  }

  list(scope: Scope, filter: JobFilter, page: PageRequest): Page<JobListEntry> {
    const groupOf = groupingOf(filter);
    return groupOf === undefined
      ? this.#listNewestFirst(scope, filter, page)
      : this.#listByGroup(scope, filter, { ...page, groupOf });
  }

  removeStoppedBefore(stoppedBeforeMs: number, limit: number): number {
    const stopped = [...this.#jobs.values()]
      .filter(({ progress }) => isTerminal(progress.status) && stoppedAtMs(progress) < stoppedBeforeMs)
      .sort((a, b) => stoppedAtMs(a.progress) - stoppedAtMs(b.progress))
      .slice(0, limit);
    for (const removed of stopped) {
      const { scope, jobId, jobQueueArn } = removed.job;
      this.#jobs.delete(jobKey(scope, jobId));
      this.#byQueue.delete(queueKey(scope, jobQueueArn), newestFirst(removed));
    }
    return stopped.length;
  }

  live(): StoredLiveJob[] {
    return [...this.#jobs.values()].filter(({ progress }) => !isTerminal(progress.status)).map(liveJob);
  }

  #listNewestFirst(scope: Scope, filter: JobFilter, { after, limit }: PageRequest): Page<JobListEntry> {
    const list = { name: "jobs", item: listEntry, position: newestFirst };
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
    const list = { name: "jobs by name", item: listEntry, position };
    const start = positionAfter<GroupedPosition>(list.name, after, ["", ...NEWEST]);
    const found = [...this.#byQueue.after(queueKey(scope, filter.jobQueueArn), NEWEST)]
      .filter((job) => matches(job, filter) && comparePositions(position(job), start) > 0)
      .sort((a, b) => comparePositions(position(a), position(b)));
    return pageOf(found.slice(0, limit + 1), limit, list);
  }
}

interface MemoryJob {
  job: Job;
  progress: JobProgress;
  /** Counts up in the order of submission. */
  readonly order: number;
  readonly attempts: Map<number, Attempt>;
}

function attemptsOf({ attempts }: MemoryJob): Attempt[] {
  return [...attempts.values()].sort((a, b) => a.number - b.number);
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

function jobKey(scope: Scope, jobId: string): string {
  return `${scopeKey(scope)} ${jobId}`;
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
  const { status, shareIdentifier, createdBeforeMs = Infinity, createdAfterMs = -Infinity } = filter;
  return (
    (status === undefined || progress.status === status) &&
    (shareIdentifier === undefined || job.shareIdentifier === shareIdentifier) &&
    job.createdAtMs < createdBeforeMs &&
    job.createdAtMs > createdAfterMs &&
    matchesName(job.jobName.toLowerCase(), filter.nameEquals) &&
    matchesDefinition(job.jobDefinitionArn, filter.definition)
  );
}

function matchesName(nameKey: string, match: TextMatch | undefined): boolean {
  if (match === undefined) return true;
  const text = match.text.toLowerCase();
  return match.isPrefix ? nameKey.startsWith(text) : nameKey === text;
}

function matchesDefinition(jobDefinitionArn: string, match: JobFilter["definition"]): boolean {
  if (match === undefined) return true;
  if (match.by === "arn") return jobDefinitionArn === match.arn;
  const name = resourceName(jobDefinitionArn);
  return match.by === "name" ? name === match.name : name.startsWith(match.name);
}

function listEntry(found: MemoryJob): JobListEntry {
  const { jobId, jobName, jobDefinitionArn, createdAtMs, resources, shareIdentifier } = found.job;
  return {
    jobId,
    jobName,
    jobDefinitionArn,
    createdAtMs,
    vcpuMillis: resources.vcpuMillis,
    ...(shareIdentifier !== undefined && { shareIdentifier }),
    progress: found.progress,
    ...lastOutcomeOf(attemptsOf(found).at(-1)?.outcome),
  };
}

function liveJob(found: MemoryJob): StoredLiveJob {
  const { scope, jobId, jobQueueArn, resources, retryStrategy, attemptDurationSeconds } = found.job;
  const { status, queuePosition, attemptCount } = found.progress;
  const activeAttempt = isUnderWay(status) ? attemptsOf(found).at(-1) : undefined;
  return {
    scope,
    jobId,
    jobQueueArn,
    status,
    queuePosition,
    attemptCount,
    resources,
    retryStrategy,
    attemptDurationSeconds,
    activeAttempt,
    isStopRequested: found.progress.isCancelled || found.progress.isTerminated,
  };
}

function isUnderWay(status: JobStatus): boolean {
  return status === "STARTING" || status === "RUNNING";
}
