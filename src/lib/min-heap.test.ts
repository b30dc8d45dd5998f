import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MinHeap } from "./min-heap.ts";

interface Entry {
  key: number;
}

describe("MinHeap", () => {
  test("has the first in front, whatever is moved back or removed", () => {
    const steps = fc.array(fc.option(fc.nat(50)), { maxLength: 100 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 })), steps, (keys, history) => {
        const inside = keys.map((key): Entry => ({ key }));
        const heap = new MinHeap([...inside], (a, b) => a.key < b.key);
        for (const delay of history) {
          const { first } = heap;
          expect(first?.key).toBe(
            inside.length === 0 ? undefined : Math.min(...inside.map(({ key }) => key)),
          );
          if (first === undefined) break;
          if (delay === null) {
            heap.removeFirst();
            inside.splice(inside.indexOf(first), 1);
          } else {
            first.key += delay;
            heap.sinkFirst();
          }
        }
      }),
    );
  });
});
