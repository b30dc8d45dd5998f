import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { JobDefinition } from "../../batch/job-definition.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { JobDefinitionFilter, JobDefinitionRevisions, Page, PageRequest } from "../store.ts";
import { parseDocument, parseScopeKey } from "./rows.ts";

/** Job definitions by name and revision, and for each name the highest revision that there ever was. */
export class JobDefinitionTable {
  readonly #put: StatementSync;
  readonly #putName: StatementSync;
  readonly #select: StatementSync;
  readonly #selectPage: StatementSync;
  readonly #selectPageOfName: StatementSync;
  readonly #selectPageOfStatus: StatementSync;
  readonly #selectPageOfNameAndStatus: StatementSync;
  readonly #remove: StatementSync;
  readonly #selectNames: StatementSync;
  readonly #selectActive: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(PUT);
    this.#putName = database.prepare(PUT_NAME);
    this.#select = database.prepare(
      "SELECT document FROM job_definitions WHERE scope = ? AND name = ? AND revision = ?",
    );
    this.#selectPage = database.prepare(pageSql(BEHIND_NAME));
    this.#selectPageOfName = database.prepare(pageSql(OF_NAME));
    this.#selectPageOfStatus = database.prepare(pageSql(`status = :status AND ${BEHIND_NAME}`));
    this.#selectPageOfNameAndStatus = database.prepare(pageSql(`status = :status AND ${OF_NAME}`));
    this.#remove = database.prepare(REMOVE);
    this.#selectNames = database.prepare(
      "SELECT scope, name, latest_revision FROM job_definition_names ORDER BY scope, name",
    );
    this.#selectActive = database.prepare(
      "SELECT scope, name, revision FROM job_definitions WHERE status = 'ACTIVE' ORDER BY scope, name, revision",
    );
  }

  put(definition: JobDefinition): void {
    const { scope, jobDefinitionName: name, revision, status, deregisteredAtMs } = definition;
    const key = scopeKey(scope);
    this.#put.run(key, name, revision, status, deregisteredAtMs ?? null, JSON.stringify(definition));
    this.#putName.run(key, name, revision);
  }

  read(scope: Scope, name: string, revision: number): JobDefinition | undefined {
    const row = this.#select.get(scopeKey(scope), name, revision);
    return row === undefined ? undefined : parseDocument<JobDefinition>(row["document"]);
  }

  list(scope: Scope, filter: JobDefinitionFilter, { after, limit }: PageRequest): Page<JobDefinition> {
    const [name, revision] = positionAfter<[string, number]>(LIST, after, [filter.name ?? "", 0]);
    const range = { scope: scopeKey(scope), name: filter.name ?? name, revision, limit: limit + 1 };
    return pageOf(this.#selectRange(range, filter), limit, {
      name: LIST,
      item: (row) => parseDocument<JobDefinition>(row["document"]),
      position: (row) => [String(row["name"]), Number(row["revision"])],
    });
  }

  /** Says how many it removed. */
  removeDeregisteredBefore(deregisteredBeforeMs: number, limit: number): number {
    return Number(this.#remove.run(deregisteredBeforeMs, limit).changes);
  }

  revisions(): JobDefinitionRevisions[] {
    const active = new Map<string, number[]>();
    for (const row of this.#selectActive.all()) {
      const key = nameKey(row);
      const revisions = active.get(key) ?? [];
      revisions.push(Number(row["revision"]));
      active.set(key, revisions);
    }
    return this.#selectNames.all().map((row) => ({
      scope: parseScopeKey(String(row["scope"])),
      name: String(row["name"]),
      latestRevision: Number(row["latest_revision"]),
      activeRevisions: active.get(nameKey(row)) ?? [],
    }));
  }

  #selectRange(range: Record<string, string | number>, { name, status }: JobDefinitionFilter): Row[] {
    if (status === undefined) {
      return name === undefined ? this.#selectPage.all(range) : this.#selectPageOfName.all(range);
    }
    const ofStatus = { ...range, status };
    return name === undefined
      ? this.#selectPageOfStatus.all(ofStatus)
      : this.#selectPageOfNameAndStatus.all(ofStatus);
  }
}

type Row = ReturnType<StatementSync["all"]>[number];

const LIST = "job definitions";

function nameKey(row: Row): string {
  return `${String(row["scope"])} ${String(row["name"])}`;
}

const PUT = `INSERT INTO job_definitions (scope, name, revision, status, deregistered_at, document)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET status = excluded.status, deregistered_at = excluded.deregistered_at,
    document = excluded.document`;

const PUT_NAME = `INSERT INTO job_definition_names (scope, name, latest_revision) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET latest_revision = max(latest_revision, excluded.latest_revision)`;

const BEHIND_NAME = "(name, revision) > (:name, :revision)";
const OF_NAME = "name = :name AND revision > :revision";

function pageSql(condition: string): string {
  return `SELECT name, revision, document FROM job_definitions WHERE scope = :scope AND ${condition}
    ORDER BY name, revision LIMIT :limit`;
}

/** The plus keeps SQLite from reading all that are INACTIVE: the instant's index is the better one. */
const REMOVE = `DELETE FROM job_definitions WHERE rowid IN (
  SELECT rowid FROM job_definitions WHERE +status = 'INACTIVE' AND deregistered_at < ?
  ORDER BY deregistered_at, scope, name, revision LIMIT ?)`;
