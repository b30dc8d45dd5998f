import { describe, expect, test } from "vitest";
import { batchModel } from "../../src/model/batch.ts";
import { MemoryStore } from "../../src/store/memory/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { openTemporaryStore } from "../support/temporary-store.ts";
import { runFuzz } from "./fuzz-run.ts";
import { FuzzWorld } from "./fuzz-world.ts";

const REQUEST_COUNT = 6_000;

describe.each<[name: string, open: () => Store, seeds: readonly number[]]>([
  ["memory", () => new MemoryStore(), [1, 2, 3]],
  ["SQLite", openTemporaryStore, [4]],
])("with a store in %s", (_name, open, seeds) => {
  test.each(seeds)(
    "seed %i: whatever is sent is answered in AWS's form, changes nothing if refused, and outlives the server if not",
    async (seed) => {
      await using store = open();
      const world = await FuzzWorld.open(store);
      const { findings, takenCounts, unfitCount } = await runFuzz(
        world,
        seed,
        (count) => count < REQUEST_COUNT,
      );
      expect(findings).toEqual([]);
      expect(unfitCount).toBeGreaterThan(REQUEST_COUNT / 10);
      expect(Object.keys(takenCounts).toSorted()).toEqual(Object.keys(batchModel.operations).toSorted());
    },
    60_000,
  );
});
