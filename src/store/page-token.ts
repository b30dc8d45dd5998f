import { BadPageTokenError } from "./store.ts";
import type { Page } from "./store.ts";

/** Where a page ended: the values that the list is ordered by, of its last item. */
export type Position = readonly (string | number)[];

/**
 * The position in a page token, or `start` for the first page.
 *
 * @param list names the order of the list: tokens of lists with another order are refused with `BadPageTokenError`.
 * @param start has the form of every position of the list.
 */
export function positionAfter<Form extends Position>(
  list: string,
  token: string | undefined,
  start: Form,
): Form {
  if (token === undefined) return start;
  const [name, ...position] = parseToken(token);
  if (name !== list || !hasFormOf(start, position)) throw new BadPageTokenError(token);
  return position;
}

/** @param fetched up to one row more than the page has room for: with it there is a next page. */
export function pageOf<Row, Item>(
  fetched: readonly Row[],
  limit: number,
  list: { readonly name: string; item(row: Row): Item; position(row: Row): Position },
): Page<Item> {
  const rows = fetched.slice(0, limit);
  const items = rows.map((row) => list.item(row));
  const last = rows.at(-1);
  if (fetched.length <= limit || last === undefined) return { items };
  return { items, next: JSON.stringify([list.name, ...list.position(last)]) };
}

function parseToken(token: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(token);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function hasFormOf<Form extends Position>(start: Form, position: readonly unknown[]): position is Form {
  return (
    position.length === start.length && position.every((value, index) => typeof value === typeof start[index])
  );
}
