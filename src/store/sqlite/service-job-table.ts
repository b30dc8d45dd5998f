import type { DatabaseSync, StatementSync } from "node:sqlite";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { ServiceJob } from "../../batch/service-job.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { Page, PageRequest, ServiceJobFilter } from "../store.ts";
import { parseDocument } from "./rows.ts";

const LIST = "service jobs";

/** Service jobs as documents, with columns for what they are listed by. */
export class ServiceJobTable {
  readonly #put: StatementSync;
  readonly #select: StatementSync;
  readonly #selectLive: StatementSync;
  readonly #selectPage: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(PUT);
    this.#select = database.prepare("SELECT document FROM service_jobs WHERE scope = ? AND job_id = ?");
    this.#selectLive = database.prepare(
      "SELECT document FROM service_jobs WHERE stopped_at IS NULL ORDER BY job_key",
    );
    this.#selectPage = database.prepare(SELECT_PAGE);
    this.#remove = database.prepare(
      `DELETE FROM service_jobs WHERE job_key IN
        (SELECT job_key FROM service_jobs WHERE stopped_at < ? ORDER BY stopped_at, job_key LIMIT ?)`,
    );
  }

  put(job: ServiceJob): void {
    this.#put.run({
      scope: scopeKey(job.scope),
      job_id: job.jobId,
      queue: job.jobQueueArn,
      name_key: job.jobName.toLowerCase(),
      share_identifier: job.shareIdentifier ?? null,
      quota_share: job.quotaShareName ?? null,
      created_at: job.createdAtMs,
      status: job.status,
      stopped_at: job.stoppedAtMs ?? null,
      document: JSON.stringify(job),
    });
  }

  read(scope: Scope, jobIds: readonly string[]): ServiceJob[] {
    return jobIds
      .map((jobId) => this.#select.get(scopeKey(scope), jobId))
      .filter((row) => row !== undefined)
      .map((row) => parseDocument<ServiceJob>(row["document"]));
  }

  live(): ServiceJob[] {
    return this.#selectLive.all().map((row) => parseDocument<ServiceJob>(row["document"]));
  }

  list(scope: Scope, filter: ServiceJobFilter, { after, limit }: PageRequest): Page<ServiceJob> {
    const [lastCreatedAt, lastKey] = positionAfter<[number, number]>(LIST, after, [
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ]);
    const { nameEquals } = filter;
    const rows = this.#selectPage.all({
      scope: scopeKey(scope),
      queue: filter.jobQueueArn,
      status: filter.status ?? null,
      name: nameEquals?.text.toLowerCase() ?? null,
      is_prefix: nameEquals?.isPrefix === true ? 1 : 0,
      before: filter.createdBeforeMs ?? null,
      after: filter.createdAfterMs ?? null,
      share_identifier: filter.shareIdentifier ?? null,
      quota_share: filter.quotaShareName ?? null,
      last_created_at: lastCreatedAt,
      last_key: lastKey,
      limit: limit + 1,
    });
    return pageOf(rows, limit, {
      name: LIST,
      item: (row) => parseDocument<ServiceJob>(row["document"]),
      position: (row) => [Number(row["created_at"]), Number(row["job_key"])],
    });
  }

  /** Says how many it removed. */
  removeStoppedBefore(stoppedBeforeMs: number, limit: number): number {
    return Number(this.#remove.run(stoppedBeforeMs, limit).changes);
  }
}

/** What never changes is not written again. */
const PUT = `INSERT INTO service_jobs
    (scope, job_id, queue, name_key, share_identifier, quota_share, created_at, status, stopped_at, document)
  VALUES (:scope, :job_id, :queue, :name_key, :share_identifier, :quota_share, :created_at, :status, :stopped_at,
    :document)
  ON CONFLICT DO UPDATE SET status = excluded.status, stopped_at = excluded.stopped_at, document = excluded.document`;

/** The index has all that is compared: only the rows of the page are read. */
const SELECT_PAGE = `SELECT job_key, created_at, document FROM service_jobs
  WHERE scope = :scope AND queue = :queue AND (created_at, job_key) < (:last_created_at, :last_key)
    AND (:status IS NULL OR status = :status)
    AND (:name IS NULL OR name_key = :name
      OR (:is_prefix = 1 AND substr(name_key, 1, length(:name)) = :name))
    AND (:before IS NULL OR created_at < :before)
    AND (:after IS NULL OR created_at > :after)
    AND (:share_identifier IS NULL OR share_identifier = :share_identifier)
    AND (:quota_share IS NULL OR quota_share = :quota_share)
  ORDER BY created_at DESC, job_key DESC LIMIT :limit`;
