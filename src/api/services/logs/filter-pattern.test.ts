import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFilterPattern } from "./filter-pattern.ts";

const MESSAGES = [
  "[ERROR 400] BAD REQUEST",
  "[ERROR 401] UNAUTHORIZED REQUEST",
  "[ERROR 419] MISSING ARGUMENTS",
  "[ERROR 500] INTERNAL SERVER ERROR",
  "[INFO 200] OK",
] as const;

/** Indexes of the messages that match. */
function found(pattern: string): readonly number[] {
  return [...MESSAGES.keys()].filter((index) => isFound(pattern, MESSAGES[index] ?? ""));
}

/** Looked for in pieces of so many steps. */
function isFound(pattern: string, message: string, stepsMax = Infinity): boolean {
  const search = parseFilterPattern(pattern)(message);
  for (;;) {
    const isThere = search.advance(stepsMax);
    if (isThere !== undefined) return isThere;
  }
}

describe("parseFilterPattern", () => {
  test.each<[pattern: string, indexes: number[]]>([
    ["", [0, 1, 2, 3, 4]],
    ["  ", [0, 1, 2, 3, 4]],
    ["ERROR", [0, 1, 2, 3]],
    ["error", []],
    ["AUTHOR", [1]],
    ["ERROR ARGUMENTS", [2]],
    ["ERROR -REQUEST", [2, 3]],
    ["-ERROR", [4]],
    ['-"BAD REQUEST" -INFO', [1, 2, 3]],
    ["?ARGUMENTS ?INFO", [2, 4]],
    ["?ARGUMENTS ?INFO REQUEST", [0, 1]],
    ["?ARGUMENTS -ERROR", [4]],
    ['"INTERNAL SERVER ERROR"', [3]],
    ['"[INFO" OK', [4]],
    ['?"SERVER ERROR" ?"OK"', [3, 4]],
    ["%AUTHORIZED%", [1]],
    ["%^.ERROR 4[0-9]{2}%", [0, 1, 2]],
    ["%(%".replace("(", "\\x28"), []],
    ["%ARGUMENTS$|OK$%", [2, 4]],
    ["%\\[\\w+ \\d{3}\\] [^ ]+ [^ ]+$%", [0, 1, 2]],
  ])("finds by %j", (pattern, indexes) => {
    expect(found(pattern)).toEqual(indexes);
  });

  test.each([
    [String.raw`"say \"hi\""`, 'they say "hi" there', true],
    [String.raw`"a\\b"`, String.raw`a\b`, true],
    ["x.y_z-1", "ax.y_z-1b", true],
    ["größe", "die größe", true],
  ])("finds by %j in %j", (pattern, message, expected) => {
    expect(isFound(pattern, message)).toBe(expected);
  });

  test.each<[pattern: string, message: string]>([
    [
      '{ $.level = "ERROR" }',
      "patterns for JSON ({ … }) and for space-delimited events ([ … ]) are not supported yet",
    ],
    [
      "[ip, user, status=4*]",
      "patterns for JSON ({ … }) and for space-delimited events ([ … ]) are not supported yet",
    ],
    ["status:", "Invalid character(s) in term ':'"],
    ["a@b", "Invalid character(s) in term '@'"],
    ['""', "Invalid character(s) in term '\"\"'"],
    ['"open', "Invalid character(s) in term '\"open'"],
    ['a"b"', "Invalid character(s) in term 'a\"b\"'"],
    ["%a(b)%", "Invalid character(s) in term '%a(b)%' at 2"],
    ["%a!%", "at 2"],
    ["%é%", "at 1"],
    ["%[z-a]%", "in term '%[z-a]%'"],
    ["%[ab%", "in term '%[ab%'"],
    ["%*a%", "at 1"],
    ["%a**%", "at 3"],
    ["%a{2,1}%", "in term"],
    ["%a{x}%", "in term"],
    ["%a{1000}b{1000}%", "'%a{1000}b{1000}%' is too large"],
    ["%a.{990}b%", "it may have at most 300 characters and operators"],
    ["%a{0,150}%", "is too large"],
    ["%\\b%", "in term"],
    ["%a^b%", "at 2"],
    ["%a$b%", "at 3"],
    ["% %x", "Invalid character(s) in term '%'"],
  ])("refuses %j", (pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(message);
  });
});

describe("terms", () => {
  test.each<[pattern: string, expected: boolean]>([
    ["needle", true],
    ["-needle", false],
    ["?needle ?none", true],
    ["?none ?never", false],
    ["needle none", false],
    ["needle -none", true],
  ])("%j are found wherever they stand in a long message, in pieces", (pattern, expected) => {
    const isRight = fc.property(fc.nat(70_000), fc.constantFrom(1, 1_000, 50_000), (before, stepsMax) => {
      expect(isFound(pattern, `${"n".repeat(before)}needle${"e".repeat(30_000)}`, stepsMax)).toBe(expected);
    });
    fc.assert(isRight, { numRuns: 20 });
  });

  test("that are long count for more steps, as they may take longer to look for", () => {
    const message = "a".repeat(100_000);
    const stepsOf = (pattern: string): number => {
      const search = parseFilterPattern(pattern)(message);
      expect(search.advance(100_000)).toBeUndefined();
      while (search.advance(100_000) === undefined);
      return search.stepCount;
    };
    expect(stepsOf("ab")).toBeGreaterThan(message.length);
    const half = "a".repeat(500);
    expect(stepsOf(`${half}b${half}`)).toBeGreaterThan(100 * message.length);
  });
});

describe("a regular expression of a pattern", () => {
  test("finds what JavaScript's finds", () => {
    const character = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\W", "\\.", "\\x61");
    const times = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,3}", "{2,}");
    const steps = fc
      .array(fc.tuple(character, times), { maxLength: 5 })
      .map((parts) => parts.flat().join(""));
    const alternative = fc
      .tuple(fc.constantFrom("", "^"), steps, fc.constantFrom("", "$"))
      .map((parts) => parts.join(""));
    const regex = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("|"));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "1", ".", " ", "é", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(regex, text, (source, message) => {
        expect(isFound(`%${source}%`, message)).toBe(new RegExp(source).test(message));
      }),
      { numRuns: 2_000 },
    );
  });

  test("that could go many ways does not get lost in a long line", () => {
    const line = "a".repeat(262_118);
    expect(isFound("%a*a*a*a*a*b%", line)).toBe(false);
    expect(isFound("%a{100}[^b]*b|a.{150}b%", line)).toBe(false);
  });

  test("forgets what it has found out before that grows too large, and goes on", () => {
    const letters = "ab".repeat(20_000).split("");
    let seed = 1;
    const text = letters
      .map((letter) => ((seed = (seed * 16_807) % 2_147_483_647) % 2 === 0 ? letter : "a"))
      .join("");
    expect(isFound("%b.{14}b.{14}x%", text)).toBe(false);
    expect(isFound("%b.{14}b.{14}x%", `${text}bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbx`)).toBe(true);
  });
});
