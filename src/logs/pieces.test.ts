import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutPieces, LINE_BYTES_MAX } from "./pieces.ts";
import type { TextEnding } from "./pieces.ts";

/** Cuts are at multiples of 7 bytes: ten less the three that a character may need. */
const SHORT_LINE_BYTES_MAX = 10;
const SHORT_LINES = { lineBytesMax: SHORT_LINE_BYTES_MAX };

function cut(text: string | Buffer, ending: TextEnding = "whole", begin = 0): string[] {
  const { pieces } = cutPieces(Buffer.from(text), begin, ending, SHORT_LINES);
  return pieces.map((piece) => `${piece.begin}-${piece.end} ${piece.bytes.toString("latin1")}`);
}

describe("cutPieces", () => {
  test.each<[name: string, text: string, ending: TextEnding, pieces: string[]]>([
    ["makes a line a piece", "one\ntwo\n", "open", ["0-4 one", "4-8 two"]],
    ["takes the return of a line's end away", "one\r\ntwo\r\n", "open", ["0-5 one", "5-10 two"]],
    ["keeps a return within a line", "10%\r20%\n", "open", ["0-8 10%\r20%"]],
    ["makes nothing of empty lines", "\n\r\none\n\n", "open", ["3-7 one"]],
    ["leaves a line that may still grow", "one\ntw", "open", ["0-4 one"]],
    ["takes what no newline ends, once it is whole", "one\ntw", "whole", ["0-4 one", "4-6 tw"]],
    ["leaves a line of the greatest length whole", "0123456789\n", "open", ["0-11 0123456789"]],
    ["cuts a longer one at a fixed offset", "0123456789a\n", "open", ["0-7 0123456", "7-12 789a"]],
    ["cuts one that goes on as soon as it is too long", "0123456789a", "open", ["0-7 0123456"]],
    [
      "leaves the rest of a line that is too long until it ends",
      "0123456789abcdefg",
      "open",
      ["0-7 0123456"],
    ],
    ["cuts what is known to go on", "012345678", "cut", ["0-7 0123456", "7-9 78"]],
    ["has nothing of nothing", "", "whole", []],
  ])("%s", (_name, text, ending, pieces) => {
    expect(cut(text, ending)).toEqual(pieces);
  });

  test("cuts before a character of two, three or four bytes, never in it", () => {
    for (const character of ["é", "€", "😀"]) {
      const text = Buffer.from(`012345${character}0123456789\n`);
      const { pieces } = cutPieces(text, 0, "open", SHORT_LINES);
      expect(pieces.map(({ bytes }) => bytes.toString()).join("")).toBe(`012345${character}0123456789`);
      expect(pieces[0]?.bytes.toString()).toBe("012345");
    }
  });

  test("cuts bytes that are no text at the fixed offset", () => {
    expect(cut(Buffer.alloc(12, 0x80))).toEqual([`0-7 ${"\x80".repeat(7)}`, `7-12 ${"\x80".repeat(5)}`]);
  });

  test("cuts the same wherever it is begun", () => {
    fc.assert(
      fc.property(arbitraryText(), fc.nat(1_000), (text, begin) => {
        const whole = cutPieces(text, begin, "whole", SHORT_LINES);
        for (const [index, piece] of whole.pieces.entries()) {
          const rest = cutPieces(text.subarray(piece.begin - begin), piece.begin, "whole", SHORT_LINES);
          expect(rest.pieces).toEqual(whole.pieces.slice(index));
        }
      }),
    );
  });

  test("takes back nothing when more arrives", () => {
    fc.assert(
      fc.property(arbitraryText(), (text) => {
        const whole = cutPieces(text, 0, "whole", SHORT_LINES).pieces;
        for (let length = 0; length <= text.length; length += 1) {
          const { pieces } = cutPieces(text.subarray(0, length), 0, "open", SHORT_LINES);
          expect(pieces).toEqual(whole.slice(0, pieces.length));
        }
      }),
    );
  });

  test("makes no piece longer than a line may be", () => {
    fc.assert(
      fc.property(arbitraryText(), fc.nat(100), (text, begin) => {
        const { pieces, end } = cutPieces(text, begin, "whole", SHORT_LINES);
        expect(Math.max(0, ...pieces.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(10);
        expect(end).toBe(begin + text.length);
      }),
    );
  });

  test("takes lines of 256 KiB less 26 bytes, as AWS counts them", () => {
    const line = Buffer.alloc(262_118, "x");
    const lengths = [line, Buffer.concat([line, Buffer.from("x")])].map(
      (bytes) => cutPieces(bytes, 0, "whole", { lineBytesMax: LINE_BYTES_MAX }).pieces.length,
    );
    expect(lengths).toEqual([1, 2]);
  });
});

/** Mostly short lines, some too long; ASCII, longer characters and bytes that are no text. */
function arbitraryText(): fc.Arbitrary<Buffer> {
  const part = fc.oneof(
    fc.constantFrom("\n", "\r\n", "a", "é", "€", "😀", "0123456789").map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
  );
  return fc.array(part, { maxLength: 24 }).map((parts) => Buffer.concat(parts));
}
