import { expect, test } from "vitest";
import { createStartFailure } from "./attempt-outcomes.ts";

test("a reason is cut to the 255 characters that AWS shows", () => {
  expect(createStartFailure("x".repeat(300))).toEqual({ kind: "start-failed", reason: "x".repeat(255) });
});
