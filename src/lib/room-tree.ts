const LEAVES_MIN = 8;

/** So many numbers are kept of each node. */
const DIMENSIONS = 3;

/**
 * Finds the first of many slots that has room for something of three dimensions: a tree over the slots, each node with
 * the most that any slot below has in each dimension. Finding and changing a slot take logarithmic time, but that slots
 * which have enough of one dimension and too little of another are looked at one by one.
 */
export class RoomTree {
  #leafCount = LEAVES_MIN;
  /** Node by node: the root is 1, the children of `n` are `2n` and `2n + 1`. */
  #most: Int32Array;

  /** @param slotCount how many slots there will be, if that is known: for more of them the tree grows. */
  constructor(slotCount = 0) {
    while (this.#leafCount < slotCount) this.#leafCount *= 2;
    this.#most = emptyTree(this.#leafCount);
  }

  /** The lowest slot, of those from `from` on, that has at least this; undefined if none has. */
  findFirst(first: number, second: number, third: number, from = 0): number | undefined {
    if (from >= this.#leafCount) return undefined;
    const most = this.#most;
    let node = from === 0 ? 1 : this.#leafCount + from;
    for (;;) {
      const place = DIMENSIONS * node;
      if (at(most, place) >= first && at(most, place + 1) >= second && at(most, place + 2) >= third) {
        if (node >= this.#leafCount) return node - this.#leafCount;
        node *= 2;
        continue;
      }
      // What is next to the right of all that is below this node.
      while (node % 2 === 1 && node > 1) node >>= 1;
      if (node === 1) return undefined;
      node += 1;
    }
  }

  /** What the slot has from now on, in whole numbers of at most 31 bits. */
  set(slot: number, first: number, second: number, third: number): void {
    this.fill(slot, first, second, third);
    for (let node = (this.#leafCount + slot) >> 1; node >= 1; node >>= 1) if (!mend(this.#most, node)) return;
  }

  /** The same, but it is seen from the next `mend` on: many slots are set many times faster so. */
  fill(slot: number, first: number, second: number, third: number): void {
    if (slot >= this.#leafCount) this.#grow(slot + 1);
    const place = DIMENSIONS * (this.#leafCount + slot);
    this.#most[place] = first;
    this.#most[place + 1] = second;
    this.#most[place + 2] = third;
  }

  /** To be called when slots have been filled, before anything is sought or set. */
  mend(): void {
    for (let node = this.#leafCount - 1; node >= 1; node -= 1) mend(this.#most, node);
  }

  /** Nothing has room in the slot from now on, not even what needs nothing. */
  close(slot: number): void {
    if (slot < this.#leafCount) this.set(slot, -1, -1, -1);
  }

  #grow(slotCount: number): void {
    const leaves = this.#most.subarray(DIMENSIONS * this.#leafCount);
    while (this.#leafCount < slotCount) this.#leafCount *= 2;
    this.#most = emptyTree(this.#leafCount);
    this.#most.set(leaves, DIMENSIONS * this.#leafCount);
    this.mend();
  }
}

function emptyTree(leafCount: number): Int32Array {
  return new Int32Array(2 * DIMENSIONS * leafCount).fill(-1);
}

function at(tree: Int32Array, place: number): number {
  return tree[place] ?? -1;
}

/** Sets an inner node to the most of its children; false if it was that already. */
function mend(tree: Int32Array, node: number): boolean {
  const place = DIMENSIONS * node;
  const left = 2 * place;
  let isChanged = false;
  for (let dimension = 0; dimension < DIMENSIONS; dimension += 1) {
    const most = Math.max(at(tree, left + dimension), at(tree, left + DIMENSIONS + dimension));
    if (tree[place + dimension] === most) continue;
    tree[place + dimension] = most;
    isChanged = true;
  }
  return isChanged;
}
