import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RoomTree } from "./room-tree.ts";

const amount = fc.integer({ min: 0, max: 5 });
const room = fc.tuple(amount, amount, amount);
const step = fc.record({
  slot: fc.nat({ max: 40 }),
  room: fc.option(room, { nil: undefined }),
  wanted: room,
  from: fc.nat({ max: 70 }),
});

test("finds the first slot with room, whatever was set and closed before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tree = new RoomTree();
      const slots: (readonly number[] | undefined)[] = [];
      for (const { slot, room: left, wanted, from } of steps) {
        slots[slot] = left;
        if (left === undefined) tree.close(slot);
        else tree.set(slot, ...left);
        const hasRoom = (one: readonly number[] | undefined): boolean =>
          one?.every((have, dimension) => have >= (wanted[dimension] ?? 0)) === true;
        const found = [...slots.keys()].filter((index) => hasRoom(slots[index]));
        expect(tree.findFirst(...wanted)).toBe(found[0]);
        expect(tree.findFirst(...wanted, from)).toBe(found.find((index) => index >= from));
      }
    }),
  );
});

test("gives a slot that was promised too much to nobody, not even to what needs nothing of that", () => {
  const tree = new RoomTree();
  tree.set(0, -500, 100, 0);
  expect(tree.findFirst(0, 1, 0)).toBeUndefined();
});
