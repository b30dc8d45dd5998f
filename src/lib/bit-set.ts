/** A set of small whole numbers, one bit each; memory is taken with the first that is added. */
export class BitSet {
  readonly #size: number;
  #words: Uint32Array | undefined;
  #count = 0;

  /** For the numbers from 0 to below `size`. */
  constructor(size: number) {
    this.#size = size;
  }

  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return ((this.#words?.[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    this.#words ??= new Uint32Array((this.#size + 31) >>> 5);
    this.#words[index >>> 5] = (this.#words[index >>> 5] ?? 0) | (1 << (index & 31));
    this.#count += 1;
  }
}
