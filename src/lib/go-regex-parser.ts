/** A regular expression as a tree. */
export type RegexNode =
  | { readonly kind: "character"; readonly matches: CharacterTest }
  | { readonly kind: "condition"; readonly condition: RegexCondition }
  | { readonly kind: "sequence" | "alternatives"; readonly nodes: readonly RegexNode[] }
  /** `most` is absent where there is no end to it. */
  | {
      readonly kind: "repetition";
      readonly node: RegexNode;
      readonly least: number;
      readonly most: number | undefined;
    };

/** What has to hold between two characters. */
export type RegexCondition =
  | "text-start"
  | "text-end"
  | "line-start"
  | "line-end"
  | "word-edge"
  | "no-word-edge";

/** Whether a character is meant, by its Unicode code point. */
export type CharacterTest = (codePoint: number) => boolean;

/** Thrown for what is no expression. The message is Go's. */
export class RegexSyntaxError extends Error {
  override readonly name = "RegexSyntaxError";

  constructor(problem: string, part: string) {
    super(`error parsing regexp: ${problem}: \`${part}\``);
  }
}

interface Flags {
  readonly ignoresCase: boolean;
  readonly isMultiline: boolean;
  readonly dotMatchesNewline: boolean;
}

const NO_FLAGS: Flags = { ignoresCase: false, isMultiline: false, dotMatchesNewline: false };
const NEWLINE = 0x0a;
/** Go's own limit. */
const REPEAT_COUNT_MAX = 1_000;
const DEPTH_MAX = 100;

const isDigit: CharacterTest = (code) => code >= 0x30 && code <= 0x39;
const isBlank: CharacterTest = (code) => [0x09, 0x0a, 0x0c, 0x0d, 0x20].includes(code);
/** A letter, digit or underscore of ASCII: what `\w` and `\b` go by. */
export const isWordCharacter: CharacterTest = (code) => isDigit(code) || code === 0x5f || isLatinLetter(code);

const PERL_CLASSES: ReadonlyMap<string, CharacterTest> = new Map([
  ["d", isDigit],
  ["s", isBlank],
  ["w", isWordCharacter],
  ["D", not(isDigit)],
  ["S", not(isBlank)],
  ["W", not(isWordCharacter)],
]);
const POSIX_CLASSES: ReadonlyMap<string, CharacterTest> = new Map([
  ["alnum", (code) => isDigit(code) || isLatinLetter(code)],
  ["alpha", isLatinLetter],
  ["ascii", (code) => code < 0x80],
  ["blank", (code) => code === 0x20 || code === 0x09],
  ["cntrl", (code) => code < 0x20 || code === 0x7f],
  ["digit", isDigit],
  ["graph", (code) => code > 0x20 && code < 0x7f],
  ["lower", (code) => code >= 0x61 && code <= 0x7a],
  ["print", (code) => code >= 0x20 && code < 0x7f],
  ["punct", (code) => code > 0x20 && code < 0x7f && !isDigit(code) && !isLatinLetter(code)],
  ["space", (code) => isBlank(code) || code === 0x0b],
  ["upper", (code) => code >= 0x41 && code <= 0x5a],
  ["word", isWordCharacter],
  ["xdigit", (code) => isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)],
]);
const CONTROL_ESCAPES: ReadonlyMap<string, number> = new Map([
  ["a", 0x07],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["v", 0x0b],
]);
const CONDITION_ESCAPES: ReadonlyMap<string, RegexCondition> = new Map([
  ["A", "text-start"],
  ["z", "text-end"],
  ["b", "word-edge"],
  ["B", "no-word-edge"],
]);

/**
 * Reads a regular expression as Go and RE2 write it: groups, classes, repetitions, flags, no look-around and no
 * back-references. Which of several matches is found is nobody's question here, so lazy repetitions are plain ones.
 * Throws `RegexSyntaxError`.
 * https://github.com/google/re2/wiki/Syntax
 */
