import type { DatabaseSync, StatementSync } from "node:sqlite";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { JobFilter, JobListEntry, Page, PageRequest } from "../store.ts";
import { ChildCounts } from "./child-counts.ts";
import type { JobListIndex } from "./job-list-index.ts";
import { entryOf, JOB_LIST_COLUMNS } from "./job-list-row.ts";
import type { JobListRow } from "./job-list-row.ts";
import type { LatestOutcomes } from "./latest-outcomes.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { familyOf, JOB_ITSELF, STATUS_COUNT, statusNumber } from "./rows.ts";

/**
 * Lists of jobs. Each page is a range of one index, or of one for each status, and what matches of the tail (see
 * `JobListIndex`), merged by SQLite as it goes.
 */
export class JobLists {
  readonly #database: DatabaseSync;
  readonly #texts: NumberedTexts;
  readonly #index: JobListIndex;
  readonly #outcomes: LatestOutcomes;
  readonly #childCounts: ChildCounts;
  /** By their text: there are as many as there are kinds of filters. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, texts: NumberedTexts, index: JobListIndex, outcomes: LatestOutcomes) {
    this.#database = database;
    this.#texts = texts;
    this.#index = index;
    this.#outcomes = outcomes;
    this.#childCounts = new ChildCounts(database);
  }

  list(scope: Scope, filter: JobFilter, page: PageRequest): Page<JobListEntry> {
    const group = groupOf(filter);
    const queue = {
      scope: this.#texts.numberOf(scopeKey(scope)),
      queue: this.#texts.numberOf(filter.jobQueueArn),
      indexEnd: this.#index.end,
    };
    return group === undefined
      ? this.#listNewestFirst(queue, filter, page)
      : this.#listByName(queue, group, page);
  }

  #listNewestFirst(queue: QueueKey, filter: JobFilter, { after, limit }: PageRequest): Page<JobListEntry> {
    const start: Position = [filter.createdBeforeMs ?? Number.MAX_SAFE_INTEGER, 0];
    const [createdAtMs, jobKey] = positionAfter(NEWEST_FIRST, after, start);
    const { conditions, values } = this.#chosenBy(filter);
    const rows = this.#select(newestFirstSql(indexAndTail(conditions)), {
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
    const named = { ...queue, name };
    const rows = this.#select(newestFirstSql(indexAndTail([`${column} = :name`])), {
      ...named,
      createdAtMs,
      jobKey,
      createdAfterMs: -Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    });
    if (rows.length <= limit) {
      const left = limit + 1 - rows.length;
      rows.push(...this.#select(byNameSql(column), { ...named, prefix, limit: left }));
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
      const number = this.#texts.numberOf(definition.arn);
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
    // `JOB_LIST_COLUMNS` names them as the type does.
    return statement.all(values) as unknown as JobListRow[];
  }

  #entry(row: JobListRow): JobListEntry {
    const entry = entryOf(row, this.#texts);
    return {
      ...entry,
      ...this.#outcomes.of(row.jobKey, JOB_ITSELF),
      ...this.#childCounts.of(row.jobKey, familyOf(row), entry.progress),
    };
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

/** Columns of a merged SELECT are ordered by their names in the answer. */
const NEWEST_FIRST_ORDER = "ORDER BY createdAtMs DESC, jobKey DESC LIMIT :limit";

function newestFirstSql(sources: readonly string[]): string {
  const selects = sources.map(
    (source) => `SELECT ${JOB_LIST_COLUMNS} FROM ${source} AND scope = :scope AND queue = :queue
      AND (created_at, job_key) < (:createdAtMs, :jobKey) AND created_at > :createdAfterMs`,
  );
  return `${selects.join(" UNION ALL ")} ${NEWEST_FIRST_ORDER}`;
}

/** The prefix and a byte that is in no UTF-8 text end the range of the texts that begin with the prefix. */
function byNameSql(column: Group["column"]): string {
  const range = `${column} > :name AND ${column} < :prefix || CAST(X'FF' AS TEXT)`;
  const selects = indexAndTail([range]).map(
    (source) => `SELECT ${JOB_LIST_COLUMNS} FROM ${source} AND scope = :scope AND queue = :queue`,
  );
  return `${selects.join(" UNION ALL ")} ORDER BY ${column}, createdAtMs DESC, jobKey DESC LIMIT :limit`;
}

/**
 * Where the jobs are for which one of the conditions holds: in a range of an index for each, and in the tail. Each as it
 * stands in SQL behind FROM, with more conditions to follow.
 */
function indexAndTail(conditions: readonly string[]): readonly string[] {
  return [
    ...conditions.map((condition) => `jobs WHERE is_indexed = 1 AND ${condition}`),
    `jobs NOT INDEXED WHERE job_key > :indexEnd AND is_indexed = 0 AND (${conditions.join(" OR ")})`,
  ];
}
