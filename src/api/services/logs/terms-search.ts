import type { TextSearch } from "../../../lib/text-search.ts";

export interface Term {
  /** `-`: must not be there; `?`: any one of these must; else it must be there. */
  readonly sign: "" | "?" | "-";
  readonly text: string;
}

/** Looked through for one term at once. */
const WINDOW_CHARACTERS = 16_384;
/** The longer the term, the longer it may take to see at each place that it is not there. */
const TERM_CHARACTERS_PER_STEP = 8;

/** Looks for terms in a message, one after the other; there are no `?` beside others. */
export class TermsSearch implements TextSearch {
  stepCount = 0;
  readonly #terms: readonly Term[];
  readonly #message: string;
  #termIndex = 0;
  #windowBegin = 0;

  constructor(terms: readonly Term[], message: string) {
    this.#terms = terms;
    this.#message = message;
  }

  advance(stepsMax: number): boolean | undefined {
    const stepsEnd = this.stepCount + stepsMax;
    while (this.stepCount < stepsEnd) {
      const term = this.#terms[this.#termIndex];
      if (term === undefined) return this.#terms.every(({ sign }) => sign !== "?");
      const isFound = this.#lookAtWindow(term.text);
      if (isFound === undefined) continue;
      if (isFound && term.sign === "?") return true;
      if (isFound ? term.sign === "-" : term.sign === "") return false;
      this.#termIndex += 1;
      this.#windowBegin = 0;
    }
    return undefined;
  }

  /** Undefined where the term may stand further on. */
  #lookAtWindow(term: string): boolean | undefined {
    const begin = this.#windowBegin;
    const end = begin + WINDOW_CHARACTERS;
    const overlap = term.length - 1;
    const window = this.#message.slice(begin, end + overlap);
    this.stepCount +=
      1 + Math.ceil((window.length * (TERM_CHARACTERS_PER_STEP + term.length)) / TERM_CHARACTERS_PER_STEP);
    this.#windowBegin = end;
    if (window.includes(term)) return true;
    return end + overlap >= this.#message.length ? false : undefined;
  }
}
