import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseInTurns } from "./choose-in-turns.ts";

const rankOf = (item: string): number => Number(item.at(-1));
const groupOf = (item: string): string => item.charAt(0);

describe("chooseInTurns", () => {
  test.each([
    [["a2", "b1", "c2", "d0"], 4, ["a2", "b1", "c2", "d0"]],
    [["a2", "b1", "c2", "d0"], 3, ["a2", "b1", "d0"]],
    [["a2", "b1", "c2", "d0"], 1, ["d0"]],
    [["a2", "b1", "c2", "d0"], 0, []],
    [[], 3, []],
  ])("of %j takes %i by rank: %j", (items, countMax, chosen) => {
    expect(chooseInTurns(items, { rankOf }, countMax)).toEqual(chosen);
  });

  test.each([
    [["a11", "a21", "a31", "b11", "b21"], 2, ["a11", "b11"]],
    [["a11", "a21", "a31", "b11", "b21"], 3, ["a11", "a21", "b11"]],
    [["a11", "a21", "b12", "c10", "b22"], 4, ["a11", "a21", "b12", "c10"]],
  ])("of %j takes %i of one rank in turns of the groups: %j", (items, countMax, chosen) => {
    expect(chooseInTurns(items, { rankOf, groupOf }, countMax)).toEqual(chosen);
  });

  test("leaves out nothing that ranks before what it takes, and keeps the order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(2))), fc.nat(20), (drawn, countMax) => {
        const items = drawn.map(([rank, group], index) => ({ rank, group: String(group), index }));
        const choice = {
          rankOf: ({ rank }: { readonly rank: number }) => rank,
          groupOf: ({ group }: { readonly group: string }) => group,
        };
        const chosen = chooseInTurns(items, choice, countMax);
        const left = items.filter((item) => !chosen.includes(item));
        expect(chosen).toHaveLength(Math.min(countMax, items.length));
        expect(chosen).toEqual(chosen.toSorted((a, b) => a.index - b.index));
        for (const taken of chosen) {
          const passedOver = left.filter(
            ({ rank, group, index }) =>
              rank < taken.rank || (rank === taken.rank && group === taken.group && index < taken.index),
          );
          expect(passedOver).toEqual([]);
        }
      }),
    );
  });
});
