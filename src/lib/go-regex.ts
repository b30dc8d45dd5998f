import { assert, unreachable } from "./assert.ts";
import { isWordCharacter, parseGoRegex, RegexSyntaxError } from "./go-regex-parser.ts";
import type { CharacterTest, RegexCondition, RegexNode } from "./go-regex-parser.ts";

/** A point of an expression: what has to come there, and where it goes on. */
type Instruction =
  | { readonly kind: "character"; readonly matches: CharacterTest; readonly next: number }
  | { readonly kind: "condition"; readonly condition: RegexCondition; readonly next: number }
  | { readonly kind: "fork"; readonly next: number; readonly other: number }
  | { readonly kind: "match" };

/** What stands around a place in a text. */
interface Surroundings {
  /** Undefined before the first character. */
  readonly before: number | undefined;
  /** Undefined behind the last character. */
  readonly after: number | undefined;
}

/** A set of points that a search is at, behind a character of some kind. */
interface State {
  readonly points: readonly number[];
  readonly before: number | undefined;
  /** Where each character leads, as far as is known; null: the text matches whatever follows. */
  readonly next: Map<number, State | null>;
  matchesAtEnd: boolean | undefined;
}

/** Points of an expression: more would be slow to search with. */
const INSTRUCTIONS_MAX = 500;
/** Kept before all is forgotten and found out again. */
const STATES_MAX = 1_000;
const NEXT_MAX = 512;
const NEWLINE = 0x0a;
const A_WORD_CHARACTER = 0x61;
const NO_WORD_CHARACTER = 0x20;

/**
 * A regular expression of Go, whose search takes a time that grows with the text only.
 *
 * JavaScript's own expressions try one way after another, which takes for ever with some expressions. This one goes
 * through the text once, in all ways at the same time, and remembers which sets of ways lead where.
 */
export class GoRegex {
  readonly #instructions: readonly Instruction[];
  readonly #start: State;
  #states = new Map<string, State>();

  /** An expression, or what is wrong with it, in Go's words. */
  static parse(source: string): GoRegex | RegexSyntaxError {
    try {
      return new GoRegex(compile(parseGoRegex(source), source));
    } catch (error) {
      if (error instanceof RegexSyntaxError) return error;
      throw error;
    }
  }

  private constructor(instructions: readonly Instruction[]) {
    this.#instructions = instructions;
    this.#start = this.#stateOf([], undefined);
  }

  /** Whether it is found anywhere in the text. */
  matches(text: string): boolean {
    let state = this.#start;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.codePointAt(index) ?? 0;
      if (code > 0xffff) index += 1;
      const known = state.next.get(code);
      const next = known === undefined ? this.#step(state, code) : known;
      if (next === null) return true;
      state = next;
    }
    state.matchesAtEnd ??= this.#closure(state, undefined).some((point) => this.#isMatch(point));
    return state.matchesAtEnd;
  }

  #step(from: State, code: number): State | null {
    const points = this.#closure(from, code);
    const hasMatched = points.some((point) => this.#isMatch(point));
    const next = hasMatched ? null : this.#stateOf(this.#behind(points, code), code);
    if (from.next.size < NEXT_MAX) from.next.set(code, next);
    return next;
  }

  #behind(points: readonly number[], code: number): readonly number[] {
    const next = new Set<number>();
    for (const point of points) {
      const instruction = this.#instructions[point];
      if (instruction?.kind === "character" && instruction.matches(code)) next.add(instruction.next);
    }
    return [...next].sort((a, b) => a - b);
  }

  #stateOf(points: readonly number[], code: number | undefined): State {
    const before = kindOf(code);
    const key = `${before}:${points.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= STATES_MAX) this.#forget();
    const state: State = { points, before, next: new Map(), matchesAtEnd: undefined };
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    for (const state of this.#states.values()) state.next.clear();
    this.#start.next.clear();
    this.#states = new Map();
  }

  /** All points that are reached without a further character: a search begins anew at each. */
  #closure({ points, before }: State, after: number | undefined): readonly number[] {
    const seen = new Set<number>();
    const open = [0, ...points];
    while (open.length > 0) {
      const point = open.pop() ?? 0;
      if (seen.has(point)) continue;
      seen.add(point);
      const instruction = this.#instructions[point];
      if (instruction?.kind === "fork") open.push(instruction.next, instruction.other);
      if (instruction?.kind === "condition" && holds(instruction.condition, { before, after })) {
        open.push(instruction.next);
      }
    }
    return [...seen];
  }

  #isMatch(point: number): boolean {
    return this.#instructions[point]?.kind === "match";
  }
}

/** All that conditions ask of the character before: so there are few states for each set of points. */
function kindOf(code: number | undefined): number | undefined {
  if (code === undefined || code === NEWLINE) return code;
  return isWordCharacter(code) ? A_WORD_CHARACTER : NO_WORD_CHARACTER;
}

function holds(wanted: RegexCondition, { before, after }: Surroundings): boolean {
  const isWord = (code: number | undefined): boolean => code !== undefined && isWordCharacter(code);
  switch (wanted) {
    case "text-start":
      return before === undefined;
    case "line-start":
      return before === undefined || before === NEWLINE;
    case "text-end":
      return after === undefined;
    case "line-end":
      return after === undefined || after === NEWLINE;
    case "word-edge":
      return isWord(before) !== isWord(after);
    case "no-word-edge":
      return isWord(before) === isWord(after);
    default:
      return unreachable(wanted);
  }
}

/** The expression as points; the first is where it begins. */
function compile(node: RegexNode, source: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  const add = (instruction: Instruction): number => {
    if (instructions.length >= INSTRUCTIONS_MAX) throw new RegexSyntaxError("expression too large", source);
    return instructions.push(instruction) - 1;
  };
  /** Writes a part whose end goes on at `next`; says where it begins. */
  const write = (part: RegexNode, next: number): number => {
    switch (part.kind) {
      case "character":
        return add({ kind: "character", matches: part.matches, next });
      case "condition":
        return add({ kind: "condition", condition: part.condition, next });
      case "sequence":
        return part.nodes.reduceRight((following, child) => write(child, following), next);
      case "alternatives":
        return part.nodes
          .map((child) => write(child, next))
          .reduce((begin, other) => add({ kind: "fork", next: begin, other }));
      case "repetition":
        return writeRepetition(part, next);
      default:
        return unreachable(part);
    }
  };
  const writeRepetition = (part: RegexNode & { readonly kind: "repetition" }, next: number): number => {
    let begin = next;
    if (part.most === undefined) {
      // The loop's point is there before what it leads to.
      begin = add({ kind: "match" });
      instructions[begin] = { kind: "fork", next: write(part.node, begin), other: next };
    }
    for (let count = part.least; count < (part.most ?? 0); count += 1) {
      begin = add({ kind: "fork", next: write(part.node, begin), other: next });
    }
    for (let count = 0; count < part.least; count += 1) begin = write(part.node, begin);
    return begin;
  };

  add({ kind: "match" });
  const begin = write(node, add({ kind: "match" }));
  const first = instructions[begin];
  assert(first !== undefined, "an expression begins at one of its points");
  instructions[0] = { kind: "fork", next: begin, other: begin };
  return instructions;
}
