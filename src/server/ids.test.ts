import { expect, test } from "vitest";
import { createOrderedUuids } from "./ids.ts";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids have the form of AWS's and ascend, within a millisecond and from one to the next", () => {
  let nowMs = 1_795_303_068_043;
  const next = createOrderedUuids(() => nowMs);
  const ids = Array.from({ length: 3_000 }, (_, index) => {
    if (index % 1_000 === 999) nowMs += 1;
    return next();
  });
  expect(ids.filter((id) => !FORM.test(id))).toEqual([]);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
