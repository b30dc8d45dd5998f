/** Thrown wherever a server that has crashed would have gone on. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/**
 * Ends one life of the server at one of its steps: whatever it asks of the world beyond it is a step. A server that has
 * crashed reaches nothing any more, whatever of it is still under way.
 */
export class CrashSwitch {
  #stepsLeft = Infinity;

  /** The crash comes at the step after so many others; 0 for the next. */
  arm(stepsBefore: number): void {
    this.#stepsLeft = Math.min(this.#stepsLeft, stepsBefore);
  }

  get isDead(): boolean {
    return this.#stepsLeft < 0;
  }

  /** Ends it now. */
  crash(): void {
    this.#stepsLeft = -1;
  }

  /** To be called before each step and, where it matters whether it was made, after it. */
  step(): void {
    if (this.#stepsLeft <= 0) this.#stepsLeft = -1;
    else this.#stepsLeft -= 1;
    if (this.isDead) throw new Crash("the server crashed");
  }
}
