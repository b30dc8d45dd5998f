import type { DatabaseSync, StatementSync } from "node:sqlite";
import { childCountOf, childJobId } from "../../batch/child-job.ts";
import type { JobProgress } from "../../batch/job.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { JobStatus } from "../../model/batch.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import { BEFORE_CHILDREN, BY_INDEX, firstIndexAfter, progressWithoutRecord } from "../stored-child.ts";
import type { ChildJobFilter, JobListEntry, Page, PageRequest } from "../store.ts";
import { entryOf, JOB_LIST_COLUMNS } from "./job-list-row.ts";
import type { JobListRow } from "./job-list-row.ts";
import type { LatestOutcomes } from "./latest-outcomes.ts";
import type { NumberedTexts } from "./numbered-texts.ts";
import { CHILD_PROGRESS_COLUMNS, familyOf, JOB_ITSELF, progressOf, statusNumber } from "./rows.ts";
import type { ProgressRow } from "./rows.ts";

/** Lists of the children of one array, or of the nodes of one job. */
export class ChildJobLists {
  readonly #texts: NumberedTexts;
  readonly #outcomes: LatestOutcomes;
  readonly #selectParent: StatementSync;
  readonly #selectFrom: StatementSync;
  readonly #selectOfStatus: StatementSync;

  constructor(database: DatabaseSync, texts: NumberedTexts, outcomes: LatestOutcomes) {
    this.#texts = texts;
    this.#outcomes = outcomes;
    this.#selectParent = database.prepare(
      `SELECT ${JOB_LIST_COLUMNS} FROM jobs WHERE scope = ? AND job_id = ?`,
    );
    this.#selectFrom = database.prepare(
      `SELECT ${CHILD_COLUMNS} FROM child_jobs WHERE job_key = ? AND child_index >= ? ORDER BY child_index`,
    );
    this.#selectOfStatus = database.prepare(
      `SELECT ${CHILD_COLUMNS} FROM child_jobs INDEXED BY child_jobs_by_status
      WHERE job_key = ? AND status = ? AND child_index >= ?
      ORDER BY child_index LIMIT ?`,
    );
  }

  list(
    scope: Scope,
    parentJobId: string,
    { status, after, limit }: ChildJobFilter & PageRequest,
  ): Page<JobListEntry> {
    const [last] = positionAfter(BY_INDEX, after, BEFORE_CHILDREN);
    const row = this.#selectParent.get(this.#texts.numberOf(scopeKey(scope)), parentJobId);
    if (row === undefined) return { items: [] };
    // `JOB_LIST_COLUMNS` names them as the type does.
    const parent = row as unknown as JobListRow;
    const children = this.#children(parent, { status, first: firstIndexAfter(last), limit: limit + 1 });
    return pageOf(children, limit, {
      name: BY_INDEX,
      item: (child) => this.#entry(parent, child),
      position: ({ index }) => [index],
    });
  }

  #children(parent: JobListRow, { status, first, limit }: Range): Child[] {
    const family = familyOf(parent);
    const withoutRow = progressWithoutRecord(family, progressOf(parent));
    if (status !== undefined && status !== withoutRow.status) {
      const rows = this.#selectOfStatus.all(parent.jobKey, statusNumber(status), first, limit);
      return (rows as unknown as ChildRow[]).map(childOf);
    }
    const rows = this.#selectFrom.iterate(parent.jobKey, first) as unknown as Iterable<ChildRow>;
    const children: Child[] = [];
    for (const child of withGapsFilled(rows, { first, end: childCountOf(family), withoutRow })) {
      if (children.length === limit) break;
      if (status === undefined || child.progress.status === status) children.push(child);
    }
    return children;
  }

  #entry(parent: JobListRow, { index, createdAtMs, progress }: Child): JobListEntry {
    const family = familyOf(parent);
    return {
      ...entryOf(parent, this.#texts),
      jobId: childJobId({ ...family, jobId: parent.jobId }, index),
      ...(createdAtMs !== undefined && { createdAtMs }),
      progress,
      ...this.#outcomes.of(parent.jobKey, index === family.nodes?.main ? JOB_ITSELF : index),
      childIndex: index,
    };
  }
}

interface Range {
  readonly status: JobStatus | undefined;
  readonly first: number;
  readonly limit: number;
}

interface Child {
  readonly index: number;
  /** Absent where it has no row. */
  readonly createdAtMs?: number;
  readonly progress: JobProgress;
}

const CHILD_COLUMNS = `child_index AS childIndex, created_at AS createdAtMs, ${CHILD_PROGRESS_COLUMNS}`;

interface ChildRow extends ProgressRow {
  readonly childIndex: number;
  readonly createdAtMs: number;
}

function childOf(row: ChildRow): Child {
  return { index: row.childIndex, createdAtMs: row.createdAtMs, progress: progressOf(row) };
}

/** The children of the rows, which are in the order of their indexes, and between them those that have none. */
function* withGapsFilled(
  rows: Iterable<ChildRow>,
  { first, end, withoutRow }: { first: number; end: number; withoutRow: JobProgress },
): Generator<Child> {
  let next = first;
  for (const row of rows) {
    for (; next < row.childIndex; next += 1) yield { index: next, progress: withoutRow };
    yield childOf(row);
    next += 1;
  }
  for (; next < end; next += 1) yield { index: next, progress: withoutRow };
}
