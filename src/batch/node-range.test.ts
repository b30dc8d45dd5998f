import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findRange, parseTargetNodes } from "./node-range.ts";
import type { NodeRange } from "./node-range.ts";
import { Refusal } from "./refusal.ts";

describe("parseTargetNodes of 4 nodes", () => {
  test.each<[targetNodes: string, range: NodeRange]>([
    ["0:3", { first: 0, last: 3 }],
    ["1:2", { first: 1, last: 2 }],
    [":2", { first: 0, last: 2 }],
    ["1:", { first: 1, last: 3 }],
    [":", { first: 0, last: 3 }],
    ["2", { first: 2, last: 2 }],
  ])("reads %s", (targetNodes, range) => {
    expect(parseTargetNodes(targetNodes, 4)).toEqual(range);
  });

  test.each(["", "a", "0-3", "0:1:2", "-1", " 1", "1:x"])("refuses %j", (targetNodes) => {
    expect(parseTargetNodes(targetNodes, 4)).toEqual(
      Refusal.wrapped("targetNodes should contain only digits."),
    );
  });
});

describe("findRange", () => {
  test.each<[ranges: NodeRange[], nodeIndex: number, expected: number | undefined]>([
    [
      [
        { first: 0, last: 10 },
        { first: 4, last: 5 },
      ],
      3,
      0,
    ],
    [
      [
        { first: 0, last: 10 },
        { first: 4, last: 5 },
      ],
      4,
      1,
    ],
    [
      [
        { first: 4, last: 5 },
        { first: 0, last: 10 },
      ],
      5,
      0,
    ],
    [
      [
        { first: 0, last: 1 },
        { first: 0, last: 1 },
      ],
      1,
      1,
    ],
    [[{ first: 0, last: 1 }], 2, undefined],
  ])("of %j for node %s is %s", (ranges, nodeIndex, expected) => {
    expect(findRange(ranges, nodeIndex)).toBe(expected);
  });

  test("is always one that has the node, and none is narrower", () => {
    const range = fc
      .tuple(fc.nat(9), fc.nat(9))
      .map(([a, b]): NodeRange => ({ first: Math.min(a, b), last: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(range), fc.nat(9), (ranges, nodeIndex) => {
        const having = ranges.filter(({ first, last }) => first <= nodeIndex && nodeIndex <= last);
        const found = ranges[findRange(ranges, nodeIndex) ?? -1];
        const widths = having.map(({ first, last }) => last - first);
        expect(found && found.last - found.first).toBe(widths.length === 0 ? undefined : Math.min(...widths));
        if (found !== undefined) expect(having).toContain(found);
      }),
    );
  });
});
