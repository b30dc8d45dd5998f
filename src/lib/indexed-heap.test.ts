import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
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
