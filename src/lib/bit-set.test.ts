import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BitSet } from "./bit-set.ts";

test("holds what was added, each once", () => {
  const numbers = fc.array(fc.nat(99), { maxLength: 150 });
  fc.assert(
    fc.property(numbers, (added) => {
      const bits = new BitSet(100);
      const known = new Set<number>();
      for (const number of added) {
        bits.add(number);
        known.add(number);
        expect(bits.count).toBe(known.size);
      }
      const held = Array.from({ length: 100 }, (_, index) => index).filter((index) => bits.has(index));
      expect(held).toEqual([...known].sort((a, b) => a - b));
    }),
  );
});

test.each([1, 31, 32, 33, 10_000])("has room for %i numbers and holds no other", (size) => {
  const bits = new BitSet(size);
  for (let index = 0; index < size; index += 1) bits.add(index);
  expect([bits.count, bits.has(0), bits.has(size - 1), bits.has(size + 32)]).toEqual([
    size,
    true,
    true,
    false,
  ]);
});
