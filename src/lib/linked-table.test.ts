import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinkedTable } from "./linked-table.ts";
import type { Linked } from "./linked-table.ts";

class Item implements Linked<Item> {
  nextInBucket: Item | undefined;
  keyHash = 0;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const KEYS = Array.from({ length: 40 }, (_, index) => `job-${index}`);

function tableOf(items: readonly Item[]): LinkedTable<Item> {
  const table = new LinkedTable<Item>(({ name }) => name);
  for (const item of items) table.collect(item);
  table.spread();
  return table;
}

describe("LinkedTable", () => {
  test("holds what a Map holds that goes through the same additions and deletions", () => {
    const step = fc.record({ key: fc.constantFrom(...KEYS), isAddition: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...KEYS)), fc.array(step), (first, steps) => {
        const items = first.map((name) => new Item(name));
        const table = tableOf(items);
        const expected = new Map(items.map((item) => [item.name, item]));
        for (const { key, isAddition } of steps) {
          if (!isAddition) {
            table.delete(key);
            expected.delete(key);
          } else {
            const item = new Item(key);
            expect(table.add(item)).toBe(!expected.has(key));
            if (!expected.has(key)) expected.set(key, item);
          }
        }
        for (const key of KEYS) {
          expect(table.get(key)).toBe(expected.get(key));
          expect(table.has(key)).toBe(expected.has(key));
        }
      }),
    );
  });

  test("tells keys apart that end alike", () => {
    const items = ["a-0123456789abcdef", "b-0123456789abcdef"].map((name) => new Item(name));
    const table = tableOf(items);
    expect(items.map(({ name }) => table.get(name))).toEqual(items);
    table.delete("a-0123456789abcdef");
    expect(table.get("b-0123456789abcdef")).toBe(items[1]);
    expect(table.get("c-0123456789abcdef")).toBeUndefined();
  });
});
