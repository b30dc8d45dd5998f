/** An item of an `IndexedHeap` carries its own place there, so that it can be taken out from anywhere. */
export interface Indexed {
  /** Owned by the heap; -1 while the item is in none. */
  heapIndex: number;
}

/**
 * A binary heap, the smallest item at the front, from which any item can be removed in logarithmic time.
 * `precedes` must be a strict order that does not change while the items are inside. An item is in one heap at most.
 */
export class IndexedHeap<Item extends Indexed> {
  readonly #items: Item[] = [];
  readonly #precedes: (a: Item, b: Item) => boolean;

  constructor(precedes: (a: Item, b: Item) => boolean) {
    this.#precedes = precedes;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  /** The first items in their order, at most `count`: for small counts, as it looks at each as often. */
  first(count: number): Item[] {
    const first: Item[] = [];
    let candidates = this.#items.slice(0, 1);
    while (first.length < count) {
      const [head, ...others] = candidates;
      if (head === undefined) break;
      const next = others.reduce((best, item) => (this.#precedes(item, best) ? item : best), head);
      first.push(next);
      const children = this.#items.slice(2 * next.heapIndex + 1, 2 * next.heapIndex + 3);
      candidates = [...candidates.filter((item) => item !== next), ...children];
    }
    return first;
  }

  /**
   * The items that precede this one, which need not be inside, in no order. Whoever stops early has looked at no more
   * than twice as many as were taken.
   */
  *before(item: Item): Generator<Item, undefined, undefined> {
    const indexes = [0];
    for (let index = indexes.pop(); index !== undefined; index = indexes.pop()) {
      const found = this.#items[index];
      if (found === undefined || found === item || !this.#precedes(found, item)) continue;
      yield found;
      indexes.push(2 * index + 1, 2 * index + 2);
    }
    return undefined;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes an item out; one that is in no heap is left alone. */
  remove(item: Item): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#sink(last, index);
    if (last.heapIndex === index) this.#rise(last, index);
  }

  /** Puts the item at the index or, while it precedes its parent, nearer to the front. */
  #rise(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#items[parentIndex];
      if (parent === undefined || !this.#precedes(item, parent)) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(item, index);
  }

  /** Puts the item at the index or, while a child precedes it, farther from the front. */
  #sink(item: Item, from: number): void {
    let index = from;
    for (;;) {
      const left = this.#items[2 * index + 1];
      const right = this.#items[2 * index + 2];
      const child = right !== undefined && left !== undefined && this.#precedes(right, left) ? right : left;
      if (child === undefined || !this.#precedes(child, item)) break;
      const childIndex = child.heapIndex;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(item, index);
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
