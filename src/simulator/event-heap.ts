/** How many instants a new heap has room for; it doubles when it is full. */
const FIRST_CAPACITY = 1_024;

/**
 * Instants, each with a number that says what happens then: a binary heap in typed arrays, the earliest at the front. Of
 * equal instants the first that came in goes out first, so that a simulation repeats itself.
 */
export class EventHeap {
  #instants = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #items = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  #lastOrder = 0;

  get size(): number {
    return this.#size;
  }

  /** The earliest instant; Infinity where there is none. */
  get nextMs(): number {
    return this.#size === 0 ? Infinity : (this.#instants[0] as number);
  }

  push(atMs: number, item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#lastOrder += 1;
    const instants = this.#instants;
    let index = this.#size;
    this.#size += 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      // What is in it already came first: of equal instants the parent stays.
      if ((instants[parent] as number) <= atMs) break;
      this.#move(parent, index);
      index = parent;
    }
    instants[index] = atMs;
    this.#orders[index] = this.#lastOrder;
    this.#items[index] = item;
  }

  /** Takes the item of the earliest instant out: there has to be one. */
  pop(): number {
    const first = this.#items[0] as number;
    this.#size -= 1;
    const size = this.#size;
    if (size > 0) this.#sink(size);
    return first;
  }

  /** Puts what stands behind the last place where it belongs, beginning at the front. */
  #sink(last: number): void {
    const instants = this.#instants;
    const orders = this.#orders;
    const instant = instants[last] as number;
    const order = orders[last] as number;
    const item = this.#items[last] as number;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, child)) child += 1;
      const childMs = instants[child] as number;
      if (instant < childMs || (instant === childMs && order < (orders[child] as number))) break;
      this.#move(child, index);
      index = child;
    }
    instants[index] = instant;
    orders[index] = order;
    this.#items[index] = item;
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#instants[a] as number;
    const right = this.#instants[b] as number;
    return left < right || (left === right && (this.#orders[a] as number) < (this.#orders[b] as number));
  }

  #move(from: number, to: number): void {
    this.#instants[to] = this.#instants[from] as number;
    this.#orders[to] = this.#orders[from] as number;
    this.#items[to] = this.#items[from] as number;
  }

  #grow(): void {
    const capacity = 2 * this.#items.length;
    const instants = new Float64Array(capacity);
    instants.set(this.#instants);
    const orders = new Float64Array(capacity);
    orders.set(this.#orders);
    const items = new Int32Array(capacity);
    items.set(this.#items);
    this.#instants = instants;
    this.#orders = orders;
    this.#items = items;
  }
}
