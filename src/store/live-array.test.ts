import { describe, expect, test } from "vitest";
import { LiveArray } from "./live-array.ts";

type Decided = readonly [index: number, standing: string];

/** All children that may take a step, in the order of their indexes. */
function decidedOf(array: LiveArray): readonly Decided[] {
  const found: Decided[] = [];
  for (let next = array.takeDecided(); next !== undefined; next = array.takeDecided()) {
    found.push([next.index, next.standing]);
    array.spawn(next.index);
    if (next.standing === "doomed") array.noteEnd(next.index, "FAILED");
  }
  return found.sort(([a], [b]) => a - b);
}

function ended(array: LiveArray, index: number, status: "SUCCEEDED" | "FAILED"): void {
  array.spawn(index);
  array.noteEnd(index, status);
}

describe("an array whose children wait for capacity only", () => {
  test("gives them in the order of their indexes, those left out that ended before", () => {
    const array = new LiveArray(4);
    array.unspawned = { status: "RUNNABLE" };
    ended(array, 1, "FAILED");
    const given: number[] = [];
    while (array.hasRunnable) {
      given.push(array.nextUnspawned());
      array.spawn(array.nextUnspawned());
    }
    expect([given, array.unspawnedCount, array.isOver]).toEqual([[0, 2, 3], 0, false]);
    expect(array.takeDecided()).toBeUndefined();
  });

  test("is over when each has ended, and has failed if one has", () => {
    const array = new LiveArray(2);
    array.unspawned = { status: "RUNNABLE" };
    ended(array, 0, "SUCCEEDED");
    expect([array.isOver, array.hasFailed]).toEqual([false, false]);
    ended(array, 1, "FAILED");
    expect([array.isOver, array.hasFailed]).toEqual([true, true]);
    expect([array.endOf(0), array.endOf(1)]).toEqual(["SUCCEEDED", "FAILED"]);
  });

  test("is over without those that will never be spawned, once those that were have ended", () => {
    const array = new LiveArray(3);
    array.spawn(0);
    array.unspawned = { status: "FAILED" };
    expect([array.isOver, array.hasFailed, array.hasRunnable]).toEqual([false, true, false]);
    expect([array.endOf(0), array.endOf(1)]).toEqual([undefined, "FAILED"]);
    array.noteEnd(0, "SUCCEEDED");
    expect([array.isOver, array.endOf(0)]).toEqual([true, "SUCCEEDED"]);
  });
});

describe("an array whose children wait for others", () => {
  test("decides nothing before its own dependencies are met", () => {
    const array = new LiveArray(2, { isSequential: true, pairs: [] });
    array.reconsiderAll();
    expect([array.isReconsidered, array.takeDecided()]).toEqual([false, undefined]);
    array.unspawned = { status: "PENDING" };
    expect(decidedOf(array)).toEqual([[0, "ready"]]);
  });

  test("takes them one after the other, and dooms all behind a failure", () => {
    const array = new LiveArray(4, { isSequential: true, pairs: [] });
    array.unspawned = { status: "PENDING" };
    array.reconsiderAll();
    expect(decidedOf(array)).toEqual([[0, "ready"]]);
    array.noteEnd(0, "SUCCEEDED");
    expect(decidedOf(array)).toEqual([[1, "ready"]]);
    array.noteEnd(1, "FAILED");
    expect(decidedOf(array)).toEqual([
      [2, "doomed"],
      [3, "doomed"],
    ]);
    expect(array.isOver).toBe(true);
  });

  test("takes each when its counterparts in all paired arrays have succeeded", () => {
    const pairs = [new LiveArray(3), new LiveArray(3)] as const;
    const array = new LiveArray(3, { isSequential: false, pairs });
    array.unspawned = { status: "PENDING" };
    array.reconsiderAll();
    expect(decidedOf(array)).toEqual([]);
    ended(pairs[0], 1, "SUCCEEDED");
    array.reconsider(1);
    expect(decidedOf(array)).toEqual([]);
    ended(pairs[1], 1, "SUCCEEDED");
    array.reconsider(1);
    ended(pairs[0], 2, "FAILED");
    array.reconsider(2);
    expect(decidedOf(array)).toEqual([
      [1, "ready"],
      [2, "doomed"],
    ]);
    pairs[0].unspawned = { status: "FAILED" };
    array.reconsiderAll();
    expect(decidedOf(array)).toEqual([[0, "doomed"]]);
  });

  test("looks at none outside of it", () => {
    const array = new LiveArray(2, { isSequential: true, pairs: [] });
    array.unspawned = { status: "PENDING" };
    array.reconsider(2);
    expect(array.isReconsidered).toBe(false);
  });
});
