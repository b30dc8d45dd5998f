import { RegexAutomaton } from "./go-regex-automaton.ts";
import type { RegexState } from "./go-regex-automaton.ts";
import { parseGoRegex, RegexSyntaxError } from "./go-regex-parser.ts";
import type { RegexNode } from "./go-regex-parser.ts";
import { compileRegex } from "./go-regex-program.ts";
import type { TextSearch } from "./text-search.ts";

/** Points of an expression, repetitions written out: each may cost its time at each character of a text. */
export const REGEX_POINTS_MAX = 300;
/** Each may have to be asked about each character that is new. Go has no limit. */
const SOURCE_LENGTH_MAX = 1_000;
const SURROGATES_BEGIN = 0xd800;

/**
 * A regular expression of Go, whose search takes a time that grows with the text only, and can be done in pieces.
 *
 * JavaScript's own expressions try one way after another: `(a*)*b` takes for ever over a line of `a`, and nothing else is
 * done meanwhile. This one goes through the text once, in all ways at the same time.
 */
export class GoRegex {
  readonly #automaton: RegexAutomaton;

  /** An expression, or what is wrong with it, in Go's words. */
  static parse(source: string): GoRegex | RegexSyntaxError {
    try {
      const regex = source.length > SOURCE_LENGTH_MAX ? undefined : GoRegex.of(parseGoRegex(source));
      return regex ?? new RegexSyntaxError("expression too large", source);
    } catch (error) {
      if (error instanceof RegexSyntaxError) return error;
      throw error;
    }
  }

  /** For an expression that somebody else has read; undefined where it has too many points. */
  static of(node: RegexNode): GoRegex | undefined {
    const instructions = compileRegex(node, REGEX_POINTS_MAX);
    return instructions === undefined ? undefined : new GoRegex(new RegexAutomaton(instructions));
  }

  private constructor(automaton: RegexAutomaton) {
    this.#automaton = automaton;
  }

  /** Looks whether it is found anywhere in the text. */
  search(text: string): TextSearch {
    return new RegexSearch(this.#automaton, text);
  }
}

class RegexSearch implements TextSearch {
  stepCount = 0;
  readonly #automaton: RegexAutomaton;
  readonly #text: string;
  #state: RegexState;
  #index = 0;

  constructor(automaton: RegexAutomaton, text: string) {
    this.#automaton = automaton;
    this.#text = text;
    this.#state = automaton.start;
  }

  advance(stepsMax: number): boolean | undefined {
    const before = this.#automaton.stepCount;
    const found = this.#advanceTo(before + stepsMax);
    this.stepCount += this.#automaton.stepCount - before;
    return found;
  }

  #advanceTo(stepsEnd: number): boolean | undefined {
    const automaton = this.#automaton;
    const text = this.#text;
    let state = this.#state;
    let index = this.#index;
    for (; index < text.length && automaton.stepCount < stepsEnd; index += 1) {
      let code = text.charCodeAt(index);
      if (code >= SURROGATES_BEGIN) {
        code = text.codePointAt(index) ?? code;
        if (code > 0xffff) index += 1;
      }
      const next = automaton.follow(state, code);
      if (next === null) return true;
      if (next.isLost) return false;
      state = next;
    }
    this.#state = state;
    this.#index = index;
    return index < text.length ? undefined : automaton.matchesAtEnd(state);
  }
}
