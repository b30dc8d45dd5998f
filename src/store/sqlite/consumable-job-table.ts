import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ConsumableRequirement } from "../../batch/consumable-resource.ts";
import type { Job } from "../../batch/job.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { ConsumableJobFilter, LiveRequirements, Page, PageRequest } from "../store.ts";
import { FIRST_TERMINAL_STATUS, statusNumber } from "./rows.ts";

const LIST = "jobs by consumable resource";

/** Which jobs need which consumable resources. */
export class ConsumableJobTable {
  readonly #insert: StatementSync;
  readonly #selectLive: StatementSync;
  readonly #selectPage: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      "INSERT INTO consumable_jobs (resource, job_key, quantity) VALUES (?, ?, ?)",
    );
    this.#selectLive = database.prepare(SELECT_LIVE);
    this.#selectPage = database.prepare(SELECT_PAGE);
  }

  add({ consumableResources = [] }: Job, jobKey: number | bigint): void {
    for (const { consumableResource, quantity } of consumableResources) {
      this.#insert.run(consumableResource, jobKey, quantity);
    }
  }

  /** Of jobs that have not ended. */
  live(): LiveRequirements[] {
    const byKey = new Map<number, { jobId: string; consumableResources: ConsumableRequirement[] }>();
    for (const row of this.#selectLive.all()) {
      const jobKey = Number(row["job_key"]);
      const job = byKey.get(jobKey) ?? { jobId: String(row["job_id"]), consumableResources: [] };
      job.consumableResources.push({
        consumableResource: String(row["resource"]),
        quantity: Number(row["quantity"]),
      });
      byKey.set(jobKey, job);
    }
    return [...byKey.values()];
  }

  /** Ids of jobs. */
  list(filter: ConsumableJobFilter, { after, limit }: PageRequest): Page<string> {
    const [lastKey] = positionAfter<[number]>(LIST, after, [Number.MAX_SAFE_INTEGER]);
    const { status, nameEquals } = filter;
    const rows = this.#selectPage.all({
      resource: filter.consumableResourceArn,
      status: status === undefined ? null : statusNumber(status),
      name: nameEquals?.text.toLowerCase() ?? null,
      is_prefix: nameEquals?.isPrefix === true ? 1 : 0,
      last_key: lastKey,
      limit: limit + 1,
    });
    return pageOf(rows, limit, {
      name: LIST,
      item: (row) => String(row["job_id"]),
      position: (row) => [Number(row["job_key"])],
    });
  }
}

const SELECT_LIVE = `SELECT job_key, job_id, resource, quantity FROM consumable_jobs JOIN jobs USING (job_key)
  WHERE status < ${FIRST_TERMINAL_STATUS} ORDER BY job_key, resource`;

const SELECT_PAGE = `SELECT job_id, job_key FROM consumable_jobs JOIN jobs USING (job_key)
  WHERE resource = :resource AND job_key < :last_key
    AND (:status IS NULL OR status = :status)
    AND (:name IS NULL OR name_key = :name
      OR (:is_prefix = 1 AND substr(name_key, 1, length(:name)) = :name))
  ORDER BY job_key DESC LIMIT :limit`;
