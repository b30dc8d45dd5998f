import { hash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ByteSource } from "./byte-source.ts";
import { cutPieces, LINE_BYTES_MAX } from "./pieces.ts";
import type { Piece } from "./pieces.ts";
import { piecesBackward, piecesForward, pieceStartAfter, pieceStartBefore } from "./text.ts";
import type { PieceRun, Text } from "./text.ts";

const MIB = 1_048_576;

describe("a text", () => {
  test("has the same pieces read forward and backward, from wherever one begins", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryText(), async (text) => {
        const expected = await wholePieces(text);
        expect(await collect(piecesForward(text, text.begin))).toEqual(expected);
        const start = text.isEnded ? text.end : (expected.at(-1)?.end ?? text.begin);
        expect((await collect(piecesBackward(text, start))).toSorted(byBegin)).toEqual(expected);

        const middle = expected[Math.floor(expected.length / 2)]?.begin ?? text.begin;
        expect(await collect(piecesForward(text, middle))).toEqual(
          expected.filter(({ begin }) => begin >= middle),
        );
        expect((await collect(piecesBackward(text, middle))).toSorted(byBegin)).toEqual(
          expected.filter(({ begin }) => begin < middle),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("leaves out the line that is not whole yet, read backward from its end", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryText(), async (text) => {
        const open = { ...text, isEnded: false };
        const backward = await collect(piecesBackward(open, open.end));
        expect(backward.toSorted(byBegin)).toEqual(await wholePieces(open));
      }),
      { numRuns: 200 },
    );
  });

  test("finds where a piece begins from anywhere in it", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryText(), fc.double({ min: 0, max: 1, noNaN: true }), async (text, share) => {
        const offset = Math.floor(text.begin + (text.end - text.begin) * share);
        const pieces = await wholePieces(text);
        const starts = new Set([text.begin, text.end, ...pieces.flatMap(({ begin, end }) => [begin, end])]);
        const isStart = async (at: number): Promise<boolean> =>
          starts.has(at) || (await text.source.read(at - 1, 1)).toString() === "\n";

        const before = await pieceStartBefore(text, offset);
        const after = await pieceStartAfter(text, offset);
        expect((await isStart(before)) && before <= offset).toBe(true);
        expect((await isStart(after)) && (after >= offset || !text.isEnded)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("of 1 GiB is read backward by reading its end only", async () => {
    const line = `${"x".repeat(99)}\n`;
    const source = new CountingSource((offset) => line.charCodeAt(offset % line.length));
    const text = { source, begin: 0, end: 1024 * MIB, isEnded: true, lineBytesMax: LINE_BYTES_MAX };
    const run = await piecesBackward(text, text.end).next();
    expect(run.value?.pieces.at(-1)?.bytes.toString()).toBe("x".repeat(24));
    expect(source.bytesRead).toBeLessThan(MIB / 4);
  });

  test("without a newline is read backward by reading its end only", async () => {
    const source = new CountingSource(() => 0x61);
    const text = { source, begin: 0, end: 1024 * MIB, isEnded: true, lineBytesMax: LINE_BYTES_MAX };
    const runs = piecesBackward(text, text.end);
    for (let count = 0; count < 3; count += 1) {
      const run: PieceRun | undefined = (await runs.next()).value ?? undefined;
      expect(run?.pieces.length).toBeGreaterThan(0);
    }
    expect(source.bytesRead).toBeLessThan(16 * MIB);
  });

  test("that is shorter than was said ends where it ends", async () => {
    const text = textOf(Buffer.from("one\ntwo\nthr"), 0, 100, true);
    const pieces = await collect(piecesForward(text, 0));
    expect(pieces.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 4],
      [4, 8],
    ]);
  });
});

/** Makes up its bytes and counts how many were asked for. */
class CountingSource implements ByteSource {
  bytesRead = 0;
  readonly #byteAt: (offset: number) => number;

  constructor(byteAt: (offset: number) => number) {
    this.#byteAt = byteAt;
  }

  read(offset: number, length: number): Promise<Buffer> {
    this.bytesRead += length;
    return Promise.resolve(
      Buffer.from(Uint8Array.from({ length }, (_, index) => this.#byteAt(offset + index))),
    );
  }
}

function textOf(bytes: Buffer, begin: number, end: number, isEnded: boolean): Text {
  const source = {
    read: (offset: number, length: number) =>
      Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length))),
  };
  return { source, begin, end, isEnded, lineBytesMax: 5_000 };
}

/** Longer than what is read at once, of lines of all lengths, some of them without end, at any offset. */
function arbitraryText(): fc.Arbitrary<Text> {
  const part = fc.record({
    character: fc.constantFrom("a", "é", "😀"),
    bytes: fc.oneof(fc.nat(100), fc.nat(8_000), fc.nat(90_000)),
    newlines: fc.nat(3),
  });
  return fc
    .record({
      parts: fc.array(part, { maxLength: 12 }),
      begin: fc.nat(20_000),
      isEnded: fc.boolean(),
    })
    .map(({ parts, begin, isEnded }) => {
      const buffers = parts.map(({ character, bytes, newlines }) =>
        Buffer.concat([Buffer.alloc(bytes, character, "utf8"), Buffer.alloc(newlines, "\n")]),
      );
      const whole = Buffer.concat([Buffer.alloc(begin), ...buffers]);
      return textOf(whole, begin, whole.length, isEnded);
    });
}

/** A piece by where it lies and what it holds, which is quick to compare. */
interface PieceDigest {
  readonly begin: number;
  readonly end: number;
  readonly digest: string;
}

async function wholePieces(text: Text): Promise<readonly PieceDigest[]> {
  const bytes = await text.source.read(text.begin, text.end - text.begin);
  const ending = text.isEnded ? "whole" : "open";
  return cutPieces(bytes, text.begin, ending, text).pieces.map(digestOf);
}

async function collect(runs: AsyncIterable<PieceRun>): Promise<readonly PieceDigest[]> {
  const pieces: PieceDigest[] = [];
  for await (const run of runs) pieces.push(...run.pieces.map(digestOf));
  return pieces;
}

function digestOf({ begin, end, bytes }: Piece): PieceDigest {
  return { begin, end, digest: hash("sha1", bytes) };
}

function byBegin(a: PieceDigest, b: PieceDigest): number {
  return a.begin - b.begin;
}
