import { assert } from "../../../lib/assert.ts";
import { invalidParameter } from "./logs-errors.ts";

/** Alternatives, any of which has to be found in a text. */
export type FilterRegex = readonly Alternative[];

/** Steps in a row, from the text's start and up to its end where that is asked for. */
export interface Alternative {
  readonly steps: readonly Step[];
  readonly isFromStart: boolean;
  readonly isToEnd: boolean;
}

/** One character of a set: exactly once, once or not at all, or any number of times. */
export interface Step {
  readonly set: CharacterSet;
  readonly times: "once" | "maybe" | "any";
}

/** Whether a character belongs to the set, by its code; all beyond ASCII are treated as one, `OTHER_CHARACTERS`. */
export type CharacterSet = readonly boolean[];

export const OTHER_CHARACTERS = 128;

/** After `x{3}` is written out as `xxx`; more is too large to search with, and not held. */
const STEPS_MAX = 1_000;
const COUNT_MAX = 1_000;

/** What stands for itself, beyond letters and digits; a blank is let through, though AWS does not list it. */
const PLAIN_SYMBOLS = "_:#=@/;,- ";
const OPERATORS = "^$?[]{}|\\*+.";
const PLAIN = /^[A-Za-z0-9]$/;
const COUNT = /\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y;
const HEX = /\\x([0-9A-Fa-f]{2})/y;

const DIGITS = setOf((code) => code >= 0x30 && code <= 0x39);
const LETTERS = setOf((code) => /\w/.test(String.fromCharCode(code)));
const BLANKS = setOf((code) => /\s/.test(String.fromCharCode(code)));
const CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS,
  D: complementOf(DIGITS),
  w: LETTERS,
  W: complementOf(LETTERS),
  s: BLANKS,
  S: complementOf(BLANKS),
};
const ANY = complementOf(setOfCode(0x0a));

/**
 * Reads the regular expressions that filter patterns may hold: no groups, no look-around, nothing but ASCII. Undefined
 * where one is far too large.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
export function parseFilterRegex(source: string): FilterRegex | undefined {
  const parser = new Parser(source);
  const alternatives = [parser.alternative()];
  while (!parser.isAtEnd) {
    parser.skip("|");
    alternatives.push(parser.alternative());
  }
  return parser.stepCount > STEPS_MAX ? undefined : alternatives;
}

class Parser {
  /** Of all alternatives so far. */
  stepCount = 0;
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  alternative(): Alternative {
    const isFromStart = this.#take("^");
    const steps: Step[] = [];
    while (!this.isAtEnd && this.#next !== "|" && this.#next !== "$") {
      const set = this.#set();
      const repeated = this.#repeated(set);
      this.stepCount += repeated.length;
      if (this.stepCount <= STEPS_MAX) steps.push(...repeated);
    }
    const isToEnd = this.#take("$");
    if (!this.isAtEnd && this.#next !== "|") throw this.#refusal();
    return { steps, isFromStart, isToEnd };
  }

  skip(character: string): void {
    assert(this.#take(character), `${character} was to follow`);
  }

  #refusal(): Error {
    return invalidParameter(
      `Invalid filter pattern: Invalid character(s) in term '%${this.#source}%' at ${this.#at + 1}`,
    );
  }

  get #next(): string {
    return this.#source.charAt(this.#at);
  }

  #take(character: string): boolean {
    if (this.isAtEnd || this.#next !== character) return false;
    this.#at += 1;
    return true;
  }

  #set(): CharacterSet {
    if (this.#take(".")) return ANY;
    if (this.#take("[")) return this.#bracket();
    if (this.#next === "\\") return this.#escape();
    return setOfCharacter(this.#plain());
  }

  /** A character that stands for itself. */
  #plain(): string {
    const character = this.#next;
    if (!PLAIN.test(character) && !PLAIN_SYMBOLS.includes(character)) throw this.#refusal();
    this.#at += 1;
    return character;
  }

  #escape(): CharacterSet {
    const hex = this.#match(HEX);
    if (hex !== undefined) return setOfCode(Number.parseInt(hex[1] ?? "", 16));
    this.skip("\\");
    const character = this.#next;
    const named = CLASSES[character];
    const isSymbol = character !== "" && (OPERATORS + PLAIN_SYMBOLS).includes(character);
    if (named === undefined && !isSymbol) throw this.#refusal();
    this.#at += 1;
    return named ?? setOfCharacter(character);
  }

  /** What stands between brackets; the opening one is read. */
  #bracket(): CharacterSet {
    const isComplement = this.#take("^");
    const sets: CharacterSet[] = [];
    do {
      if (this.isAtEnd) throw this.#refusal();
      sets.push(this.#range());
    } while (!this.#take("]"));
    const union = setOf((code) => sets.some((set) => set[code] === true));
    return isComplement ? complementOf(union) : union;
  }

  /** In brackets operators stand for themselves, but `\` and `]`. */
  #range(): CharacterSet {
    if (this.#next === "\\") return this.#escape();
    const first = this.#inBrackets();
    const isRange = this.#next === "-" && this.#source.charAt(this.#at + 1) !== "]";
    if (!isRange) return setOfCharacter(first);
    this.skip("-");
    const last = this.#inBrackets();
    if (last < first) throw this.#refusal();
    return setOf((code) => code >= first.charCodeAt(0) && code <= last.charCodeAt(0));
  }

  #inBrackets(): string {
    const character = this.#next;
    if (character === "" || "\\]".includes(character)) throw this.#refusal();
    if (!OPERATORS.includes(character)) return this.#plain();
    this.#at += 1;
    return character;
  }

  #repeated(set: CharacterSet): readonly Step[] {
    const once: Step = { set, times: "once" };
    if (this.#take("*")) return [{ set, times: "any" }];
    if (this.#take("+")) return [once, { set, times: "any" }];
    if (this.#take("?")) return [{ set, times: "maybe" }];
    if (this.#next !== "{") return [once];

    const count = this.#match(COUNT);
    if (count === undefined) throw this.#refusal();
    const least = Number(count[1]);
    const most = count[2] === undefined ? least : Number(count[3] === "" ? least : count[3]);
    if (most < least || most > COUNT_MAX) throw this.#refusal();
    const isEndless = count[2] !== undefined && count[3] === "";
    return [
      ...Array.from({ length: least }, () => once),
      ...Array.from({ length: most - least }, () => ({ set, times: "maybe" as const })),
      ...(isEndless ? [{ set, times: "any" as const }] : []),
    ];
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    if (match !== null) this.#at = expression.lastIndex;
    return match ?? undefined;
  }
}

/** A set by what it says of each ASCII code; nothing beyond ASCII. */
function setOf(has: (code: number) => boolean): CharacterSet {
  return Array.from({ length: OTHER_CHARACTERS + 1 }, (_, code) => code < OTHER_CHARACTERS && has(code));
}

function setOfCode(code: number): CharacterSet {
  return setOf((candidate) => candidate === code);
}

function setOfCharacter(character: string): CharacterSet {
  return setOfCode(character.charCodeAt(0));
}

function complementOf(set: CharacterSet): CharacterSet {
  return set.map((has) => !has);
}
