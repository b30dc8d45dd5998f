/** Beyond this a chunk is divided: inserting into one moves no more than its items. */
const CHUNK_MAX = 128;

interface Chunk<Item> {
  /** Those of the items, in their order: to find a place no item needs to be read. */
  readonly keys: number[];
  readonly items: Item[];
}

/**
 * Items in their order, for a million of them: a list of short sorted arrays. What comes at the end and what leaves at the
 * front takes constant time; anywhere else it is a binary search and the moving of one short array. The order must be
 * strict and not change while the items are inside.
 */
export class SortedList<Item> {
  /** None is empty. */
  readonly #chunks: Chunk<Item>[] = [];
  readonly #keyOf: (item: Item) => number;
  readonly #precedes: (a: Item, b: Item) => boolean;
  #size = 0;

  /**
   * @param keyOf the lowest goes first.
   * @param precedes the order of items of equal keys.
   */
  constructor(keyOf: (item: Item) => number, precedes: (a: Item, b: Item) => boolean) {
    this.#keyOf = keyOf;
    this.#precedes = precedes;
  }

  get size(): number {
    return this.#size;
  }

  peek(): Item | undefined {
    return this.#chunks[0]?.items[0];
  }

  /** That of `peek`. */
  get firstKey(): number | undefined {
    return this.#chunks[0]?.keys[0];
  }

  /** The first items in their order, at most `count`. */
  first(count: number): Item[] {
    const first: Item[] = [];
    for (const { items } of this.#chunks) {
      if (first.length >= count) break;
      first.push(...items.slice(0, count - first.length));
    }
    return first;
  }

  /** The items that precede this one, which need not be inside, in their order. */
  *before(item: Item): Generator<Item, undefined, undefined> {
    const key = this.#keyOf(item);
    for (const { keys, items } of this.#chunks) {
      for (const [index, found] of items.entries()) {
        if (!this.#isBefore(found, keys[index] ?? 0, item, key)) return undefined;
        yield found;
      }
    }
    return undefined;
  }

  /** How many items precede this one, which need not be inside. */
  countBefore(item: Item): number {
    const key = this.#keyOf(item);
    const at = this.#chunkFor(item, key);
    const chunk = this.#chunks[at];
    let count = chunk === undefined ? 0 : this.#indexIn(chunk, item, key);
    for (let index = 0; index < at; index += 1) count += this.#chunks[index]?.items.length ?? 0;
    return count;
  }

  add(item: Item): void {
    const key = this.#keyOf(item);
    this.#size += 1;
    const at = this.#chunkFor(item, key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], items: [item] });
      return;
    }
    const index = this.#indexIn(chunk, item, key);
    chunk.keys.splice(index, 0, key);
    chunk.items.splice(index, 0, item);
    if (chunk.items.length > CHUNK_MAX) this.#divide(at, index);
  }

  /** Takes an item out; one that is not inside is left alone. */
  remove(item: Item): void {
    const key = this.#keyOf(item);
    // It is mostly the first.
    const at = this.peek() === item ? 0 : this.#chunkFor(item, key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const index = chunk.items[0] === item ? 0 : this.#indexIn(chunk, item, key);
    if (chunk.items[index] !== item) return;
    this.#size -= 1;
    if (chunk.items.length === 1) this.#chunks.splice(at, 1);
    else if (index === 0) {
      chunk.keys.shift();
      chunk.items.shift();
    } else {
      chunk.keys.splice(index, 1);
      chunk.items.splice(index, 1);
    }
  }

  /** The last chunk whose first item does not come after the item; the first where there is none such. */
  #chunkFor(item: Item, key: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle];
      const first = chunk?.items[0];
      if (first !== undefined && this.#isBefore(item, key, first, chunk?.keys[0] ?? 0)) high = middle;
      else low = middle;
    }
    return low;
  }

  /** The place of the item among those of the chunk, inside or not. */
  #indexIn({ keys, items }: Chunk<Item>, item: Item, key: number): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = items[middle];
      if (other !== undefined && this.#isBefore(other, keys[middle] ?? 0, item, key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(item: Item, key: number, other: Item, otherKey: number): boolean {
    return key === otherKey ? this.#precedes(item, other) : key < otherKey;
  }

  /** What grows at its end leaves full chunks behind it, else both halves have room for more. */
  #divide(at: number, grownAt: number): void {
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const from = grownAt === CHUNK_MAX ? CHUNK_MAX : CHUNK_MAX >>> 1;
    this.#chunks.splice(at + 1, 0, { keys: chunk.keys.splice(from), items: chunk.items.splice(from) });
  }
}
