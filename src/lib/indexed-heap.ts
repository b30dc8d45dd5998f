/** An item of an `IndexedHeap` carries its own place there, so that it can be taken out from anywhere. */
export interface Indexed {
  /** Owned by the heap; -1 while the item is in none. */
  heapIndex: number;
}

/** Children of one item: their keys fill a line of the processor's cache, and few items are moved. */
const CHILDREN = 8;

/**
 * A heap, the smallest item at the front, from which any item can be removed in logarithmic time. Its order must be
 * strict and not change while the items are inside. An item is in one heap at most.
 */
export class IndexedHeap<Item extends Indexed> {
  readonly #items: Item[] = [];
  /** Those of the items, in their order: to compare them no item needs to be read. */
  readonly #keys: number[] = [];
  readonly #precedes: (a: Item, b: Item) => boolean;
  readonly #keyOf: (item: Item) => number;

  /**
   * @param precedes the order of items of equal keys.
   * @param keyOf the lowest goes first. Much faster than `precedes`; all are equal where it is left out.
   */
  constructor(precedes: (a: Item, b: Item) => boolean, keyOf: (item: Item) => number = () => 0) {
    this.#precedes = precedes;
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#keys.push(0);
    this.#rise(item, this.#keyOf(item), this.#items.length - 1);
  }

  /** Takes an item out; one that is in no heap is left alone. */
  remove(item: Item): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    const key = this.#keys.pop();
    if (last === undefined || key === undefined || last === item) return;
    // What was last belongs near the end: one comparison a level on the way down, and few on the way up
    // (Wegener, "Bottom-up heapsort", Theoretical Computer Science 118, 1993).
    this.#rise(last, key, this.#closeGap(index));
  }

  /** Puts the item at the index or, while it precedes its parent, nearer to the front. */
  #rise(item: Item, key: number, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = Math.floor((index - 1) / CHILDREN);
      const parent = this.#items[parentIndex];
      const parentKey = this.#keys[parentIndex];
      if (parent === undefined || parentKey === undefined) break;
      if (key === parentKey ? !this.#precedes(item, parent) : key > parentKey) break;
      this.#put(parent, parentKey, index);
      index = parentIndex;
    }
    this.#put(item, key, index);
  }

  /** Moves the first of two children into the gap above them, down to the end; the index at which the gap is then. */
  #closeGap(from: number): number {
    let index = from;
    for (;;) {
      const childIndex = this.#firstChildOf(index);
      const child = this.#items[childIndex];
      const key = this.#keys[childIndex];
      if (child === undefined || key === undefined) return index;
      this.#put(child, key, index);
      index = childIndex;
    }
  }

  /** An index beyond the end if there is no child. */
  #firstChildOf(index: number): number {
    let first = CHILDREN * index + 1;
    const end = Math.min(first + CHILDREN, this.#keys.length);
    for (let child = first + 1; child < end; child += 1) if (this.#isIndexBefore(child, first)) first = child;
    return first;
  }

  #isIndexBefore(index: number, otherIndex: number): boolean {
    const key = this.#keys[index] ?? 0;
    const otherKey = this.#keys[otherIndex] ?? 0;
    if (key !== otherKey) return key < otherKey;
    const item = this.#items[index];
    const other = this.#items[otherIndex];
    return item !== undefined && other !== undefined && this.#precedes(item, other);
  }

  #put(item: Item, key: number, index: number): void {
    this.#items[index] = item;
    this.#keys[index] = key;
    item.heapIndex = index;
  }
}
