import { assert } from "../../../lib/assert.ts";
import type { CharacterTest, RegexNode } from "../../../lib/go-regex-parser.ts";
import { invalidParameter } from "./logs-errors.ts";

const COUNT_MAX = 1_000;

/** What stands for itself, beyond letters and digits; a blank is let through, though AWS does not list it. */
const PLAIN_SYMBOLS = "_:#=@/;,- ";
const OPERATORS = "^$?[]{}|\\*+.";
const PLAIN = /^[A-Za-z0-9]$/;
const COUNT = /\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y;
const HEX = /\\x([0-9A-Fa-f]{2})/y;

const ASCII_COUNT = 128;
const isDigit: CharacterTest = (code) => code >= 0x30 && code <= 0x39;
const isLetter: CharacterTest = (code) => code < ASCII_COUNT && /\w/.test(String.fromCharCode(code));
const isBlank: CharacterTest = (code) => code < ASCII_COUNT && /\s/.test(String.fromCharCode(code));
const CLASSES: Readonly<Record<string, CharacterTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isLetter,
  W: not(isLetter),
  s: isBlank,
  S: not(isBlank),
};

/**
 * Reads the regular expressions that filter patterns may hold: no groups, no look-around, nothing but ASCII.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
export function parseFilterRegex(source: string): RegexNode {
  const parser = new Parser(source);
  const nodes = [parser.alternative()];
  while (!parser.isAtEnd) {
    parser.skip("|");
    nodes.push(parser.alternative());
  }
  return { kind: "alternatives", nodes };
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  alternative(): RegexNode {
    const nodes: RegexNode[] = [];
    if (this.#take("^")) nodes.push({ kind: "condition", condition: "text-start" });
    while (!this.isAtEnd && this.#next !== "|" && this.#next !== "$") {
      nodes.push(this.#repeated({ kind: "character", matches: this.#set() }));
    }
    if (this.#take("$")) nodes.push({ kind: "condition", condition: "text-end" });
    if (!this.isAtEnd && this.#next !== "|") throw this.#refusal();
    return { kind: "sequence", nodes };
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

  #set(): CharacterTest {
    if (this.#take(".")) return not(isCode(0x0a));
    if (this.#take("[")) return this.#bracket();
    if (this.#next === "\\") return this.#escape();
    return isCharacter(this.#plain());
  }

  /** A character that stands for itself. */
  #plain(): string {
    const character = this.#next;
    if (!PLAIN.test(character) && !PLAIN_SYMBOLS.includes(character)) throw this.#refusal();
    this.#at += 1;
    return character;
  }

  #escape(): CharacterTest {
    const hex = this.#match(HEX);
    if (hex !== undefined) return isCode(Number.parseInt(hex[1] ?? "", 16));
    this.skip("\\");
    const character = this.#next;
    const named = CLASSES[character];
    const isSymbol = character !== "" && (OPERATORS + PLAIN_SYMBOLS).includes(character);
    if (named === undefined && !isSymbol) throw this.#refusal();
    this.#at += 1;
    return named ?? isCharacter(character);
  }

  /** What stands between brackets; the opening one is read. */
  #bracket(): CharacterTest {
    const isComplement = this.#take("^");
    const tests: CharacterTest[] = [];
    do {
      if (this.isAtEnd) throw this.#refusal();
      tests.push(this.#range());
    } while (!this.#take("]"));
    const isMember: CharacterTest = (code) => tests.some((matches) => matches(code));
    return isComplement ? not(isMember) : isMember;
  }

  /** In brackets operators stand for themselves, but `\` and `]`. */
  #range(): CharacterTest {
    if (this.#next === "\\") return this.#escape();
    const first = this.#inBrackets();
    const isRange = this.#next === "-" && this.#source.charAt(this.#at + 1) !== "]";
    if (!isRange) return isCharacter(first);
    this.skip("-");
    const last = this.#inBrackets();
    if (last < first) throw this.#refusal();
    return (code) => code >= first.charCodeAt(0) && code <= last.charCodeAt(0);
  }

  #inBrackets(): string {
    const character = this.#next;
    if (character === "" || "\\]".includes(character)) throw this.#refusal();
    if (!OPERATORS.includes(character)) return this.#plain();
    this.#at += 1;
    return character;
  }

  #repeated(node: RegexNode): RegexNode {
    if (this.#take("*")) return { kind: "repetition", node, least: 0, most: undefined };
    if (this.#take("+")) return { kind: "repetition", node, least: 1, most: undefined };
    if (this.#take("?")) return { kind: "repetition", node, least: 0, most: 1 };
    if (this.#next !== "{") return node;

    const [, count, comma, end] = this.#match(COUNT) ?? [];
    if (count === undefined) throw this.#refusal();
    const least = Number(count);
    const isEndless = comma !== undefined && end === "";
    const most = comma === undefined || isEndless ? least : Number(end);
    if (most < least || most > COUNT_MAX) throw this.#refusal();
    return { kind: "repetition", node, least, most: isEndless ? undefined : most };
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    if (match !== null) this.#at = expression.lastIndex;
    return match ?? undefined;
  }
}

function isCode(wanted: number): CharacterTest {
  return (code) => code === wanted;
}

function isCharacter(character: string): CharacterTest {
  return isCode(character.charCodeAt(0));
}

function not(matches: CharacterTest): CharacterTest {
  return (code) => !matches(code);
}
