import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { hasServiceJobEnded } from "../../batch/service-job.ts";
import type { ServiceJob } from "../../batch/service-job.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { Page, PageRequest, ServiceJobFilter } from "../store.ts";
import { matchesText } from "../text-match.ts";
import { comparePositions } from "./sorted-table.ts";

const LIST = "service jobs";

/** What it is given it keeps. */
export class MemoryServiceJobs {
  /** In the order of submission. */
  readonly #jobs = new Map<string, { readonly job: ServiceJob; readonly order: number }>();
  #submittedCount = 0;

  put(job: ServiceJob): void {
    const key = keyOf(job.scope, job.jobId);
    const known = this.#jobs.get(key);
    if (known === undefined) this.#submittedCount += 1;
    this.#jobs.set(key, { job, order: known?.order ?? this.#submittedCount });
  }

  read(scope: Scope, jobIds: readonly string[]): ServiceJob[] {
    return jobIds.flatMap((jobId) => this.#jobs.get(keyOf(scope, jobId))?.job ?? []);
  }

  live(): ServiceJob[] {
    return [...this.#jobs.values()].map(({ job }) => job).filter((job) => !hasServiceJobEnded(job));
  }

  list(scope: Scope, filter: ServiceJobFilter, { after, limit }: PageRequest): Page<ServiceJob> {
    const start = positionAfter<[number, number]>(LIST, after, [
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ]);
    const found = [...this.#jobs.values()]
      .filter(({ job }) => scopeKey(job.scope) === scopeKey(scope) && matches(job, filter))
      .filter((entry) => comparePositions(positionOf(entry), start) < 0)
      .sort((a, b) => comparePositions(positionOf(b), positionOf(a)));
    return pageOf(found, limit, { name: LIST, item: ({ job }) => job, position: positionOf });
  }

  removeStoppedBefore(stoppedBeforeMs: number, limit: number): number {
    const stopped = [...this.#jobs.entries()]
      .filter(([, { job }]) => stoppedAtMs(job) < stoppedBeforeMs)
      .sort(([, a], [, b]) => stoppedAtMs(a.job) - stoppedAtMs(b.job) || a.order - b.order)
      .slice(0, limit);
    for (const [key] of stopped) this.#jobs.delete(key);
    return stopped.length;
  }
}

function keyOf(scope: Scope, jobId: string): string {
  return `${scopeKey(scope)} ${jobId}`;
}

function positionOf({ job, order }: { readonly job: ServiceJob; readonly order: number }): [number, number] {
  return [job.createdAtMs, order];
}

function stoppedAtMs(job: ServiceJob): number {
  return job.stoppedAtMs ?? Infinity;
}

function matches(job: ServiceJob, filter: ServiceJobFilter): boolean {
  const { status, nameEquals, createdBeforeMs, createdAfterMs, shareIdentifier, quotaShareName } = filter;
  return (
    job.jobQueueArn === filter.jobQueueArn &&
    (status === undefined || job.status === status) &&
    (createdBeforeMs === undefined || job.createdAtMs < createdBeforeMs) &&
    (createdAfterMs === undefined || job.createdAtMs > createdAfterMs) &&
    (shareIdentifier === undefined || job.shareIdentifier === shareIdentifier) &&
    (quotaShareName === undefined || job.quotaShareName === quotaShareName) &&
    (nameEquals === undefined || matchesText(job.jobName, nameEquals))
  );
}
