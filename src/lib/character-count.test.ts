import { expect, test } from "vitest";
import { characterCount } from "./character-count.ts";

test.each<[name: string, text: string, expected: number]>([
  ["nothing", "", 0],
  ["letters", "aé語", 3],
  ["a character of two halves once", "a😀b", 3],
  ["a half without its other", "\uD83Da\uDE00", 3],
])("counts %s", (_name, text, expected) => {
  expect(characterCount(text)).toBe(expected);
});
