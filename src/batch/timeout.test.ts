import { expect, test } from "vitest";
import { Refusal } from "./refusal.ts";
import { parseTimeout } from "./timeout.ts";

test.each([
  ["no timeout", undefined, undefined],
  ["an empty one", {}, undefined],
  ["the shortest", { attemptDurationSeconds: 60 }, 60],
  ["a very long one", { attemptDurationSeconds: 2_000_000_000 }, 2_000_000_000],
  [
    "less than a minute",
    { attemptDurationSeconds: 59 },
    Refusal.bare("timeout.attemptDurationSeconds must be at least 60, got 59"),
  ],
])("parseTimeout decides about %s", (_what, timeout, expected) => {
  expect(parseTimeout(timeout)).toEqual(expected);
});
