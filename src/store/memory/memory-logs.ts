import type { LogGroup, LogStream } from "../../batch/log-stream.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { LogStreamFilter, Page, PageRequest } from "../store.ts";
import { compareText, firstOf, SortedTable } from "./sorted-table.ts";

/** Log groups and streams. What it is given it keeps. */
export class MemoryLogs {
  readonly #groups = new SortedTable<LogGroup>();
  readonly #streams = new SortedTable<LogStream>();

  putGroup(group: LogGroup): void {
    this.#groups.set(scopeKey(group.scope), [group.name], group);
  }

  removeGroup(scope: Scope, name: string): void {
    this.#groups.delete(scopeKey(scope), [name]);
    const streams = [...this.#streams.after(groupKey(scope, name), [""])];
    for (const stream of streams) this.removeStream(scope, name, stream.name);
  }

  putStream(stream: LogStream): void {
    this.#streams.set(groupKey(stream.scope, stream.groupName), [stream.name], stream);
  }

  removeStream(scope: Scope, groupName: string, name: string): void {
    this.#streams.delete(groupKey(scope, groupName), [name]);
  }

  groups(): LogGroup[] {
    return this.#groups.values();
  }

  readGroup(scope: Scope, name: string): LogGroup | undefined {
    return this.#groups.get(scopeKey(scope), [name]);
  }

  readStream(scope: Scope, groupName: string, name: string): LogStream | undefined {
    return this.#streams.get(groupKey(scope, groupName), [name]);
  }

  listGroups(scope: Scope, namePrefix: string, { after, limit }: PageRequest): Page<LogGroup> {
    const list = { name: "log groups", item: itself<LogGroup>, position: nameOf };
    const start = positionAfter<[string]>(list.name, after, [""]);
    const found = [...this.#groups.after(scopeKey(scope), start)].filter(({ name }) =>
      name.startsWith(namePrefix),
    );
    return pageOf(found, limit, list);
  }

  listStreams(scope: Scope, filter: LogStreamFilter, { after, limit }: PageRequest): Page<LogStream> {
    const { groupName, namePrefix, descending } = filter;
    const list = {
      name: descending ? "log streams descending" : "log streams",
      item: itself<LogStream>,
      position: nameOf,
    };
    const [last] = positionAfter<[string]>(list.name, after, [""]);
    const key = groupKey(scope, groupName);
    if (!descending) {
      const behind = [...this.#streams.after(key, [last])];
      return pageOf(
        behind.filter(({ name }) => name.startsWith(namePrefix)),
        limit,
        list,
      );
    }
    const found = [...this.#streams.after(key, [""])]
      .filter(({ name }) => name.startsWith(namePrefix))
      .filter(({ name }) => after === undefined || compareText(name, last) < 0);
    return pageOf(firstOf(found.reverse(), limit + 1), limit, list);
  }
}

function groupKey(scope: Scope, groupName: string): string {
  return `${scopeKey(scope)} ${groupName}`;
}

function itself<Row>(row: Row): Row {
  return row;
}

function nameOf({ name }: { readonly name: string }): [string] {
  return [name];
}
