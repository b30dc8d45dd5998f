import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RoomTree } from "./room-tree.ts";

const amount = fc.integer({ min: 0, max: 5 });
const room = fc.tuple(amount, amount, amount);
const step = fc.record({
  slot: fc.nat({ max: 40 }),
  room: fc.option(room, { nil: undefined }),
  wanted: room,
});

test("finds the first slot with room, whatever was set and closed before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tree = new RoomTree();
      const slots: (readonly number[] | undefined)[] = [];
      for (const { slot, room: left, wanted } of steps) {
        slots[slot] = left;
        if (left === undefined) tree.close(slot);
        else tree.set(slot, ...left);
        const expected = slots.findIndex(
          (one) => one?.every((have, dimension) => have >= (wanted[dimension] ?? 0)) === true,
        );
        expect(tree.findFirst(...wanted)).toBe(expected === -1 ? undefined : expected);
      }
    }),
  );
});

test("gives a slot that was promised too much to nobody, not even to what needs nothing of that", () => {
  const tree = new RoomTree();
  tree.set(0, -500, 100, 0);
  expect(tree.findFirst(0, 1, 0)).toBeUndefined();
});
