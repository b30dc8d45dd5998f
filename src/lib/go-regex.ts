import { assert, unreachable } from "./assert.ts";
import { isWordCharacter, parseGoRegex, RegexSyntaxError } from "./go-regex-parser.ts";
import type { RegexCondition, RegexNode } from "./go-regex-parser.ts";
import { compileRegex } from "./go-regex-program.ts";
import type { Instruction } from "./go-regex-program.ts";

/** What stands before a place in a text, as far as conditions ask: so there are few states for each set of points. */
type Before = "nothing" | "newline" | "word" | "other";

/** A set of points that a search is at. */
interface State {
  readonly points: readonly number[];
  readonly before: Before;
  /** Nothing that follows can match. */
  readonly isLost: boolean;
  /** Where each character of ASCII leads, as far as is known; null: the text matches whatever follows. */
  readonly next: (State | null | undefined)[];
  /** The same of other characters. */
  readonly further: Map<number, State | null>;
  matchesAtEnd: boolean | undefined;
}

/** Points of an expression: more would be slow to search with. */
const INSTRUCTIONS_MAX = 500;
/** Kept before all is forgotten and found out again: a state takes a few kilobytes. */
const STATES_MAX = 1_000;
const FURTHER_MAX = 256;
const ASCII_COUNT = 128;
const SURROGATES_BEGIN = 0xd800;
const NEWLINE = 0x0a;

/**
 * A regular expression of Go, whose search takes a time that grows with the text only.
 *
 * JavaScript's own expressions try one way after another: `(a*)*b` takes for ever over a line of `a`, and nothing else is
 * done meanwhile. This one goes through the text once, in all ways at the same time, and remembers which sets of ways
 * lead where.
 */
export class GoRegex {
  readonly #instructions: readonly Instruction[];
  readonly #reached: PointSet;
  readonly #following: PointSet;
  readonly #isAnchored: boolean;
  readonly #start: State;
  #states = new Map<string, State>();

  /** An expression, or what is wrong with it, in Go's words. */
  static parse(source: string): GoRegex | RegexSyntaxError {
    try {
      const instructions = compileRegex(parseGoRegex(source), INSTRUCTIONS_MAX);
      return instructions === undefined
        ? new RegexSyntaxError("expression too large", source)
        : new GoRegex(instructions);
    } catch (error) {
      if (error instanceof RegexSyntaxError) return error;
      throw error;
    }
  }

  /** For an expression that somebody else has read and found not too large. */
  static of(node: RegexNode): GoRegex {
    const instructions = compileRegex(node, Infinity);
    assert(instructions !== undefined, "there is no limit");
    return new GoRegex(instructions);
  }

  private constructor(instructions: readonly Instruction[]) {
    this.#instructions = instructions;
    this.#reached = new PointSet(instructions.length);
    this.#following = new PointSet(instructions.length);
    this.#isAnchored = this.#canOnlyBegin();
    this.#start = this.#stateOf([], "nothing");
  }

  /** Whether it is found anywhere in the text. */
  matches(text: string): boolean {
    let state = this.#start;
    for (let index = 0; index < text.length; index += 1) {
      let code = text.charCodeAt(index);
      if (code >= SURROGATES_BEGIN) {
        code = text.codePointAt(index) ?? code;
        if (code > 0xffff) index += 1;
      }
      const known = code < ASCII_COUNT ? state.next[code] : state.further.get(code);
      if (known === undefined && this.#states.size >= STATES_MAX) {
        this.#forget();
        return this.#matchesFrom(state, text.slice(code > 0xffff ? index - 1 : index));
      }
      const next = known === undefined ? this.#step(state, code) : known;
      if (next === null) return true;
      if (next.isLost) return false;
      state = next;
    }
    state.matchesAtEnd ??= this.#reach(state.points, state.before, undefined);
    return state.matchesAtEnd;
  }

  /** The same for the rest of a text that leads to ever new sets: remembering them would cost more than it gives. */
  #matchesFrom(state: State, rest: string): boolean {
    let { points, before } = state;
    for (const character of rest) {
      const code = character.codePointAt(0) ?? 0;
      if (this.#reach(points, before, code)) return true;
      points = this.#behind(code);
      before = kindOf(code);
    }
    return this.#reach(points, before, undefined);
  }

