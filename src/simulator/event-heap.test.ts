import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventHeap } from "./event-heap.ts";

test("gives out what was put in by instant, and of equal instants in the order of their coming", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3_000 }), (instants) => {
      const heap = new EventHeap();
      for (const [item, atMs] of instants.entries()) heap.push(atMs, item);
      const given: (readonly [number, number])[] = [];
      while (heap.size > 0) given.push([heap.nextMs, heap.pop()]);
      const sorted = instants
        .map((atMs, item) => [atMs, item] as const)
        .sort(([a, i], [b, j]) => a - b || i - j);
      expect(given).toEqual(sorted);
      expect(heap.nextMs).toBe(Infinity);
    }),
  );
});
