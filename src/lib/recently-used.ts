/** Values by key, at most so many: beyond that the one goes whose last use is longest ago. */
export class RecentlyUsed<Value extends object> {
  readonly #sizeMax: number;
  /** In the order of their last use, which for a Map is the order of their insertion. */
  readonly #values = new Map<string, Value>();
  #latestKey: string | undefined;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    // One that is asked for again at once has its place already.
    if (value !== undefined && key !== this.#latestKey) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#latestKey = key;
    const [oldestKey] = this.#values.keys();
    if (this.#values.size > this.#sizeMax && oldestKey !== undefined) this.#values.delete(oldestKey);
  }
}
