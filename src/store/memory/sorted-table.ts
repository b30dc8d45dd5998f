import type { Position } from "../page-token.ts";

/** So many removed rows are kept until somebody reads. */
const REMOVED_KEPT_MIN = 1_000;

/**
 * Rows by group and key, readable in the order of their keys: numbers by size, texts by code points, an element at a
 * time. It sorts when it is read after keys came or went: a few added to many that are in order cost one pass.
 */
export class SortedTable<Row> {
  /** By group and key. */
  readonly #entries = new Map<string, Map<string, Entry<Row>>>();
  #sorted: Entry<Row>[] = [];
  #isSorted = true;
  #removedCount = 0;

  get(group: string, key: Position): Row | undefined {
    return this.#entries.get(group)?.get(idOf(key))?.row;
  }

  set(group: string, key: Position, row: Row): void {
    const id = idOf(key);
    const ofGroup = this.#entries.get(group) ?? new Map<string, Entry<Row>>();
    const entry = ofGroup.get(id);
    if (entry !== undefined) {
      entry.row = row;
      return;
    }
    if (ofGroup.size === 0) this.#entries.set(group, ofGroup);
    const added = { group, key, row, isRemoved: false };
    ofGroup.set(id, added);
    this.#sorted.push(added);
    this.#isSorted = false;
  }

  delete(group: string, key: Position): void {
    const id = idOf(key);
    const ofGroup = this.#entries.get(group);
    const entry = ofGroup?.get(id);
    if (ofGroup === undefined || entry === undefined) return;
    ofGroup.delete(id);
    if (ofGroup.size === 0) this.#entries.delete(group);
    entry.isRemoved = true;
    this.#removedCount += 1;
    this.#isSorted = false;
    // Where nobody reads, nothing would ever be let go.
    if (this.#removedCount > Math.max(REMOVED_KEPT_MIN, this.#sorted.length / 2)) this.#letGo();
  }

  /** All rows, by group, then by key. */
  values(): Row[] {
    return this.#inOrder().map(({ row }) => row);
  }

  /** The rows of the group behind the key, whether there is a row of that key or not. */
  *after(group: string, key: Position): Generator<Row> {
    const entries = this.#inOrder();
    for (let index = firstAfter(entries, group, key); index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry?.group !== group) return;
      yield entry.row;
    }
  }

  #inOrder(): readonly Entry<Row>[] {
    if (!this.#isSorted) {
      this.#letGo();
      this.#sorted.sort((a, b) => compareEntries(a, b.group, b.key));
      this.#isSorted = true;
    }
    return this.#sorted;
  }

  #letGo(): void {
    this.#sorted = this.#sorted.filter(({ isRemoved }) => !isRemoved);
    this.#removedCount = 0;
  }
}

interface Entry<Row> {
  readonly group: string;
  readonly key: Position;
  row: Row;
  isRemoved: boolean;
}

/** The first of the rows, at most `count`. */
export function firstOf<Row>(rows: Iterable<Row>, count: number): Row[] {
  const first: Row[] = [];
  for (const row of rows) {
    first.push(row);
    if (first.length === count) break;
  }
  return first;
}

/** Keys of one table have the same form. */
export function comparePositions(a: Position, b: Position): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order = typeof left === "string" ? compareText(left, String(right)) : left - Number(right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By code points, as stores that keep UTF-8 do; JavaScript's own order is by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all that one unit can hold. */
function codePointRank(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}

type Place = Pick<Entry<unknown>, "group" | "key">;

function compareEntries(a: Place, group: string, key: Position): number {
  return a.group === group ? comparePositions(a.key, key) : compareText(a.group, group);
}

/** Keys of one table have the same form, with one text at most: no two of them have the same id. */
function idOf(key: Position): string {
  const [only] = key;
  return key.length === 1 && typeof only === "string" ? only : key.join(" ");
}

function firstAfter(entries: readonly Place[], group: string, key: Position): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && compareEntries(entry, group, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
