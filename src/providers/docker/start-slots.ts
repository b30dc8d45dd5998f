/** So many at a time, the others in the order of their coming. */
export class StartSlots {
  readonly count: number;
  readonly #waiting = new Set<() => void>();
  #takenCount = 0;

  constructor(count: number) {
    this.count = count;
  }

  /** Resolves once there is a free one; answers whether it was given one: not so if the signal came first. */
  take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#takenCount < this.count) {
      this.#takenCount += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        resolve(false);
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Passes the slot on to the next. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#takenCount -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