  #step(from: State, code: number): State | null {
    const hasMatched = this.#reach(from.points, from.before, code);
    const next = hasMatched ? null : this.#stateOf(this.#behind(code), kindOf(code));
    if (code < ASCII_COUNT) from.next[code] = next;
    else if (from.further.size < FURTHER_MAX) from.further.set(code, next);
    return next;
  }

  /** Where those of the reached points lead that take the character. */
  #behind(code: number): readonly number[] {
    this.#following.clear();
    for (const point of this.#reached.points) {
      const instruction = this.#instructions[point];
      if (instruction?.kind === "character" && instruction.matches(code)) {
        this.#following.add(instruction.next);
      }
    }
    return this.#following.ascending();
  }

  #stateOf(points: readonly number[], before: Before): State {
    const key = before + String.fromCharCode(...points);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state: State = {
      points,
      before,
      isLost: this.#isAnchored && points.length === 0 && before !== "nothing",
      next: Array.from({ length: ASCII_COUNT }),
      further: new Map(),
      matchesAtEnd: undefined,
    };
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    for (const state of [this.#start, ...this.#states.values()]) {
      state.next.fill(undefined);
      state.further.clear();
    }
    this.#states = new Map();
  }

  /**
   * Fills `#reached` with all points that are come to without a further character, a search beginning anew at each place;
   * says whether the end of the expression is among them.
   *
   * @param after the character that follows; undefined at the end of the text.
   */
  #reach(points: readonly number[], before: Before, after: number | undefined): boolean {
    const reached = this.#reached;
    reached.clear();
    reached.add(0);
    for (const point of points) reached.add(point);
    let hasMatched = false;
    // What is added on the way is gone through as well.
    for (const point of reached.points) {
      const instruction = this.#instructions[point];
      if (instruction === undefined || instruction.kind === "character") continue;
      if (instruction.kind === "match") {
        hasMatched = true;
      } else if (instruction.kind === "fork") {
        reached.add(instruction.next);
        reached.add(instruction.other);
      } else if (holds(instruction.condition, before, after)) {
        reached.add(instruction.next);
      }
    }
    return hasMatched;
  }

  /** Whether no match can begin behind the text's first place. */
  #canOnlyBegin(): boolean {
    const befores: readonly Before[] = ["newline", "word", "other"];
    const afters = [undefined, NEWLINE, "a".charCodeAt(0), " ".charCodeAt(0)];
    return befores.every((before) =>
      afters.every(
        (after) =>
          !this.#reach([], before, after) &&
          this.#reached.points.every((point) => this.#instructions[point]?.kind !== "character"),
      ),
    );
  }
}

/** Points of an expression, each once. */
class PointSet {
  /** In the order in which they were added. */
  readonly points: number[] = [];
  readonly #isMember: Uint8Array;

  constructor(size: number) {
    this.#isMember = new Uint8Array(size);
  }

  clear(): void {
    this.points.length = 0;
    this.#isMember.fill(0);
  }

  add(point: number): void {
    if (this.#isMember[point] === 1) return;
    this.#isMember[point] = 1;
    this.points.push(point);
  }

  ascending(): readonly number[] {
    const points: number[] = [];
    for (let point = this.#isMember.indexOf(1); point !== -1; point = this.#isMember.indexOf(1, point + 1)) {
      points.push(point);
    }
    return points;
  }
}

function kindOf(code: number): Before {
  if (code === NEWLINE) return "newline";
  return isWordCharacter(code) ? "word" : "other";
}

function holds(wanted: RegexCondition, before: Before, after: number | undefined): boolean {
  switch (wanted) {
    case "text-start":
      return before === "nothing";
    case "line-start":
      return before === "nothing" || before === "newline";
    case "text-end":
      return after === undefined;
    case "line-end":
      return after === undefined || after === NEWLINE;
    case "word-edge":
      return (before === "word") !== isWord(after);
    case "no-word-edge":
      return (before === "word") === isWord(after);
    default:
      return unreachable(wanted);
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && isWordCharacter(code);
}
