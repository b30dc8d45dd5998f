import { isDeepStrictEqual } from "node:util";

/** What a thing may be, given what was asked of it: in doubt only where an answer was lost. */
export class PossibleStates<State> {
  #states: readonly State[];

  constructor(first: State) {
    this.#states = [first];
  }

  /** Undefined where an answer was lost and nobody has looked since. */
  get certain(): State | undefined {
    return this.#states.length === 1 ? this.#states[0] : undefined;
  }

  /** Takes note of a change whose call was answered, or may or may not have been done. */
  change(to: (state: State) => State, fate: "answered" | "lost"): void {
    const changed = this.#states.map(to);
    this.#states = fate === "answered" ? changed : [...this.#states, ...changed];
  }

  allows(state: State): boolean {
    return this.#states.some((possible) => isDeepStrictEqual(possible, state));
  }

  /** Takes note of what was seen. False: it cannot be so. */
  see(state: State): boolean {
    const isPossible = this.allows(state);
    this.#states = [state];
    return isPossible;
  }

  toString(): string {
    return this.#states.map((state) => JSON.stringify(state)).join(" or ");
  }
}
