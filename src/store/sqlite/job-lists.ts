import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AttemptOutcome } from "../../batch/attempt.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { lastOutcomeOf } from "../last-outcome.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { JobFilter, JobListEntry, Page, PageRequest } from "../store.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { parseDocument, PROGRESS_COLUMNS, progressOf, STATUS_COUNT, statusNumber } from "./rows.ts";
import type { ProgressRow } from "./rows.ts";

/** Lists of jobs. Each page is a range of one index, or of one for each status, merged by SQLite as it goes. */
export class JobLists {
  readonly #database: DatabaseSync;
  readonly #texts: NumberedTexts;
  /** By their text: there are as many as there are kinds of filters. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, texts: NumberedTexts) {
    this.#database = database;
    this.#texts = texts;
  }

  list(scope: Scope, filter: JobFilter, page: PageRequest): Page<JobListEntry> {
    const group = groupOf(filter);
    const queue = {
      scope: this.#numberOf(scopeKey(scope)),
      queue: this.#numberOf(filter.jobQueueArn),
    };
    return group === undefined
      ? this.#listNewestFirst(queue, filter, page)
      : this.#listByName(queue, group, page);
  }

  #listNewestFirst(queue: QueueKey, filter: JobFilter, { after, limit }: PageRequest): Page<JobListEntry> {
    const start: Position = [filter.createdBeforeMs ?? Number.MAX_SAFE_INTEGER, 0];
    const [createdAtMs, jobKey] = positionAfter(NEWEST_FIRST, after, start);
    const { conditions, values } = this.#chosenBy(filter);
    const rows = this.#select(newestFirstSql(conditions), {
      ...queue,
      ...values,
      createdAtMs,
      jobKey,
      createdAfterMs: filter.createdAfterMs ?? -Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    });
    return pageOf(rows, limit, {
      name: NEWEST_FIRST,
      item: (row) => this.#entry(row),
      position: (row) => [row.createdAtMs, row.jobKey],
    });
  }

  /** First what is left of the name at which the page before ended, then the names behind it. */
  #listByName(queue: QueueKey, group: Group, { after, limit }: PageRequest): Page<JobListEntry> {
    const { column, prefix } = group;
    const start: NamedPosition = [prefix, Number.MAX_SAFE_INTEGER, 0];
    const [name, createdAtMs, jobKey] = positionAfter(BY_NAME, after, start);
    const rows = this.#select(newestFirstSql([`${column} = :name`]), {
      ...queue,
      name,
      createdAtMs,
      jobKey,
      createdAfterMs: -Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    });
    if (rows.length <= limit) {
      rows.push(
        ...this.#select(byNameSql(column), { ...queue, name, prefix, limit: limit + 1 - rows.length }),
      );
    }
    return pageOf(rows, limit, {
      name: BY_NAME,
      item: (row) => this.#entry(row),
      position: (row) => [row[column], row.createdAtMs, row.jobKey],
    });
  }

  /** The conditions beside the queue; of several, a job that fulfils any one is listed. */
  #chosenBy({ nameEquals, definition, shareIdentifier, status }: JobFilter): Choice {
    if (nameEquals !== undefined) {
      return { conditions: ["name_key = :name"], values: { name: nameEquals.text.toLowerCase() } };
    }
    if (definition?.by === "arn") {
      const number = this.#numberOf(definition.arn);
      return { conditions: ["definition = :definition"], values: { definition: number } };
    }
    if (definition !== undefined) {
      return { conditions: ["definition_name = :name"], values: { name: definition.name } };
    }
    const statuses = status === undefined ? ALL_STATUSES : [statusNumber(status)];
    const conditions = statuses.map((number) => `status = ${number}`);
    if (shareIdentifier === undefined) return { conditions, values: {} };
    return {
      conditions: conditions.map((condition) => `${condition} AND share_identifier = :share`),
      values: { share: shareIdentifier },
    };
  }

  #select(sql: string, values: Record<string, string | number>): JobListRow[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    // `COLUMNS` names them as the type does.
    return statement.all(values) as unknown as JobListRow[];
  }

  #entry(row: JobListRow): JobListEntry {
    const { jobId, jobName, createdAtMs, vcpuMillis, shareIdentifier, outcome } = row;
    return {
      jobId,
      jobName,
      jobDefinitionArn: this.#texts.textOf(row.definition),
      createdAtMs,
      vcpuMillis,
      ...(shareIdentifier !== null && { shareIdentifier }),
      progress: progressOf(row),
      ...lastOutcomeOf(outcome === null ? undefined : parseDocument<AttemptOutcome>(outcome)),
    };
  }

  /** No row has the number 0: where a text is unknown, nothing is found. */
  #numberOf(text: string): number {
    return this.#texts.find(text) ?? 0;
  }
}

type Position = [createdAtMs: number, jobKey: number];
type NamedPosition = [name: string, createdAtMs: number, jobKey: number];

const NEWEST_FIRST = "jobs";
const BY_NAME = "jobs by name";

interface QueueKey {
  readonly scope: number;
  readonly queue: number;
}

interface Choice {
  readonly conditions: readonly string[];
  readonly values: Record<string, string | number>;
}

/** A list that is ordered by a column before the time, and how that begins. */
interface Group {
  readonly column: "name_key" | "definition_name";
  readonly prefix: string;
}

function groupOf({ nameEquals, definition }: JobFilter): Group | undefined {
  if (nameEquals?.isPrefix === true) return { column: "name_key", prefix: nameEquals.text.toLowerCase() };
  if (definition?.by === "name-prefix") return { column: "definition_name", prefix: definition.name };
  return undefined;
}

const ALL_STATUSES = Array.from({ length: STATUS_COUNT }, (_, number) => number);

interface JobListRow extends ProgressRow {
  readonly jobKey: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly name_key: string;
  readonly definition: number;
  readonly definition_name: string;
  readonly createdAtMs: number;
  readonly vcpuMillis: number;
  readonly shareIdentifier: string | null;
  /** JSON. */
  readonly outcome: string | null;
}

const COLUMNS = `job_key AS jobKey, job_id AS jobId, name AS jobName, name_key, definition, definition_name,
  created_at AS createdAtMs, vcpu_millis AS vcpuMillis, share_identifier AS shareIdentifier, ${PROGRESS_COLUMNS},
  (SELECT document -> '$.outcome' FROM attempts WHERE attempts.job_key = jobs.job_key
    ORDER BY number DESC LIMIT 1) AS outcome`;

/** Columns of a merged SELECT are ordered by their names in the answer. */
const NEWEST_FIRST_ORDER = "ORDER BY createdAtMs DESC, jobKey DESC LIMIT :limit";

function newestFirstSql(conditions: readonly string[]): string {
  const selects = conditions.map(
    (condition) => `SELECT ${COLUMNS} FROM jobs WHERE scope = :scope AND queue = :queue AND ${condition}
      AND (created_at, job_key) < (:createdAtMs, :jobKey) AND created_at > :createdAfterMs`,
  );
  return `${selects.join(" UNION ALL ")} ${NEWEST_FIRST_ORDER}`;
}

/** The prefix and a byte that is in no UTF-8 text end the range of the texts that begin with the prefix. */
function byNameSql(column: Group["column"]): string {
  return `SELECT ${COLUMNS} FROM jobs WHERE scope = :scope AND queue = :queue
    AND ${column} > :name AND ${column} < :prefix || CAST(X'FF' AS TEXT)
    ORDER BY ${column}, created_at DESC, job_key DESC LIMIT :limit`;
}
