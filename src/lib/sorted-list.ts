/** More items than this are not in one chunk: inserting moves no more. */
const CHUNK_MAX = 128;

interface Chunk<Item> {
  /** Those of the items, in their order: to find a place no item needs to be read. */
  readonly keys: number[];
  /** Absent below `from`, where those were that have left. */
  readonly items: (Item | undefined)[];
  /** The index of the first item. */
  from: number;
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
    const chunk = this.#chunks[0];
    return chunk?.items[chunk.from];
  }

  /** That of `peek`. */
  get firstKey(): number | undefined {
    const chunk = this.#chunks[0];
    return chunk?.keys[chunk.from];
  }

  /** The first items in their order, at most `count`. */
  first(count: number): Item[] {
    const first: Item[] = [];
    for (const chunk of this.#chunks) {
      for (let index = chunk.from; index < chunk.items.length; index += 1) {
        const item = chunk.items[index];
        if (first.length >= count || item === undefined) return first;
        first.push(item);
      }
    }
    return first;
  }

  /** The items that precede this one, which need not be inside, in their order. */
  *before(item: Item): Generator<Item, undefined, undefined> {
    const key = this.#keyOf(item);
    for (const { keys, items, from } of this.#chunks) {
      for (let index = from; index < items.length; index += 1) {
        const found = items[index];
        if (found === undefined || !this.#isBefore(found, keys[index] ?? 0, item, key)) return undefined;
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
    let count = chunk === undefined ? 0 : this.#indexIn(chunk, item, key) - chunk.from;
    for (let index = 0; index < at; index += 1) {
      const { items, from } = this.#chunks[index] ?? NONE;
      count += items.length - from;
    }
    return count;
  }

  add(item: Item): void {
    const key = this.#keyOf(item);
    this.#size += 1;
    const at = this.#chunkFor(item, key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], items: [item], from: 0 });
      return;
    }
    const index = this.#indexIn(chunk, item, key);
    if (index === chunk.from && index > 0) {
      chunk.from -= 1;
      chunk.keys[chunk.from] = key;
      chunk.items[chunk.from] = item;
      return;
    }
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
    const { keys, items, from } = chunk;
    const index = items[from] === item ? from : this.#indexIn(chunk, item, key);
    if (items[index] !== item) return;
    this.#size -= 1;
    if (items.length - from === 1) this.#chunks.splice(at, 1);
    else if (index === from) {
      items[from] = undefined;
      chunk.from += 1;
    } else {
      keys.splice(index, 1);
      items.splice(index, 1);
    }
  }

  /** The last chunk whose first item does not come after the item; the first where there is none such. */
  #chunkFor(item: Item, key: number): number {
    let low = 0;
    let high = this.#chunks.length;
    // It is mostly the last.
    if (high > 1 && this.#startsUpTo(high - 1, item, key)) return high - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#startsUpTo(middle, item, key)) low = middle;
      else high = middle;
    }
    return low;
  }

  #startsUpTo(at: number, item: Item, key: number): boolean {
    const { keys, items, from } = this.#chunks[at] ?? NONE;
    const first: Item | undefined = items[from];
    return first !== undefined && !this.#isBefore(item, key, first, keys[from] ?? 0);
  }

  /** The place of the item among those of the chunk, inside or not. */
  #indexIn({ keys, items, from }: Chunk<Item>, item: Item, key: number): number {
    let low = from;
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
    chunk.keys.splice(0, chunk.from);
    chunk.items.splice(0, chunk.from);
    const isHalfEmpty = chunk.from > CHUNK_MAX >>> 1;
    chunk.from = 0;
    if (isHalfEmpty) return;
    const { length } = chunk.items;
    const middle = grownAt === CHUNK_MAX ? length - 1 : length >>> 1;
    this.#chunks.splice(at + 1, 0, {
      keys: chunk.keys.splice(middle),
      items: chunk.items.splice(middle),
      from: 0,
    });
  }
}

const NONE: Chunk<never> = { keys: [], items: [], from: 0 };
