import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LogStream } from "../../batch/log-stream.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { LogStreamFilter, Page, PageRequest } from "../store.ts";
import { NAME_RANGE } from "./named-table.ts";
import { parseDocument } from "./rows.ts";

/** Log streams by scope, group and name. */
export class LogStreamTable {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeGroup: StatementSync;
  readonly #select: StatementSync;
  readonly #selectPage: StatementSync;
  readonly #selectPageDescending: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO log_streams (scope, group_name, name, document) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET document = excluded.document`,
    );
    this.#remove = database.prepare(
      "DELETE FROM log_streams WHERE scope = ? AND group_name = ? AND name = ?",
    );
    this.#removeGroup = database.prepare("DELETE FROM log_streams WHERE scope = ? AND group_name = ?");
    this.#select = database.prepare(
      "SELECT document FROM log_streams WHERE scope = ? AND group_name = ? AND name = ?",
    );
    this.#selectPage = database.prepare(
      `SELECT name, document FROM log_streams
      WHERE scope = :scope AND group_name = :group ${NAME_RANGE} ORDER BY name LIMIT :limit`,
    );
    this.#selectPageDescending = database.prepare(
      `SELECT name, document FROM log_streams
      WHERE scope = :scope AND group_name = :group AND name >= :prefix AND name < coalesce(nullif(:last, ''),
        :prefix || CAST(X'FF' AS TEXT)) ORDER BY name DESC LIMIT :limit`,
    );
  }

  put(stream: LogStream): void {
    this.#put.run(scopeKey(stream.scope), stream.groupName, stream.name, JSON.stringify(stream));
  }

  remove(scope: Scope, groupName: string, name: string): void {
    this.#remove.run(scopeKey(scope), groupName, name);
  }

  removeGroup(scope: Scope, groupName: string): void {
    this.#removeGroup.run(scopeKey(scope), groupName);
  }

  read(scope: Scope, groupName: string, name: string): LogStream | undefined {
    const row = this.#select.get(scopeKey(scope), groupName, name);
    return row === undefined ? undefined : parseDocument<LogStream>(row["document"]);
  }

  list(scope: Scope, filter: LogStreamFilter, { after, limit }: PageRequest): Page<LogStream> {
    const { groupName: group, namePrefix: prefix, descending } = filter;
    const listName = descending ? "log streams descending" : "log streams";
    const [last] = positionAfter<[string]>(listName, after, [""]);
    const select = descending ? this.#selectPageDescending : this.#selectPage;
    const rows = select.all({ scope: scopeKey(scope), group, prefix, last, limit: limit + 1 });
    return pageOf(rows, limit, {
      name: listName,
      item: (row) => parseDocument<LogStream>(row["document"]),
      position: (row) => [String(row["name"])],
    });
  }
}
