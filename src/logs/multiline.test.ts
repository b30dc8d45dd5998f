import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MultilineReader } from "./multiline.ts";
import type { Piece } from "./pieces.ts";
import type { PieceRun, Text } from "./text.ts";

/** Events are cut at multiples of 10 bytes. */
const LINE_BYTES_MAX = 20;

interface Written {
  readonly text: string;
  /** Offsets of bytes that came a while after the one before. */
  readonly pauses: readonly number[];
}

function readerOf(
  { text, pauses }: Written,
  state: { readonly begin?: number; readonly isEnded?: boolean; readonly isQuiet?: boolean } = {},
): MultilineReader {
  const bytes = Buffer.from(text);
  const { begin = 0, isEnded = false, isQuiet = false } = state;
  const source = {
    read: (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
  const whole: Text = { source, begin, end: bytes.length, isEnded, lineBytesMax: LINE_BYTES_MAX };
  return new MultilineReader(whole, {
    begins: (line) => Promise.resolve(line.startsWith("#")),
    isAfterPause: (offset) => Promise.resolve(pauses.includes(offset)),
    isQuiet,
  });
}

async function piecesOf(runs: AsyncIterable<PieceRun>, turn: (pieces: readonly Piece[]) => readonly Piece[]) {
  const pieces: Piece[] = [];
  for await (const run of runs) {
    expect(run.begin).toBeLessThanOrEqual(run.pieces[0]?.begin ?? run.end);
    pieces.push(...turn(run.pieces));
  }
  return pieces;
}

function forward(reader: MultilineReader, from = 0): Promise<Piece[]> {
  return piecesOf(reader.forward(from), (pieces) => pieces);
}

async function backward(reader: MultilineReader, from: number): Promise<Piece[]> {
  const pieces = await piecesOf(reader.backward(from), (run) => run.toReversed());
  return pieces.reverse();
}

function shown(pieces: readonly Piece[]): readonly string[] {
  return pieces.map(({ begin, end, bytes }) => `${begin}-${end} ${bytes.toString()}`);
}

describe("events of many lines", () => {
  test.each<[name: string, written: Written, state: object, expected: readonly string[]]>([
    ["end where the next begins", { text: "#a\nb\n#c\nd\n", pauses: [] }, {}, ["0-5 #a\nb\n"]],
    [
      "end with the text",
      { text: "#a\nb\n#c\nd", pauses: [] },
      { isEnded: true },
      ["0-5 #a\nb\n", "5-9 #c\nd\n"],
    ],
    [
      "end when nothing comes for a while",
      { text: "#a\nb\n#c\nd\n", pauses: [] },
      { isQuiet: true },
      ["0-5 #a\nb\n", "5-10 #c\nd\n"],
    ],
    ["do not end in a half line", { text: "#a\nb\n#c\nd", pauses: [] }, { isQuiet: true }, ["0-5 #a\nb\n"]],
    [
      "begin behind a pause",
      { text: "#a\nb\nc\nd\n", pauses: [5] },
      { isEnded: true },
      ["0-5 #a\nb\n", "5-9 c\nd\n"],
    ],
    [
      "keep empty lines, and no returns",
      { text: "#a\r\n\r\nb\n#c\n", pauses: [] },
      { isEnded: true },
      ["0-8 #a\n\nb\n", "8-11 #c\n"],
    ],
    [
      "begin with whatever comes first",
      { text: "a\nb\n#c\n", pauses: [] },
      { isEnded: true },
      ["0-4 a\nb\n", "4-7 #c\n"],
    ],
    [
      "are cut where they are too long",
      { text: "#aa\nbbb\nccc\nddd\neee\nfff\n", pauses: [] },
      { isEnded: true },
      ["0-12 #aa\nbbb\nccc\n", "12-20 ddd\neee\n", "20-24 fff\n"],
    ],
    [
      "are not cut where they merely lie across a cut",
      { text: "#aaaaa\n#b\nc\nd\n", pauses: [] },
      { isEnded: true },
      ["0-7 #aaaaa\n", "7-14 #b\nc\nd\n"],
    ],
  ])("%s", async (_name, written, state, expected) => {
    const reader = readerOf(written, state);
    expect(shown(await forward(reader))).toEqual(expected);
    expect(shown(await backward(reader, Buffer.byteLength(written.text)))).toEqual(expected);
  });

  const line = fc.constantFrom("#a", "#", "b", "cc", "", "dddd", "e".repeat(19), "f".repeat(45));
  const chunk = fc.tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.boolean());

  test("are the same from every place, in both directions, and while the text grows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 8 }), async (chunks) => {
        let text = "";
        const pauses: number[] = [];
        const followed: Piece[] = [];
        for (const [lines, isAfterPause, endsInHalfLine] of chunks) {
          if (isAfterPause) pauses.push(text.length);
          text += lines.join("\n") + (endsInHalfLine ? "" : "\n");
          // A pause follows if the next chunk comes behind one: only then may the last event be shown now.
          const isQuiet = chunks[chunks.findIndex(([own]) => own === lines) + 1]?.[1] === true;
          const now = readerOf({ text, pauses }, { isQuiet });
          followed.push(...(await forward(now, followed.at(-1)?.end ?? 0)));
        }
        const ended = readerOf({ text, pauses }, { isEnded: true });
        followed.push(...(await forward(ended, followed.at(-1)?.end ?? 0)));

        const all = await forward(ended);
        expect(shown(followed)).toEqual(shown(all));
        expect(shown(await backward(ended, text.length))).toEqual(shown(all));
        for (const [index, { begin, end }] of all.entries()) {
          expect(shown(await forward(ended, end))).toEqual(shown(all.slice(index + 1)));
          expect(shown(await backward(ended, begin))).toEqual(shown(all.slice(0, index)));
        }
      }),
    );
  });

  test("are found from any offset", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 5 }), fc.nat(300), async (chunks, nat) => {
        const text = chunks.map(([lines]) => `${lines.join("\n")}\n`).join("");
        const offset = Math.min(nat, text.length);
        const reader = readerOf({ text, pauses: [] }, { isEnded: true });
        const starts = [...(await forward(reader)).map(({ begin }) => begin), text.length];
        const before = await reader.startBefore(offset);
        expect(starts).toContain(before);
        expect(before).toBeLessThanOrEqual(offset);
        const after = await reader.startAfter(offset);
        expect(starts).toContain(after);
        expect(after).toBeGreaterThanOrEqual(Math.min(offset, starts.at(-1) ?? 0));
      }),
    );
  });
});
