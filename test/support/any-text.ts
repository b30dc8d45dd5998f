import * as fc from "fast-check";

/**
 * One character, of all that Unicode has. fast-check's own `binary` is the same but for seconds that it takes to make a
 * table of them all.
 */
export const ANY_CHARACTER = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));
