import { expect, test } from "vitest";
import { checkPayloadSize } from "./payload-size.ts";
import { Refusal } from "./refusal.ts";

test("checkPayloadSize counts bytes, and the last one that is allowed", () => {
  expect(checkPayloadSize({ a: "€" }, 11, "a thing")).toBeUndefined();
  expect(checkPayloadSize({ a: "€€" }, 11, "a thing")).toEqual(
    Refusal.bare("a thing must have at most 11 bytes, got 14"),
  );
});
