import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GoRegex, REGEX_POINTS_MAX } from "./go-regex.ts";

function regex(source: string): GoRegex {
  const parsed = GoRegex.parse(source);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}

/** Of these letters, without order and always the same. */
function randomText(letters: string, length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return letters.charAt(seed % letters.length);
  }).join("");
}

function isFound(wanted: GoRegex, text: string): boolean | undefined {
  return wanted.search(text).advance(Infinity);
}

describe("a regular expression of Go", () => {
  test.each<[source: string, found: readonly string[], missed: readonly string[]]>([
    ["^INFO", ["INFO x"], [" INFO", "info"]],
    ["INFO$", ["an INFO"], ["INFO "]],
    ["", ["", "x"], []],
    ["^$", [""], ["x"]],
    ["^(INFO|WARN|ERROR):", ["WARN: x"], ["WARNING: x"]],
    ["(?i)^error", ["Error", "ERROR"], ["an error"]],
    ["^(?:a(?i:b)c)$", ["abc", "aBc"], ["Abc", "abC"]],
    [String.raw`^\d{4}-\d{2}-\d{2}[T ]`, ["2026-11-21T20:00", "2026-11-21 x"], ["26-11-21 ", " 2026-11-21 "]],
    [String.raw`^\S`, ["x", "}"], [" x", "\tx", ""]],
    [String.raw`^[^\s\d]`, ["x"], [" ", "1"]],
    ["^[[:upper:]]{2,3}!", ["AB!", "ABC!"], ["A!", "ABCD!", "ab!"]],
    ["^[[:^alpha:]]", ["1"], ["a"]],
    [String.raw`\bat\b`, ["at", "x at y"], ["cat", "atx", "_at"]],
    [String.raw`\Bat`, ["cat"], ["at", "x at"]],
    ["^a{2,}$", ["aa", "aaaa"], ["a"]],
    ["^a{0}b$", ["b"], ["ab"]],
    ["^(ab)*?c+?$", ["c", "ababcc"], ["abac"]],
    ["^(a*)*$", ["", "aaaa"], ["b"]],
    [String.raw`^\[(?P<time>[^\]]+)\] \p{Lu}`, ["[x] Ä"], ["[x] ä", "[] Ä"]],
    [String.raw`^\x41\x{1F600}\.\Q[*]\E`, ["A😀.[*]"], ["A😀x[*]"]],
    [String.raw`^\Qa.b\E+$`, ["a.b", "a.bb"], ["a.ba.b"]],
    ["^.😀.$", ["x😀y"], ["x😀"]],
    [String.raw`\Aab\z`, ["ab"], ["ab "]],
    ["(?m)^b", ["a\nb"], ["ab"]],
    ["a{,2}", ["a{,2}"], ["aa"]],
    ["[]a-]", ["]", "-"], ["b"]],
    ["x||y", ["", "z"], []],
    ["^((((){1000}){1000}){1000}){1000}$", [""], ["x"]],
  ])("%s", (source, found, missed) => {
    const wanted = regex(source);
    expect({
      found: found.filter((text) => isFound(wanted, text)),
      missed: missed.filter((text) => isFound(wanted, text)),
    }).toEqual({ found, missed: [] });
  });

  test.each<[source: string, problem: string]>([
    ["(a", "missing closing ): `(a`"],
    ["a)", "unexpected ): `a)`"],
    ["[a", "missing closing ]: `[a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{2,1}", "invalid repeat count: `{2,1}`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["[z-a]", "invalid character class range: `z-a`"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["\\q", "invalid escape sequence: `\\q`"],
    ["a\\", "trailing backslash at end of expression: ``"],
    [String.raw`\p{Nothing}`, "invalid character class range: `\\p{Nothing}`"],
    ["((a{100}){100}){100}", "expression too large: `((a{100}){100}){100}`"],
    ["a{280}".repeat(200), `expression too large: \`${"a{280}".repeat(200)}\``],
    ["(a.{990}b)", "expression too large: `(a.{990}b)`"],
    [
      "(".repeat(200) + ")".repeat(200),
      `expression nests too deeply: \`${"(".repeat(200)}${")".repeat(200)}\``,
    ],
  ])("%s is refused in Go's words", (source, problem) => {
    const parsed = GoRegex.parse(source);
    expect(parsed instanceof Error && parsed.message).toBe(`error parsing regexp: ${problem}`);
  });

  test("finds what JavaScript's find", () => {
    const part = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "(a|b)", "^", "$", "\\b", "(?:ab)", "|");
    const times = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}");
    const expression = fc
      .array(fc.tuple(part, times), { maxLength: 7 })
      .map((parts) => parts.map(([text, often]) => (/^[|^$\\]/.test(text) ? text : text + often)).join(""));
    const text = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 12 });
    fc.assert(
      fc.property(expression, text, (source, subject) => {
        expect(isFound(regex(source), subject)).toBe(new RegExp(source).test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes a time that grows with the text only", () => {
    const subject = "a".repeat(50_000);
    expect(isFound(regex("(a*)*b"), subject)).toBe(false);
    expect(isFound(regex("(a|aa)+$"), `${subject}!`)).toBe(false);
    expect(isFound(regex("(a|b)*c(a|b){60}"), subject)).toBe(false);
  });

  test.each([
    ["a.{280}b", "ax"],
    ["a.{0,140}b", "ax"],
    [String.raw`((a|x)(\b|\B)){40}b`, "ax"],
    ["(?i)é{280}b", "éÉ"],
    [String.raw`\pL.{280}b`, "語文"],
  ])("%s takes no more steps than its points for each character", (source, letters) => {
    const search = regex(source).search(randomText(letters, 3_000));
    expect(search.advance(Infinity)).toBe(false);
    expect(search.stepCount).toBeLessThan(3_000 * 30 * REGEX_POINTS_MAX);
  });

  test("is searched for in pieces, in several texts by turns, with the same result", () => {
    const sources = fc.constantFrom("a.{9}b", "(a|b)*c(a|b){6}$", "^(ab)*$", String.raw`\bab\b`, "😀a");
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "😀"), maxLength: 40 });
    const texts = fc.array(text, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sources, texts, fc.integer({ min: 1, max: 2_000 }), (source, subjects, stepsMax) => {
        const wanted = regex(source);
        const searches = subjects.map((subject) => wanted.search(subject));
        const found = subjects.map((): boolean | undefined => undefined);
        while (found.includes(undefined)) {
          for (const [index, search] of searches.entries()) found[index] ??= search.advance(stepsMax);
        }
        expect(found).toEqual(subjects.map((subject) => new RegExp(source, "u").test(subject)));
      }),
    );
  });

  test("stops about where it is told to", () => {
    const search = regex("a.{280}b").search(randomText("ax", 3_000));
    const steps: number[] = [];
    while (search.advance(20_000) === undefined)
      steps.push(search.stepCount - steps.reduce((a, b) => a + b, 0));
    expect(steps.length).toBeGreaterThan(10);
    expect(Math.max(...steps)).toBeLessThan(20_000 + 30 * REGEX_POINTS_MAX);
  });
});
