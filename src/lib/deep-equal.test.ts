import { assert, jsonValue, property } from "fast-check";
import { expect, test } from "vitest";
import { deepEqual } from "./deep-equal.ts";

test.each<[unknown, unknown, boolean]>([
  [1, 1, true],
  [1, "1", false],
  [undefined, null, false],
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [[1], { 0: 1 }, false],
  [{}, { toString: 1 }, false],
])("%j and %j: %j", (a, b, expected) => {
  expect(deepEqual(a, b)).toBe(expected);
  expect(deepEqual(b, a)).toBe(expected);
});

test("finds a JSON value and its copy the same, and one with something more different", () => {
  assert(
    property(jsonValue(), (value) => {
      const copy: unknown = JSON.parse(JSON.stringify(value));
      // JSON has no -0: its text is 0, which is the same number.
      expect(deepEqual(value, copy)).toBe(true);
      expect(deepEqual([value], [value, value])).toBe(false);
    }),
  );
});
