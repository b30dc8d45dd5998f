import { unreachable } from "./assert.ts";
import { isWordCharacter } from "./go-regex-parser.ts";
import type { CharacterTest, RegexCondition } from "./go-regex-parser.ts";
import type { Instruction } from "./go-regex-program.ts";

/** What stands before a place in a text, as far as conditions ask: so there are few states for each set of points. */
type Before = "nothing" | "newline" | "word" | "other";

/** A set of points that a search is at. */
export interface RegexState {
  readonly points: readonly number[];
  readonly before: Before;
  /** Nothing that follows can match. */
  readonly isLost: boolean;
  /** Absent where the state is not remembered. */
  readonly known: KnownWays | undefined;
}

/** Where characters lead, as far as is known; null: the text matches whatever follows. */
interface KnownWays {
  /** By the code of ASCII. */
  readonly ascii: (RegexState | null | undefined)[];
  readonly further: Map<number, RegexState | null>;
}

/** Kept before all is forgotten: a state takes some kilobytes. */
const STATES_MAX = 256;
/** Characters for which nothing is remembered then: a text of ever new states gains nothing from it. */
const UNREMEMBERED_CHARACTERS = 65_536;
const FURTHER_MAX = 256;
const ASCII_COUNT = 128;
const NEWLINE = 0x0a;
/** What it takes, in steps: to ask an instruction about a character, to come to a point, to remember a state. */
const TEST_STEPS = 16;
const POINT_STEPS = 4;
const STATE_STEPS = 256;

/**
 * Goes through texts in all ways at the same time, and remembers which sets of ways lead where.
 *
 * Many searches may use it in turns: what a search has come to is the state that it holds.
 */
export class RegexAutomaton {
  readonly start: RegexState;
  /** Done for all searches together. */
  stepCount = 0;
  readonly #instructions: readonly Instruction[];
  /** By point: 1 where a character has to come. */
  readonly #waits: Uint8Array;
  /** By point: where a character leads. */
  readonly #nexts: Uint16Array;
  readonly #reached: PointSet;
  readonly #following: PointSet;
  readonly #isAnchored: boolean;
  /** By code and point: 1 where the character is taken. */
  readonly #takers = new Map<number, Uint8Array>();
  /** Each once, though an expression that is repeated is written out. */
  readonly #tests: ReadonlySet<CharacterTest>;
  readonly #states = new Map<string, RegexState>();
  #unrememberedLeft = 0;

