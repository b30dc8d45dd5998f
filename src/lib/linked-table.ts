/** An item of a `LinkedTable` carries its place there: both are the table's. */
export interface Linked<Item> {
  nextInBucket: Item | undefined;
  /** That of its key: moving an item or passing it by does not need the key itself. */
  keyHash: number;
}

/**
 * Items by a text that each of them carries, for a million of them: with link and hash a table takes 26 bytes an item, and it
 * grows by one bucket at a time, so that no single addition takes long (Litwin's linear hashing). An item is in one table
 * at most.
 */
export class LinkedTable<Item extends Linked<Item>> {
  readonly #keyOf: (item: Item) => string;
  /** As many as there have been items at most, and never none. */
  #buckets: (Item | undefined)[] = [undefined];
  /** The least number of the form 2^n - 1 that no bucket's index exceeds. */
  #mask = 0;
  #size = 0;
  #lastCollected: Item | undefined;

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
  }

  get(key: string): Item | undefined {
    return this.#find(key, hashOf(key));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Adds an item; false, and nothing is changed, where one of the same key is in the table. */
  add(item: Item): boolean {
    const key = this.#keyOf(item);
    const hash = hashOf(key);
    if (this.#find(key, hash) !== undefined) return false;
    this.#size += 1;
    if (this.#size > this.#buckets.length) this.#addBucket();
    item.keyHash = hash;
    this.#link(item);
    return true;
  }

  /**
   * Adds an item, of a key that no other has, that is found from the next `spread` on: a million items are there many
   * times faster so.
   */
  collect(item: Item): void {
    this.#size += 1;
    item.keyHash = hashOf(this.#keyOf(item));
    item.nextInBucket = this.#lastCollected;
    this.#lastCollected = item;
  }

  /** To be called when the first items have been collected, before any is added. */
  spread(): void {
    this.#buckets = Array.from<Item | undefined>({ length: Math.max(1, this.#size) });
    while (this.#mask < this.#buckets.length - 1) this.#mask = 2 * this.#mask + 1;
    this.#linkAll(this.#lastCollected);
    this.#lastCollected = undefined;
  }

  delete(key: string): void {
    const hash = hashOf(key);
    const bucket = this.#bucketOf(hash);
    let previous: Item | undefined;
    let item = this.#buckets[bucket];
    while (item !== undefined && !this.#has(item, hash, key)) {
      previous = item;
      item = item.nextInBucket;
    }
    if (item === undefined) return;
    if (previous === undefined) this.#buckets[bucket] = item.nextInBucket;
    else previous.nextInBucket = item.nextInBucket;
    item.nextInBucket = undefined;
    this.#size -= 1;
  }

  #find(key: string, hash: number): Item | undefined {
    let item = this.#buckets[this.#bucketOf(hash)];
    while (item !== undefined && !this.#has(item, hash, key)) item = item.nextInBucket;
    return item;
  }

  #has(item: Item, hash: number, key: string): boolean {
    return item.keyHash === hash && this.#keyOf(item) === key;
  }

  #link(item: Item): void {
    const bucket = this.#bucketOf(item.keyHash);
    item.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = item;
  }

  /** What belongs into a bucket that is not there yet is in the one whose index lacks the highest bit. */
  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#buckets.length ? bucket : hash & (this.#mask >>> 1);
  }

  #addBucket(): void {
    const added = this.#buckets.push(undefined) - 1;
    if (added > this.#mask) this.#mask = 2 * this.#mask + 1;
    const divided = added & (this.#mask >>> 1);
    const items = this.#buckets[divided];
    this.#buckets[divided] = undefined;
    this.#linkAll(items);
  }

  /** Links an item and those behind it, each into its bucket. */
  #linkAll(first: Item | undefined): void {
    let item = first;
    while (item !== undefined) {
      const next: Item | undefined = item.nextInBucket;
      this.#link(item);
      item = next;
    }
  }
}

/** Ids differ at their ends, by random digits or a number: more of them is not looked at. */
const HASHED_LENGTH = 8;

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) of the characters at the end. */
function hashOf(key: string): number {
  let hash = 0x811c_9dc5;
  for (let index = Math.max(0, key.length - HASHED_LENGTH); index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x0100_0193);
  }
  return hash;
}
