import { OTHER_CHARACTERS } from "./filter-regex-parser.ts";
import type { FilterRegex, Step } from "./filter-regex-parser.ts";

/**
 * Turns an expression into a search whose time grows with the text only.
 *
 * JavaScript's own expressions try one way after another: `a*b` takes a minute over a line of 256 KiB of `a`, and
 * nothing else is served meanwhile. This one goes through the text once, in all ways at the same time, and remembers
 * which sets of ways lead where.
 */
export function matcherOf(regex: FilterRegex): (text: string) => boolean {
  const machine = new Machine(regex);
  return (text) => machine.matches(text);
}

/** Somewhere in an alternative: before the step, or at its end. */
interface Place {
  readonly step: Step | undefined;
  readonly isToEnd: boolean;
  /** Index of the place behind the step. */
  readonly next: number;
}

/** A set of places that the search is at. */
interface State {
  readonly places: readonly number[];
  readonly hasMatched: boolean;
  readonly matchesAtEnd: boolean;
  /** Where each character leads, as far as is known. */
  readonly next: (State | undefined)[];
}

/** Kept before all is forgotten and found out again: a state takes about a kilobyte. */
const STATES_MAX = 2_000;

class Machine {
  readonly #places: readonly Place[];
  /** Where the search may begin at every character. */
  readonly #starts: readonly number[];
  /** Where it may begin at the text's start as well. */
  readonly #firstStarts: readonly number[];
  #states = new Map<string, State>();

  constructor(regex: FilterRegex) {
    const places: Place[] = [];
    const starts: number[] = [];
    const anchored: number[] = [];
    for (const { steps, isFromStart, isToEnd } of regex) {
      (isFromStart ? anchored : starts).push(places.length);
      for (const step of steps) places.push({ step, isToEnd, next: places.length + 1 });
      places.push({ step: undefined, isToEnd, next: places.length });
    }
    this.#places = places;
    this.#starts = starts;
    this.#firstStarts = [...starts, ...anchored];
  }

  matches(text: string): boolean {
    let state = this.#stateOf(this.#firstStarts);
    for (let index = 0; index < text.length; index += 1) {
      if (state.hasMatched) return true;
      const code = Math.min(text.charCodeAt(index), OTHER_CHARACTERS);
      state = state.next[code] ?? this.#step(state, code);
    }
    return state.hasMatched || state.matchesAtEnd;
  }

  #step(from: State, code: number): State {
    const places = [...this.#starts];
    for (const index of from.places) {
      const place = this.#places[index];
      if (place?.step?.set[code] === true) places.push(place.step.times === "any" ? index : place.next);
    }
    const state = this.#stateOf(places);
    from.next[code] = state;
    return state;
  }

  #stateOf(starts: readonly number[]): State {
    const places = this.#closure(starts);
    const key = places.join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;

    if (this.#states.size >= STATES_MAX) this.#forget();
    const ends = places.map((index) => this.#places[index]).filter((place) => place?.step === undefined);
    const state: State = {
      places,
      hasMatched: ends.some((place) => place?.isToEnd === false),
      matchesAtEnd: ends.some((place) => place?.isToEnd === true),
      next: [],
    };
    this.#states.set(key, state);
    return state;
  }

  /** The places with all that are reached by leaving steps out, ascending. */
  #closure(starts: readonly number[]): readonly number[] {
    const places = new Set<number>();
    for (const start of starts) {
      let index = start;
      while (!places.has(index)) {
        places.add(index);
        const place = this.#places[index];
        if (place?.step === undefined || place.step.times === "once") break;
        index = place.next;
      }
    }
    return [...places].toSorted((a, b) => a - b);
  }

  #forget(): void {
    for (const state of this.#states.values()) state.next.length = 0;
    this.#states = new Map();
  }
}
