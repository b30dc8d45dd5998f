import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANY_CHARACTER } from "../../../test/support/any-text.ts";
import { comparePositions, compareText, SortedTable } from "./sorted-table.ts";

describe("compareText", () => {
  test("orders as the bytes of UTF-8 do", () => {
    const text = fc.string({ unit: ANY_CHARACTER });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe("comparePositions", () => {
  test.each<[name: string, a: [string, number], b: [string, number], sign: number]>([
    ["the first difference decides", ["a", 9], ["b", 1], -1],
    ["numbers go by size", ["a", 9], ["a", 10], -1],
    ["equal ones are equal", ["a", 9], ["a", 9], 0],
  ])("%s", (_name, a, b, sign) => {
    expect(Math.sign(comparePositions(a, b))).toBe(sign);
  });
});

describe("SortedTable", () => {
  test("answers as a sorted list of what was set and not deleted", () => {
    const key = fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(5));
    const step = fc.record({ key, isDeleted: fc.boolean(), isRead: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), key, (steps, [group, after]) => {
        const table = new SortedTable<number>();
        const expected = new Map<string, { key: [string, number]; row: number }>();
        for (const [row, one] of steps.entries()) {
          const [ownGroup, number] = one.key;
          if (one.isDeleted) table.delete(ownGroup, [number]);
          else table.set(ownGroup, [number], row);
          if (one.isDeleted) expected.delete(String(one.key));
          else expected.set(String(one.key), { key: one.key, row });
          if (one.isRead) table.values();
        }
        const sorted = [...expected.values()].sort((a, b) => comparePositions(a.key, b.key));
        expect(table.values()).toEqual(sorted.map(({ row }) => row));
        expect([...table.after(group, [after])]).toEqual(
          sorted.filter((entry) => entry.key[0] === group && entry.key[1] > after).map(({ row }) => row),
        );
      }),
    );
  });
});

test("has what is left in order when most of many rows went unread", () => {
  const table = new SortedTable<number>();
  const rows = Array.from({ length: 5_000 }, (_, index) => index);
  for (const row of rows.toReversed()) table.set("group", [row], row);
  for (const row of rows) if (row % 10 !== 0) table.delete("group", [row]);
  table.set("group", [5], 5);
  const left = rows.filter((row) => row % 10 === 0 || row === 5);
  expect(table.values()).toEqual(left);
  expect([...table.after("group", [5])]).toEqual(left.filter((row) => row > 5));
});
