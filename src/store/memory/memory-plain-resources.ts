import { isOfType } from "../../batch/plain-resource.ts";
import type { PlainResource, PlainResourceOf, PlainResourceType } from "../../batch/plain-resource.ts";
import { scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";
import type { PlainResourceKey } from "../live-plain-resources.ts";
import { pageOf, positionAfter } from "../page-token.ts";
import type { Page, PageRequest, PlainResourceFilter } from "../store.ts";
import { SortedTable } from "./sorted-table.ts";

/** What it is given it keeps. */
export class MemoryPlainResources {
  readonly #resources = new SortedTable<PlainResource>();

  put(resource: PlainResource): void {
    this.#resources.set(groupOf(resource.resourceType, resource.scope), [resource.name], resource);
  }

  remove({ resourceType, scope, name }: PlainResourceKey): void {
    this.#resources.delete(groupOf(resourceType, scope), [name]);
  }

  read<Type extends PlainResourceType>(
    type: Type,
    scope: Scope,
    names: readonly string[],
  ): PlainResourceOf<Type>[] {
    return names.flatMap((name) => {
      const found = this.#resources.get(groupOf(type, scope), [name]);
      return found !== undefined && isOfType(found, type) ? [found] : [];
    });
  }

  list<Type extends PlainResourceType>(
    { type, scope, namePrefix }: PlainResourceFilter<Type>,
    { after, limit }: PageRequest,
  ): Page<PlainResourceOf<Type>> {
    const start = positionAfter<[string]>(type, after, [""]);
    const found: PlainResourceOf<Type>[] = [];
    for (const resource of this.#resources.after(groupOf(type, scope), start)) {
      if (isOfType(resource, type) && resource.name.startsWith(namePrefix)) found.push(resource);
    }
    return pageOf(found, limit, { name: type, item: (row) => row, position: (row) => [row.name] });
  }

  all(): PlainResource[] {
    return this.#resources.values();
  }
}

function groupOf(type: PlainResourceType, scope: Scope): string {
  return `${type} ${scopeKey(scope)}`;
}
