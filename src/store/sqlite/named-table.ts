import type { DatabaseSync, StatementSync } from "node:sqlite";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { Page, PageRequest } from "../store.ts";
import { parseDocument } from "./rows.ts";

interface Named {
  readonly scope: Scope;
  readonly name: string;
}

type NamedTableName =
  | "client_tokens"
  | "compute_environments"
  | "consumable_resources"
  | "job_queues"
  | "log_groups"
  | "quota_shares"
  | "scheduling_policies"
  | "secrets"
  | "service_environments";

/** A table of resources that are known by scope and name and kept as documents. */
export class NamedTable<Resource extends Named> {
  readonly #table: string;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #select: StatementSync;
  readonly #selectPage: StatementSync;
  readonly #selectAll: StatementSync;

  constructor(database: DatabaseSync, table: NamedTableName) {
    this.#table = table;
    this.#put = database.prepare(
      `INSERT INTO ${table} (scope, name, document) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET document = excluded.document`,
    );
    this.#remove = database.prepare(`DELETE FROM ${table} WHERE scope = ? AND name = ?`);
    this.#select = database.prepare(`SELECT document FROM ${table} WHERE scope = ? AND name = ?`);
    this.#selectPage = database.prepare(
      `SELECT name, document FROM ${table} WHERE scope = :scope ${NAME_RANGE} ORDER BY name LIMIT :limit`,
    );
    this.#selectAll = database.prepare(`SELECT document FROM ${table} ORDER BY scope, name`);
  }

  put(resource: Resource): void {
    this.#put.run(scopeKey(resource.scope), resource.name, JSON.stringify(resource));
  }

  remove(scope: Scope, name: string): void {
    this.#remove.run(scopeKey(scope), name);
  }

  read(scope: Scope, name: string): Resource | undefined {
    const row = this.#select.get(scopeKey(scope), name);
    return row === undefined ? undefined : parseDocument<Resource>(row["document"]);
  }

  /** In the order of the names, those that do not exist left out. */
  readMany(scope: Scope, names: readonly string[]): Resource[] {
    return names.map((name) => this.read(scope, name)).filter((resource) => resource !== undefined);
  }

  list(scope: Scope, prefix: string, { after, limit }: PageRequest): Page<Resource> {
    const [last] = positionAfter<[string]>(this.#table, after, [""]);
    const rows = this.#selectPage.all({ scope: scopeKey(scope), prefix, last, limit: limit + 1 });
    return pageOf(rows, limit, {
      name: this.#table,
      item: (row) => parseDocument<Resource>(row["document"]),
      position: (row) => [String(row["name"])],
    });
  }

  isEmpty(): boolean {
    return this.#selectAll.get() === undefined;
  }

  all(): Resource[] {
    return this.#selectAll.all().map((row) => parseDocument<Resource>(row["document"]));
  }
}

/**
 * Names that begin with `:prefix`, behind `:last`, which is empty or one of them. The prefix and a byte that is in no
 * UTF-8 text are the end of the range.
 */
export const NAME_RANGE = `AND name >= max(:prefix, :last) AND name <> :last
  AND name < :prefix || CAST(X'FF' AS TEXT)`;
