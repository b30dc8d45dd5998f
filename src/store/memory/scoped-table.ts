import { isSameScope, scopeKey } from "../../batch/scope.ts";
import type { Scope } from "../../batch/scope.ts";

interface RowsOfScope<Row> {
  readonly scope: Scope;
  readonly rows: Map<string, Row>;
}

/** Rows by scope and id. Most stores have one scope: the latest that was asked for is found again without its key. */
export class ScopedTable<Row> {
  readonly #all = new Map<string, RowsOfScope<Row>>();
  #latest: RowsOfScope<Row> | undefined;

  get scopeCount(): number {
    return this.#all.size;
  }

  get(scope: Scope, id: string): Row | undefined {
    return this.#find(scope)?.rows.get(id);
  }

  set(scope: Scope, id: string, row: Row): void {
    const found = this.#find(scope) ?? { scope, rows: new Map<string, Row>() };
    if (found.rows.size === 0) this.#all.set(scopeKey(scope), found);
    found.rows.set(id, row);
  }

  delete(scope: Scope, id: string): void {
    this.#find(scope)?.rows.delete(id);
  }

  /** Scope by scope, each in the order of its ids' coming. */
  values(): Row[] {
    const values: Row[] = [];
    for (const { rows } of this.#all.values()) for (const row of rows.values()) values.push(row);
    return values;
  }

  #find(scope: Scope): RowsOfScope<Row> | undefined {
    if (this.#latest !== undefined && isSameScope(this.#latest.scope, scope)) return this.#latest;
    const found = this.#all.get(scopeKey(scope));
    if (found !== undefined) this.#latest = found;
    return found;
  }
}
