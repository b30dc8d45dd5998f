import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GoRegex } from "./go-regex.ts";

function regex(source: string): GoRegex {
  const parsed = GoRegex.parse(source);
  if (parsed instanceof Error) throw parsed;
  return parsed;
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
    ["^.😀.$", ["x😀y"], ["x😀"]],
    [String.raw`\Aab\z`, ["ab"], ["ab "]],
    ["(?m)^b", ["a\nb"], ["ab"]],
    ["a{,2}", ["a{,2}"], ["aa"]],
    ["[]a-]", ["]", "-"], ["b"]],
    ["x||y", ["", "z"], []],
  ])("%s", (source, found, missed) => {
    const wanted = regex(source);
    expect({
      found: found.filter((text) => wanted.matches(text)),
      missed: missed.filter((text) => wanted.matches(text)),
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
        expect(regex(source).matches(subject)).toBe(new RegExp(source).test(subject));
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes a time that grows with the text only", () => {
    const subject = "a".repeat(50_000);
    expect(regex("(a*)*b").matches(subject)).toBe(false);
    expect(regex("(a|aa)+$").matches(`${subject}!`)).toBe(false);
    expect(regex("(a|b)*c(a|b){60}").matches(subject)).toBe(false);
  });
});
