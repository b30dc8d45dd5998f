import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstOf } from "./first-of.ts";
import { IndexedHeap } from "./indexed-heap.ts";

interface Entry {
  readonly key: number;
  heapIndex: number;
}

describe("IndexedHeap", () => {
  test("gives its items in order, whatever was added and removed in between", () => {
    const step = fc.record({ key: fc.integer({ min: -20, max: 20 }), removes: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        // Every other key is the same, so that both ways of comparing decide.
        const heap = new IndexedHeap<Entry>(
          (a, b) => a.key < b.key,
          ({ key: of }) => Math.floor(of / 2),
        );
        const inside: Entry[] = [];
        for (const { key, removes } of steps) {
          const entry = { key, heapIndex: -1 };
          heap.add(entry);
          inside.push(entry);
          const victim = removes < inside.length ? inside.splice(removes, 1)[0] : undefined;
          if (victim !== undefined) heap.remove(victim);
        }
        expect(heap.size).toBe(inside.length);
        expect(drain(heap)).toEqual(inside.map(({ key }) => key).sort((a, b) => a - b));
      }),
    );
  });

  test("shows its first items in order without taking them out", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(20), (keys, count) => {
        const heap = new IndexedHeap<Entry>((a, b) => a.key < b.key);
        for (const key of keys) heap.add({ key, heapIndex: -1 });
        const sorted = keys.toSorted((a, b) => a - b);
        expect(heap.first(count).map(({ key }) => key)).toEqual(sorted.slice(0, count));
        expect(drain(heap)).toEqual(sorted);
      }),
    );
  });

  test("shows the items before one, looking at no more than eight times as many as are taken", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 0, max: 50 }), (keys, key) => {
        const heap = new IndexedHeap<Entry>((a, b) => a.key < b.key);
        for (const other of keys) heap.add({ key: other, heapIndex: -1 });
        const before = [...heap.before({ key, heapIndex: -1 })].map((entry) => entry.key);
        expect(before.toSorted((a, b) => a - b)).toEqual(
          keys.filter((other) => other < key).toSorted((a, b) => a - b),
        );
      }),
    );
    let lookCount = 0;
    const heap = new IndexedHeap<Entry>((a, b) => {
      lookCount += 1;
      return a.key < b.key;
    });
    for (let key = 0; key < 10_000; key += 1) heap.add({ key, heapIndex: -1 });
    lookCount = 0;
    const taken = firstOf(heap.before({ key: 9_999, heapIndex: -1 }), 100);
    expect([taken.length, lookCount <= 201]).toEqual([100, true]);
  });

  test("leaves an item alone that is in no heap", () => {
    const heap = new IndexedHeap<Entry>((a, b) => a.key < b.key);
    heap.add({ key: 1, heapIndex: -1 });
    heap.remove({ key: 1, heapIndex: -1 });
    expect(heap.size).toBe(1);
  });
});

function drain(heap: IndexedHeap<Entry>): number[] {
  const keys: number[] = [];
  for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
    keys.push(first.key);
    heap.remove(first);
  }
  return keys;
}
