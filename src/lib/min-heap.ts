/** A heap over given items, the first in their order at the front: for taking the first, and for moving it back. */
export class MinHeap<Item> {
  readonly #items: Item[];
  readonly #precedes: (a: Item, b: Item) => boolean;

  /** @param items the heap's own from now on. */
  constructor(items: Item[], precedes: (a: Item, b: Item) => boolean) {
    this.#items = items;
    this.#precedes = precedes;
    for (let index = (items.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  /** To be called when the first has come to stand later in the order. */
  sinkFirst(): void {
    this.#sink(0);
  }

  removeFirst(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const items = this.#items;
    const sinking = items[from];
    if (sinking === undefined) return;
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      let child = items[left];
      if (child === undefined) break;
      const right = items[left + 1];
      const isRight = right !== undefined && this.#precedes(right, child);
      if (isRight) child = right;
      if (!this.#precedes(child, sinking)) break;
      items[index] = child;
      index = isRight ? left + 1 : left;
    }
    items[index] = sinking;
  }
}
