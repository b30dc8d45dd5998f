import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SortedList } from "./sorted-list.ts";

interface Entry {
  readonly key: number;
}

/** Every other key is the same, so that both ways of comparing decide. */
function entries(): SortedList<Entry> {
  return new SortedList<Entry>(
    ({ key }) => Math.floor(key / 2),
    (a, b) => a.key < b.key,
  );
}

const KEY = fc.integer({ min: -2_000, max: 2_000 });

describe("SortedList", () => {
  test("holds its items in order, whatever was added and removed in between", () => {
    const steps = fc.array(fc.record({ key: KEY, removed: fc.nat(600) }), { minLength: 300, maxLength: 900 });
    fc.assert(
      fc.property(steps, (history) => {
        const list = entries();
        const inside = new Map<number, Entry>();
        for (const { key, removed } of history) {
          const entry = { key };
          if (!inside.has(key)) {
            inside.set(key, entry);
            list.add(entry);
          }
          const victim = [...inside.values()][removed];
          if (victim === undefined) continue;
          inside.delete(victim.key);
          list.remove(victim);
        }
        const sorted = [...inside.values()].sort((a, b) => a.key - b.key);
        expect([list.size, list.first(Infinity), list.peek()]).toEqual([sorted.length, sorted, sorted[0]]);
        expect(list.firstKey).toBe(sorted[0] && Math.floor(sorted[0].key / 2));
      }),
      { numRuns: 30 },
    );
  });

  test("shows so many of the first", () => {
    const list = entries();
    for (let key = 999; key >= 0; key -= 1) list.add({ key });
    for (const count of [0, 1, 127, 128, 129, 1_000, 2_000]) {
      expect(list.first(count).map(({ key }) => key)).toEqual(
        Array.from({ length: Math.min(count, 1_000) }, (_, key) => key),
      );
    }
  });

  test("shows and counts the items before one, inside or not", () => {
    fc.assert(
      fc.property(fc.uniqueArray(KEY, { maxLength: 600 }), KEY, fc.nat(300), (keys, key, goneCount) => {
        const list = entries();
        for (const other of keys) list.add({ key: other });
        for (const gone of list.first(goneCount)) list.remove(gone);
        const left = keys.toSorted((a, b) => a - b).slice(goneCount);
        const expected = left.filter((other) => other < key);
        expect([...list.before({ key })].map((entry) => entry.key)).toEqual(expected);
        expect(list.countBefore({ key })).toBe(expected.length);
      }),
    );
  });

  test("leaves an item alone that is not inside", () => {
    const list = entries();
    list.remove({ key: 1 });
    list.add({ key: 1 });
    list.remove({ key: 1 });
    list.remove({ key: 2 });
    expect(list.size).toBe(1);
  });

  test.each([
    ["in order", (index: number) => index],
    ["backwards", (index: number) => -index],
    ["anywhere", (index: number) => (index * 7_919) % 20_011],
  ])("compares few items for each of 20,000 that come %s and leave at the front", (_, keyOf) => {
    let comparisonCount = 0;
    const list = new SortedList<Entry>(
      () => 0,
      (a, b) => {
        comparisonCount += 1;
        return a.key < b.key;
      },
    );
    for (let index = 0; index < 20_000; index += 1) list.add({ key: keyOf(index) });
    for (let first = list.peek(); first !== undefined; first = list.peek()) list.remove(first);
    expect(comparisonCount).toBeLessThan(20_000 * 20);
  });
});
