import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ANY_CHARACTER } from "../../test/support/any-text.ts";
import { checkPayloadSize } from "./payload-size.ts";
import { Refusal } from "./refusal.ts";

test("checkPayloadSize counts bytes, and the last one that is allowed", () => {
  expect(checkPayloadSize({ a: "€" }, 11, "a thing")).toBeUndefined();
  expect(checkPayloadSize({ a: "€€" }, 11, "a thing")).toEqual(
    Refusal.bare("a thing must have at most 11 bytes, got 14"),
  );
});

test("checkPayloadSize refuses every JSON value that is longer than allowed, by whatever characters", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: ANY_CHARACTER }), fc.jsonValue()), (request) => {
      const byteCount = new TextEncoder().encode(JSON.stringify(request)).length;
      expect(checkPayloadSize(request, byteCount, "a thing")).toBeUndefined();
      expect(checkPayloadSize(request, byteCount - 1, "a thing")).toEqual(
        Refusal.bare(`a thing must have at most ${byteCount - 1} bytes, got ${byteCount}`),
      );
    }),
  );
  const escaped = { a: "\u0001".repeat(100) };
  expect(checkPayloadSize(escaped, 607, "a thing")).toBeInstanceOf(Refusal);
});