  constructor(instructions: readonly Instruction[]) {
    this.#instructions = instructions;
    this.#tests = new Set(
      instructions.flatMap((instruction) => (instruction.kind === "character" ? [instruction.matches] : [])),
    );
    this.#waits = Uint8Array.from(instructions, ({ kind }) => (kind === "character" ? 1 : 0));
    this.#nexts = Uint16Array.from(instructions, (instruction) =>
      instruction.kind === "character" ? instruction.next : 0,
    );
    this.#reached = new PointSet(instructions.length);
    this.#following = new PointSet(instructions.length);
    this.#isAnchored = this.#canOnlyBegin();
    this.start = { points: [], before: "nothing", isLost: false, known: noWays() };
  }

  /** Where the character leads; null where the text matches whatever follows. */
  follow(from: RegexState, code: number): RegexState | null {
    const { known } = from;
    const next = code < ASCII_COUNT ? known?.ascii[code] : known?.further.get(code);
    if (next !== undefined) {
      this.stepCount += 1;
      return next;
    }
    return this.#findOut(from, code);
  }

  /** Whether a text that ends here matches. */
  matchesAtEnd({ points, before }: RegexState): boolean {
    return this.#reach(points, before, undefined);
  }

  #findOut(from: RegexState, code: number): RegexState | null {
    const hasMatched = this.#reach(from.points, from.before, code);
    if (!hasMatched) this.#passCharacter(code);
    const next = hasMatched ? null : this.#stateAt(kindOf(code));
    const isWorthRemembering = next === null || next.known !== undefined;
    if (from.known !== undefined && isWorthRemembering) {
      if (code < ASCII_COUNT) from.known.ascii[code] = next;
      else if (from.known.further.size < FURTHER_MAX) from.known.further.set(code, next);
    }
    return next;
  }

  /** Fills `#following` with what those of the reached points lead to that take the character. */
  #passCharacter(code: number): void {
    const reached = this.#reached;
    const following = this.#following;
    const takers = this.#takersOf(code);
    following.clear();
    for (let index = 0; index < reached.count; index += 1) {
      const point = reached.at(index);
      if (takers[point] === 1) following.add(this.#nexts[point] ?? 0);
    }
  }

  #takersOf(code: number): Uint8Array {
    const kept = this.#takers.get(code);
    if (kept !== undefined) return kept;
    const passed = new Set([...this.#tests].filter((matches) => matches(code)));
    const takers = Uint8Array.from(this.#instructions, (instruction) =>
      instruction.kind === "character" && passed.has(instruction.matches) ? 1 : 0,
    );
    this.stepCount += TEST_STEPS * this.#instructions.length;
    if (this.#takers.size >= ASCII_COUNT + FURTHER_MAX) this.#takers.clear();
    this.#takers.set(code, takers);
    return takers;
  }

  /** The state of the points that follow. */
  #stateAt(before: Before): RegexState {
    const isLost = this.#isAnchored && this.#following.count === 0;
    if (this.#unrememberedLeft > 0) {
      this.#unrememberedLeft -= 1;
      return { points: this.#following.toArray(), before, isLost, known: undefined };
    }
    const points = this.#following.toArray().sort((a, b) => a - b);
    this.stepCount += STATE_STEPS + POINT_STEPS * this.#instructions.length;
    const key = before + String.fromCharCode(...points);
    const kept = this.#states.get(key);
    if (kept !== undefined) return kept;
    if (this.#states.size >= STATES_MAX) this.#forget();
    const state: RegexState = { points, before, isLost, known: noWays() };
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    for (const { known } of [this.start, ...this.#states.values()]) {
      known?.ascii.fill(undefined);
      known?.further.clear();
    }
    this.#states.clear();
    this.#unrememberedLeft = UNREMEMBERED_CHARACTERS;
  }

  /**
   * Fills `#reached` with all points that are come to without a further character, a search beginning anew at each place;
   * says whether the end of the expression is among them.
   *
   * @param after the character that follows; undefined at the end of the text.
   */
  #reach(points: readonly number[], before: Before, after: number | undefined): boolean {
    const instructions = this.#instructions;
    const waits = this.#waits;
    const reached = this.#reached;
    reached.clear();
    reached.add(0);
    for (const point of points) reached.add(point);
    let hasMatched = false;
    // What is added on the way is gone through as well.
    for (let index = 0; index < reached.count; index += 1) {
      const point = reached.at(index);
      if (waits[point] === 1) continue;
      const instruction = instructions[point];
      if (instruction?.kind === "match") {
        hasMatched = true;
      } else if (instruction?.kind === "fork") {
        reached.add(instruction.next);
        reached.add(instruction.other);
      } else if (instruction?.kind === "condition" && holds(instruction.condition, before, after)) {
        reached.add(instruction.next);
      }
    }
    this.stepCount += POINT_STEPS * reached.count;
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
          this.#reached.toArray().every((point) => this.#waits[point] === 0),
      ),
    );
  }
}

/** Points of an expression, each once. */
class PointSet {
  count = 0;
  readonly #points: Uint16Array;
  readonly #isMember: Uint8Array;

  constructor(size: number) {
    this.#points = new Uint16Array(size);
    this.#isMember = new Uint8Array(size);
  }

  /** In the order in which they were added. */
  at(index: number): number {
    return this.#points[index] ?? 0;
  }

  clear(): void {
    this.count = 0;
    this.#isMember.fill(0);
  }

  add(point: number): void {
    if (this.#isMember[point] === 1) return;
    this.#isMember[point] = 1;
    this.#points[this.count] = point;
    this.count += 1;
  }

  toArray(): number[] {
    const points: number[] = [];
    // Much faster than making it of the typed array.
    for (let index = 0; index < this.count; index += 1) points.push(this.at(index));
    return points;
  }
}

function noWays(): KnownWays {
  return { ascii: Array.from({ length: ASCII_COUNT }), further: new Map() };
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