export function parseGoRegex(source: string): RegexNode {
  const parser = new Parser(source);
  const node = parser.alternatives(NO_FLAGS, 0);
  parser.expectEnd();
  return node;
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  expectEnd(): void {
    if (this.#at < this.#source.length) throw new RegexSyntaxError("unexpected )", this.#source);
  }

  alternatives(outerFlags: Flags, depth: number): RegexNode {
    if (depth > DEPTH_MAX) throw new RegexSyntaxError("expression nests too deeply", this.#source);
    let flags = outerFlags;
    const branches: RegexNode[][] = [[]];
    while (this.#at < this.#source.length && !this.#isNext(")")) {
      if (this.#take("|")) {
        branches.push([]);
        continue;
      }
      const set = this.#match(/\(\?([imsU]*)(?:-([imsU]+))?\)/y);
      if (set === undefined) branches.at(-1)?.push(...this.#repeatedAtoms(flags, depth));
      else flags = withFlags(flags, set[1] ?? "", set[2] ?? "");
    }
    return { kind: "alternatives", nodes: branches.map((nodes) => ({ kind: "sequence", nodes })) };
  }

  /** Several where characters are quoted: a repetition behind them is of the last. */
  #repeatedAtoms(flags: Flags, depth: number): readonly RegexNode[] {
    const quoted = this.#match(/\\Q(.*?)(?:\\E|$)/sy)?.[1];
    if (quoted === undefined) return [this.#repeated(this.#atom(flags, depth))];
    const literals = Array.from(quoted, (character) => literal(codeOf(character), flags));
    const last = literals.pop();
    return last === undefined ? [] : [...literals, this.#repeated(last)];
  }

  #atom(flags: Flags, depth: number): RegexNode {
    if (this.#take("(")) return this.#group(flags, depth);
    if (this.#take("[")) return this.#bracket(flags);
    if (this.#take("^")) return condition(flags.isMultiline ? "line-start" : "text-start");
    if (this.#take("$")) return condition(flags.isMultiline ? "line-end" : "text-end");
    if (this.#take(".")) {
      return { kind: "character", matches: (code) => flags.dotMatchesNewline || code !== NEWLINE };
    }
    if (this.#isNext("\\")) return this.#escapedAtom(flags);
    const repetition = this.#match(/[*+?]|\{\d+(?:,\d*)?\}/y);
    if (repetition !== undefined) {
      throw new RegexSyntaxError("missing argument to repetition operator", repetition[0]);
    }
    return literal(this.#nextCodePoint(), flags);
  }

  /** What stands behind the opening parenthesis, with the closing one. */
  #group(outerFlags: Flags, depth: number): RegexNode {
    const begin = this.#at - 1;
    let flags = outerFlags;
    const opened = this.#match(/\?(?:P?<[A-Za-z_]\w*>|([imsU]*)(?:-([imsU]+))?:)/y);
    if (opened !== undefined) flags = withFlags(flags, opened[1] ?? "", opened[2] ?? "");
    else if (this.#isNext("?")) {
      const part = this.#source.slice(begin, begin + "(?=".length);
      throw new RegexSyntaxError("invalid or unsupported Perl syntax", part);
    }
    const node = this.alternatives(flags, depth + 1);
    if (!this.#take(")")) throw new RegexSyntaxError("missing closing )", this.#source);
    return node;
  }

  #repeated(node: RegexNode): RegexNode {
    const begin = this.#at;
    const operator = this.#match(/[*+?]\??|\{(\d+)(?:(,)(\d*))?\}\??/y);
    if (operator === undefined) return node;
    if (this.#match(/[*+?]|\{\d+(?:,\d*)?\}/y) !== undefined) {
      const part = this.#source.slice(begin, this.#at);
      throw new RegexSyntaxError("invalid nested repetition operator", part);
    }
    const [text, count, comma, end] = operator;
    if (count === undefined) {
      const least = text.startsWith("+") ? 1 : 0;
      return { kind: "repetition", node, least, most: text.startsWith("?") ? 1 : undefined };
    }
    const least = Number(count);
    const isEndless = comma !== undefined && end === "";
    const most = comma === undefined ? least : Number(end);
    if (Math.max(least, most) > REPEAT_COUNT_MAX || (!isEndless && most < least)) {
      throw new RegexSyntaxError("invalid repeat count", text);
    }
    return { kind: "repetition", node, least, most: isEndless ? undefined : most };
  }

  #escapedAtom(flags: Flags): RegexNode {
    const conditionName = this.#match(/\\([AzbB])/y)?.[1] ?? "";
    const met = CONDITION_ESCAPES.get(conditionName);
    if (met !== undefined) return condition(met);
    return { kind: "character", matches: this.#escapedSet(flags) };
  }

  /** An escape that stands for characters, inside of brackets or not. */
  #escapedSet(flags: Flags): CharacterTest {
    const begin = this.#at;
    const named = PERL_CLASSES.get(this.#source.charAt(begin + 1));
    if (named !== undefined) {
      this.#at += 2;
      return named;
    }
    const category = this.#match(/\\([pP])(?:\{(\^?)(\w+)\}|([A-Z]))/y);
    if (category !== undefined) return this.#unicodeClass(category);
    return folded(isCode(this.#escapedCode()), flags);
  }

  #unicodeClass([text, letter, caret, longName, shortName]: RegExpExecArray): CharacterTest {
    const name = longName ?? shortName ?? "";
    const isWanted = (letter === "p") === (caret !== "^");
    const expression = unicodeExpression(name) ?? unicodeExpression(`Script=${name}`);
    if (expression === undefined) throw new RegexSyntaxError("invalid character class range", text);
    return (code) => expression.test(String.fromCodePoint(code)) === isWanted;
  }

  /** The one character that an escape stands for. */
  #escapedCode(): number {
    const hex = this.#match(/\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y);
    if (hex !== undefined) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
      if (code <= 0x10ffff) return code;
      throw new RegexSyntaxError("invalid escape sequence", hex[0]);
    }
    const octal = this.#match(/\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y);
    if (octal !== undefined) return Number.parseInt(octal[1] ?? "", 8);

    const [text, character = ""] = this.#match(/\\(.?)/suy) ?? [""];
    if (character === "") throw new RegexSyntaxError("trailing backslash at end of expression", "");
    const control = CONTROL_ESCAPES.get(character);
    if (control !== undefined) return control;
    if (codeOf(character) < 0x80 && !isWordCharacter(codeOf(character))) return codeOf(character);
    throw new RegexSyntaxError("invalid escape sequence", text);
  }

  /** What stands between brackets; the opening one is read. */
  #bracket(flags: Flags): RegexNode {
    const begin = this.#at - 1;
    const isComplement = this.#take("^");
    const tests: CharacterTest[] = [];
    do {
      if (this.#at >= this.#source.length) {
        throw new RegexSyntaxError("missing closing ]", this.#source.slice(begin));
      }
      tests.push(this.#bracketMember(flags));
    } while (!this.#take("]"));
    const isMember: CharacterTest = (code) => tests.some((test) => test(code));
    return { kind: "character", matches: isComplement ? not(isMember) : isMember };
  }

  #bracketMember(flags: Flags): CharacterTest {
    const posix = this.#match(/\[:(\^?)(\w+):\]/y);
    if (posix !== undefined) {
      const test = POSIX_CLASSES.get(posix[2] ?? "");
      if (test === undefined) throw new RegexSyntaxError("invalid character class range", posix[0]);
      return folded(posix[1] === "^" ? not(test) : test, flags);
    }
    const begin = this.#at;
    const isSet = /\\[dswDSWpP]/y;
    isSet.lastIndex = begin;
    if (isSet.test(this.#source)) return this.#escapedSet(flags);

    const first = this.#bracketCode();
    const isRange = this.#isNext("-") && !this.#source.startsWith("-]", this.#at);
    if (!isRange) return folded(isCode(first), flags);
    this.#take("-");
    const last = this.#bracketCode();
    if (last < first) {
      throw new RegexSyntaxError("invalid character class range", this.#source.slice(begin, this.#at));
    }
    return folded((code) => code >= first && code <= last, flags);
  }

  #bracketCode(): number {
    if (this.#isNext("\\")) return this.#escapedCode();
    if (this.#at < this.#source.length) return this.#nextCodePoint();
    throw new RegexSyntaxError("missing closing ]", this.#source);
  }

  #nextCodePoint(): number {
    const code = this.#source.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  #isNext(character: string): boolean {
    return this.#source.charAt(this.#at) === character;
  }

  #take(character: string): boolean {
    const isThere = this.#isNext(character);
    if (isThere) this.#at += 1;
    return isThere;
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#source);
    if (match !== null) this.#at = expression.lastIndex;
    return match ?? undefined;
  }
}

function condition(wanted: RegexCondition): RegexNode {
  return { kind: "condition", condition: wanted };
}

function literal(code: number, flags: Flags): RegexNode {
  return { kind: "character", matches: folded(isCode(code), flags) };
}

function isCode(wanted: number): CharacterTest {
  return (code) => code === wanted;
}

function not(test: CharacterTest): CharacterTest {
  return (code) => !test(code);
}

/** Without regard to case, where the flags say so. */
function folded(test: CharacterTest, { ignoresCase }: Flags): CharacterTest {
  if (!ignoresCase) return test;
  return (code) => {
    const character = String.fromCodePoint(code);
    return test(code) || test(codeOf(character.toLowerCase())) || test(codeOf(character.toUpperCase()));
  };
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const isOn = (letter: string, before: boolean): boolean =>
    (before || on.includes(letter)) && !off.includes(letter);
  return {
    ignoresCase: isOn("i", flags.ignoresCase),
    isMultiline: isOn("m", flags.isMultiline),
    dotMatchesNewline: isOn("s", flags.dotMatchesNewline),
  };
}

function unicodeExpression(name: string): RegExp | undefined {
  try {
    return new RegExp(`\\p{${name}}`, "u");
  } catch {
    return undefined;
  }
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function isLatinLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
