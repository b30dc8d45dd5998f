import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANY_CHARACTER } from "../../test/support/any-text.ts";
import { Sealer, SealError } from "./sealer.ts";

const sealer = new Sealer(() => Buffer.alloc(32, 1));
const PLACE = { purpose: "secrets", place: "here" };

describe("Sealer", () => {
  test("opens what it sealed, and seals no text twice alike", () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
        const sealed = sealer.seal(text, PLACE);
        expect(sealer.open(sealed, PLACE)).toBe(text);
        expect(sealer.seal(text, PLACE)).not.toBe(sealed);
        expect(sealed).toMatch(/^[\w-]+$/);
      }),
    );
  });

  test.each<[name: string, by: Sealer, place: typeof PLACE]>([
    ["another key", new Sealer(() => Buffer.alloc(32, 2)), PLACE],
    ["another purpose", sealer, { ...PLACE, purpose: "sessions" }],
    ["another place", sealer, { ...PLACE, place: "there" }],
  ])("does not open what was sealed for or by %s", (_name, by, place) => {
    expect(() => sealer.open(by.seal("text", place), PLACE)).toThrow(SealError);
  });

  test("does not open what was changed in any place", () => {
    const sealed = Buffer.from(sealer.seal("text", PLACE), "base64url");
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => sealer.open(changed.toString("base64url"), PLACE)).toThrow(SealError);
    }
    const written = sealed.toString("base64url");
    for (const nonsense of ["", "x", "???", `${written}A`, `${written}=`, `${written}\n`])
      expect(() => sealer.open(nonsense, PLACE)).toThrow(SealError);
  });
});
