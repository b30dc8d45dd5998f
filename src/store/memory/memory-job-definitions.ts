import type { JobDefinition } from "../../batch/job-definition.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { JobDefinitionFilter, JobDefinitionRevisions, Page, PageRequest } from "../store.ts";
import { SortedTable } from "./sorted-table.ts";

/** Job definitions by name and revision. What it is given it keeps. */
export class MemoryJobDefinitions {
  readonly #definitions = new SortedTable<JobDefinition>();
  readonly #names = new SortedTable<{
    readonly scope: Scope;
    readonly name: string;
    readonly latestRevision: number;
  }>();

  put(definition: JobDefinition): void {
    const { scope, jobDefinitionName: name, revision } = definition;
    this.#definitions.set(scopeKey(scope), [name, revision], definition);
    const known = this.#names.get(scopeKey(scope), [name])?.latestRevision ?? 0;
    this.#names.set(scopeKey(scope), [name], { scope, name, latestRevision: Math.max(known, revision) });
  }

  read(scope: Scope, name: string, revision: number): JobDefinition | undefined {
    return this.#definitions.get(scopeKey(scope), [name, revision]);
  }

  list(
    scope: Scope,
    { name, status }: JobDefinitionFilter,
    { after, limit }: PageRequest,
  ): Page<JobDefinition> {
    const list = { name: "job definitions", item: (row: JobDefinition) => row, position: positionOf };
    const start = positionAfter<[string, number]>(list.name, after, ["", 0]);
    const found = [...this.#definitions.after(scopeKey(scope), start)].filter(
      (definition) =>
        (name === undefined || definition.jobDefinitionName === name) &&
        (status === undefined || definition.status === status),
    );
    return pageOf(found, limit, list);
  }

  removeDeregisteredBefore(deregisteredBeforeMs: number, limit: number): number {
    const removed = this.#definitions
      .values()
      .filter(
        (definition) => definition.status === "INACTIVE" && goneSinceMs(definition) < deregisteredBeforeMs,
      )
      .sort((a, b) => goneSinceMs(a) - goneSinceMs(b))
      .slice(0, limit);
    for (const { scope, jobDefinitionName, revision } of removed) {
      this.#definitions.delete(scopeKey(scope), [jobDefinitionName, revision]);
    }
    return removed.length;
  }

  revisions(): JobDefinitionRevisions[] {
    const active = this.#definitions.values().filter(({ status }) => status === "ACTIVE");
    const byName = Map.groupBy(active, ({ scope, jobDefinitionName }) => nameKey(scope, jobDefinitionName));
    return this.#names.values().map(({ scope, name, latestRevision }) => ({
      scope,
      name,
      latestRevision,
      activeRevisions: (byName.get(nameKey(scope, name)) ?? []).map(({ revision }) => revision),
    }));
  }
}

function nameKey(scope: Scope, name: string): string {
  return `${scopeKey(scope)} ${name}`;
}

function positionOf({ jobDefinitionName, revision }: JobDefinition): [string, number] {
  return [jobDefinitionName, revision];
}

function goneSinceMs({ deregisteredAtMs }: JobDefinition): number {
  return deregisteredAtMs ?? Infinity;
}
