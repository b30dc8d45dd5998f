const LEAVES_MIN = 8;

/**
 * Finds the first of many slots that has room for something of three dimensions: a tree over the slots, each node with
 * the most that any slot below has in each dimension. Finding and changing a slot take logarithmic time, but that slots
 * which have enough of one dimension and too little of another are looked at one by one.
 */
export class RoomTree {
  #leafCount = LEAVES_MIN;
  #first = new Int32Array(2 * LEAVES_MIN).fill(-1);
  #second = new Int32Array(2 * LEAVES_MIN).fill(-1);
  #third = new Int32Array(2 * LEAVES_MIN).fill(-1);

  /** The lowest slot that has at least this; undefined if none has. */
  findFirst(first: number, second: number, third: number): number | undefined {
    const slot = this.#find(1, first, second, third);
    return slot < 0 ? undefined : slot;
  }

  /** What the slot has from now on, in whole numbers of at most 31 bits. */
  set(slot: number, first: number, second: number, third: number): void {
    if (slot >= this.#leafCount) this.#grow(slot + 1);
    this.#setLeaf(slot, first, second, third);
  }

  /** Nothing has room in the slot from now on, not even what needs nothing. */
  close(slot: number): void {
    if (slot < this.#leafCount) this.#setLeaf(slot, -1, -1, -1);
  }

  #setLeaf(slot: number, first: number, second: number, third: number): void {
    let node = this.#leafCount + slot;
    this.#first[node] = first;
    this.#second[node] = second;
    this.#third[node] = third;
    for (node >>= 1; node >= 1; node >>= 1) {
      const isFirstSame = mend(this.#first, node);
      const isSecondSame = mend(this.#second, node);
      const isThirdSame = mend(this.#third, node);
      if (isFirstSame && isSecondSame && isThirdSame) return;
    }
  }

  #find(node: number, first: number, second: number, third: number): number {
    if (at(this.#first, node) < first || at(this.#second, node) < second || at(this.#third, node) < third) {
      return -1;
    }
    if (node >= this.#leafCount) return node - this.#leafCount;
    const left = this.#find(2 * node, first, second, third);
    return left >= 0 ? left : this.#find(2 * node + 1, first, second, third);
  }

  #grow(slotCount: number): void {
    const before = this.#leafCount;
    while (this.#leafCount < slotCount) this.#leafCount *= 2;
    this.#first = regrown(this.#first, before, this.#leafCount);
    this.#second = regrown(this.#second, before, this.#leafCount);
    this.#third = regrown(this.#third, before, this.#leafCount);
  }
}

function at(tree: Int32Array, node: number): number {
  return tree[node] ?? -1;
}

/** Sets an inner node to the larger of its children; true if it was that already. */
function mend(tree: Int32Array, node: number): boolean {
  const most = Math.max(at(tree, 2 * node), at(tree, 2 * node + 1));
  if (tree[node] === most) return true;
  tree[node] = most;
  return false;
}

function regrown(tree: Int32Array, leafCountBefore: number, leafCount: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * leafCount).fill(-1);
  grown.set(tree.subarray(leafCountBefore), leafCount);
  for (let node = leafCount - 1; node >= 1; node -= 1) mend(grown, node);
  return grown;
}
