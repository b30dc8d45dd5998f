import type { DatabaseSync } from "node:sqlite";
import { isOfType } from "../../batch/plain-resource.ts";
import type { PlainResource, PlainResourceOf, PlainResourceType } from "../../batch/plain-resource.ts";
import type { Scope } from "../../batch/scope.ts";
import type { PlainResourceKey } from "../live-plain-resources.ts";
import type { Page, PageRequest, PlainResourceFilter } from "../store.ts";
import { NamedTable } from "./named-table.ts";

/** A table for each type of plain resource. */
export class PlainResourceTables {
  readonly #tables: Readonly<Record<PlainResourceType, NamedTable<PlainResource>>>;

  constructor(database: DatabaseSync) {
    this.#tables = {
      "client-token": new NamedTable(database, "client_tokens"),
      "consumable-resource": new NamedTable(database, "consumable_resources"),
      "quota-share": new NamedTable(database, "quota_shares"),
      "scheduling-policy": new NamedTable(database, "scheduling_policies"),
      "service-environment": new NamedTable(database, "service_environments"),
    };
  }

  put(resource: PlainResource): void {
    this.#tables[resource.resourceType].put(resource);
  }

  remove({ resourceType, scope, name }: PlainResourceKey): void {
    this.#tables[resourceType].remove(scope, name);
  }

  read<Type extends PlainResourceType>(
    type: Type,
    scope: Scope,
    names: readonly string[],
  ): PlainResourceOf<Type>[] {
    return this.#tables[type].readMany(scope, names).filter((found) => isOfType(found, type));
  }

  list<Type extends PlainResourceType>(
    { type, scope, namePrefix }: PlainResourceFilter<Type>,
    page: PageRequest,
  ): Page<PlainResourceOf<Type>> {
    const { items, ...rest } = this.#tables[type].list(scope, namePrefix, page);
    return { items: items.filter((item) => isOfType(item, type)), ...rest };
  }

  all(): PlainResource[] {
    return Object.values(this.#tables).flatMap((table) => table.all());
  }
}
